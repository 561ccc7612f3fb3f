"""Copy a whole installation from one database to another, of either kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, text

from feedsvc.errors import StoreError
from feedsvc.store import schema, search, sql
from feedsvc.store.codec import decode

Progress = Callable[[str, int, int], None]

# What a new database holds from its first migration on.
_PRESENT = frozenset((schema.clock.name, schema.meta.name))


def copy_all(source: Connection, target: Connection, progress: Progress) -> None:
    """Copy every row of every table; the numbers of rows and changes stay the same.

    `progress` hears the table's name, the rows that are done, and the rows that there are. A
    StoreError if the target holds anything. The search index is made anew.
    """
    _refuse_if_used(target)
    for table in schema.metadata.sorted_tables:
        _copy(source, target, table, progress)


def _refuse_if_used(target: Connection) -> None:
    for table in schema.metadata.sorted_tables:
        if table.name not in _PRESENT and target.execute(select(table).limit(1)).first() is not None:
            raise StoreError(
                f"the target database is in use (its table {table.name} has rows): copy to an empty database"
            )


def _copy(source: Connection, target: Connection, table: Table, progress: Progress) -> None:
    total = source.execute(select(func.count()).select_from(table)).scalar_one()
    done = 0
    if table.name in _PRESENT:
        target.execute(delete(table))
    for rows in _chunks(source, table):
        target.execute(insert(table), [dict(row._mapping) for row in rows])
        if table is schema.item:
            search.add(target, [(row.pk, decode(row.article)) for row in rows])
        done += len(rows)
        progress(table.name, done, total)
    _continue_numbers(target, table)


def _chunks(source: Connection, table: Table) -> Iterator[Sequence[Row[tuple[object, ...]]]]:
    with source.execution_options(yield_per=sql.CHUNK).execute(select(table)) as rows:
        yield from rows.partitions()


def _continue_numbers(target: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after the copied ones; SQLite does so by itself."""
    if target.dialect.name == "postgresql" and "pk" in table.c:
        reset = "SELECT setval(pg_get_serial_sequence(:name, 'pk'), (SELECT max(pk) FROM {table}))"
        target.execute(text(reset.format(table=table.name)), {"name": table.name})
