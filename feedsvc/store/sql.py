"""The few statements that SQLAlchemy spells differently for each database, and chunking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import TypeVar

from sqlalchemy import Connection, Table

CHUNK = 500
"""Rows a statement: keeps each step short for whoever waits, and `IN` lists below every limit."""

T = TypeVar("T")
Row = Mapping[str, object]


def chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the rows in pieces of at most CHUNK."""
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def put(c: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, replacing every other column where the primary key is there already."""
    keys = [column.name for column in table.primary_key]
    # By name, so that only the dialect is loaded that the connection has loaded already.
    statement = import_module(f"sqlalchemy.dialects.{c.dialect.name}").insert(table)
    values = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    if values:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=values)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    for chunk in chunks(rows):
        c.execute(statement, chunk)
