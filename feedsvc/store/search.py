"""The search index: FTS5 on SQLite, tsvector with GIN on PostgreSQL, behind a few functions.

Both hold the same words (words.py), one list for each item, and both only tell which items have
all of them; the databases' own ideas of a word never come into it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, TextClause, bindparam, func, select, text

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
    rows = [{"pk": pk, "words": " ".join(words_of(article))} for pk, article in articles]
    sql.each(c, _INSERT[c.dialect.name], rows)


def replace(c: Connection, articles: Sequence[tuple[int, Article]]) -> None:
    """Index articles in place of what was indexed for their items."""
    sql.each(c, _DELETE[c.dialect.name], [{"pk": pk} for pk, _ in articles])
    add(c, articles)


def holds(c: Connection, query: str, pk: ColumnElement[int]) -> ColumnElement[bool] | None:
    """Return the condition that the item of a `pk` holds every word of the query; None if it has no words.

    The words have no syntax: nothing that a person types is an operator or an error.
    """
    found = _found(c, query)
    return None if found is None else pk.in_(found.columns(item.c.pk))


def is_rare(c: Connection, query: str, many: int) -> bool:
    """Say whether fewer than `many` items hold every word of the query, where the database must be told.

    PostgreSQL knows by itself how to go about it.
    """
    found = _found(c, query) if c.dialect.name == "sqlite" else None
    if found is None:
        return False
    some = select(found.columns(item.c.pk).subquery()).limit(many).subquery()
    return int(c.execute(select(func.count()).select_from(some)).scalar_one()) < many


def _found(c: Connection, query: str) -> TextClause | None:
    wanted = sorted(words(query))
    if not wanted:
        return None
    if c.dialect.name == "postgresql":
        found = text("SELECT item_pk AS pk FROM search WHERE words @@ CAST(:wanted AS tsquery)")
        value = " & ".join(f"'{word}'" for word in wanted)
    else:
        found = text("SELECT rowid AS pk FROM search WHERE search MATCH :wanted")
        value = " AND ".join(f'"{word}"' for word in wanted)
    return found.bindparams(bindparam("wanted", value, unique=True))
