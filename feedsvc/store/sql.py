"""Statements that run for many rows, compiled once, and those that each database spells its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import import_module
from operator import itemgetter
from typing import TypeVar

from sqlalchemy import (
    Connection,
    Dialect,
    Insert,
    Integer,
    Select,
    Table,
    TextClause,
    bindparam,
    func,
    select,
)
from sqlalchemy import insert as into
from sqlalchemy.sql.dml import UpdateBase

CHUNK = 500
"""Rows a statement: keeps each step short for whoever waits, and `IN` lists below every limit."""

T = TypeVar("T")
Row = Mapping[str, object]
Values = tuple[object, ...] | dict[str, object]
Statement = UpdateBase | TextClause


def chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the rows in pieces of at most CHUNK."""
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def each(c: Connection, statement: Statement, rows: Sequence[Row]) -> None:
    """Run a statement of Core once for each row: the values of its parameters by name.

    Core compiles it the first time only, and the driver takes the rows as they are: half the cost of
    `Connection.execute`. So the statement is one that is kept, not made for the call, and its columns
    are of types that drivers know (no conversions happen).
    """
    if not rows:
        return
    text, values = _compiled(statement, c.dialect)
    if len(rows) == 1:
        # For many, psycopg sets up a pipeline, which takes as long as a small statement.
        c.exec_driver_sql(text, values(rows[0]))
        return
    for chunk in chunks(rows):
        c.exec_driver_sql(text, [values(row) for row in chunk])


def insert(c: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert whole rows: every column has its value."""
    each(c, _insertion(table), rows)


def put(c: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert whole rows, replacing every other column where the primary key is there already."""
    each(c, _upsert(table, c.dialect.name), rows)


def put_ordered(c: Connection, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
    """Do as `put` with rows that are the values of all columns in the table's order."""
    if not c.dialect.positional:
        names = table.c.keys()
        put(c, table, [dict(zip(names, row, strict=True)) for row in rows])
        return
    text, _ = _compiled(_upsert(table, c.dialect.name), c.dialect)
    for chunk in chunks(rows):
        c.exec_driver_sql(text, chunk)


def numbers(c: Connection, table: Table, count: int) -> list[int]:
    """Return that many unused values of a table's `pk`, ascending, for rows of this transaction."""
    if c.dialect.name == "postgresql":
        return sorted(c.execute(_next_numbers(table), {"count": count}).scalars())
    last = c.execute(_last_number(table)).scalar_one() or 0
    return list(range(last + 1, last + 1 + count))


def let_go(c: Connection) -> None:
    """Give back the memory of what was read and will not be read again soon: by itself SQLite keeps 2 MB."""
    if c.dialect.name == "sqlite":
        c.exec_driver_sql("PRAGMA shrink_memory")


@lru_cache(maxsize=128)
def _compiled(statement: Statement, dialect: Dialect) -> tuple[str, Callable[[Row], Values]]:
    """Return a statement's text, and what makes a row into what the driver wants of it."""
    compiled = statement.compile(dialect=dialect)
    return str(compiled), _in_order(compiled.positiontup) if compiled.positiontup else dict


def _in_order(names: Sequence[str]) -> Callable[[Row], Values]:
    if len(names) > 1:
        return itemgetter(*names)
    (name,) = names
    return lambda row: (row[name],)


@cache
def _last_number(table: Table) -> Select[int]:
    return select(func.max(table.c.pk))


@cache
def _next_numbers(table: Table) -> Select[int]:
    number = func.nextval(func.pg_get_serial_sequence(table.name, "pk"))
    return select(number).select_from(func.generate_series(1, bindparam("count", type_=Integer)))


@cache
def _insertion(table: Table) -> Insert:
    return into(table)


@cache
def _upsert(table: Table, dialect: str) -> Insert:
    keys = [column.name for column in table.primary_key]
    # By name, so that only the dialect is loaded that the connection has loaded already.
    statement = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    values = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    made: Insert
    if values:
        made = statement.on_conflict_do_update(index_elements=keys, set_=values)
    else:
        made = statement.on_conflict_do_nothing(index_elements=keys)
    return made
