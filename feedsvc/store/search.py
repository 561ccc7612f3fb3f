"""The search index: FTS5 on SQLite, tsvector with GIN on PostgreSQL, behind three functions.

Both hold the same words (words.py), one list for each item, and both only tell which items have
all of them; the databases' own ideas of a word never come into it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, text

from feedsvc.model import Article
from feedsvc.store import sql
from feedsvc.store.schema import item
from feedsvc.store.words import words, words_of

_DELETE = {
    "sqlite": text("DELETE FROM search WHERE rowid = :pk"),
    "postgresql": text("DELETE FROM search WHERE item_pk = :pk"),
}
_INSERT = {
    "sqlite": text("INSERT INTO search (rowid, words) VALUES (:pk, :words)"),
    "postgresql": text(
        "INSERT INTO search (item_pk, words) VALUES (:pk, array_to_tsvector(string_to_array(:words, ' ')))"
    ),
}


def add(c: Connection, articles: Sequence[tuple[int, Article]]) -> None:
    """Index articles that are not in the index yet, by their item's `pk`."""
    rows = [{"pk": pk, "words": " ".join(sorted(words_of(article)))} for pk, article in articles]
    for chunk in sql.chunks(rows):
        c.execute(_INSERT[c.dialect.name], chunk)


def replace(c: Connection, articles: Sequence[tuple[int, Article]]) -> None:
    """Index articles in place of what was indexed for their items."""
    for chunk in sql.chunks(articles):
        c.execute(_DELETE[c.dialect.name], [{"pk": pk} for pk, _ in chunk])
    add(c, articles)


def holds(c: Connection, query: str) -> ColumnElement[bool] | None:
    """Return the condition that an item holds every word of the query; None if it has no words.

    The words have no syntax: nothing that a person types is an operator or an error.
    """
    wanted = sorted(words(query))
    if not wanted:
        return None
    if c.dialect.name == "postgresql":
        found = text("SELECT item_pk FROM search WHERE words @@ CAST(:wanted AS tsquery)")
        value = " & ".join(f"'{word}'" for word in wanted)
    else:
        found = text("SELECT rowid FROM search WHERE search MATCH :wanted")
        value = " AND ".join(f'"{word}"' for word in wanted)
    return item.c.pk.in_(found.bindparams(bindparam("wanted", value, unique=True)).columns(item.c.pk))
