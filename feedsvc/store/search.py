"""The search index: FTS5 on SQLite, tsvector with GIN on PostgreSQL, behind a few functions.

Both hold the same words (words.py), one list for each item, and both only tell which items have
all of them; the databases' own ideas of a word never come into it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Integer,
    Text,
    TextClause,
    bindparam,
    column,
    func,
    select,
    table,
    text,
)

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


def holds(c: Connection, query: str, pk: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """Return the condition that the item of a `pk` holds every word of the query; none if it has no words.

    The words have no syntax: nothing that a person types is an operator or an error.
    """
    found = _found(c, query)
    return [] if found is None else [pk.in_(found.columns(item.c.pk))]


def holds_among(query: str, some: CTE) -> ColumnElement[bool]:
    """Return the condition that one of `some` items holds every word; SQLite, a query that has words.

    The index is asked only for what lies between the lowest and the highest `pk` of them.
    """
    pk, index = some.c.pk, _INDEX.c
    bounds = select(func.min(pk)).scalar_subquery(), select(func.max(pk)).scalar_subquery()
    found = select(index.rowid).where(index.search.op("MATCH")(_match(query)), index.rowid.between(*bounds))
    return pk.in_(found)


def lists_all(c: Connection, query: str) -> bool:
    """Say whether the database would list all items that hold the words before it looks at any.

    PostgreSQL knows by itself how to go about it.
    """
    return c.dialect.name == "sqlite" and bool(words(query))


def is_rare(c: Connection, query: str, many: int) -> bool:
    """Say whether fewer than `many` items hold every word of the query; SQLite, a query that has words."""
    some = select(_INDEX.c.rowid).where(_INDEX.c.search.op("MATCH")(_match(query))).limit(many).subquery()
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
        value = _match(query)
    return found.bindparams(bindparam("wanted", value, unique=True))


def _match(query: str) -> str:
    return " AND ".join(f'"{word}"' for word in sorted(words(query)))


_INDEX = table("search", column("rowid", Integer), column("search", Text))
