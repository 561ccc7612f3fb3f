"""What is remembered of each source: its state, its files, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Row, delete, func, insert, select

from feedsvc.model import FileState, Problem
from feedsvc.store import sql
from feedsvc.store.schema import source, source_file, source_problem
from feedsvc.store.times import from_ms_or_none, to_ms_or_none

BEHIND = 3
"""So many failures in a row are no hiccup."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source between two refreshes: what to send for a conditional GET, how it went, what is next."""

    key: str
    kind: str
    title: str = ""
    url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    next_at: datetime | None = None
    last_try: datetime | None = None
    last_success: datetime | None = None
    failures: int = 0
    """In a row, up to now."""
    error: str = ""
    """What went wrong last time, in one sentence; empty after a success."""
    held: int = 0
    """How many removals wait for a person's word, because too much vanished at once."""
    paused: bool = False


def ensure(c: Connection, wanted: Sequence[SourceState]) -> None:
    """Make sure that sources are known under their kind, title and address; each one's history stays.

    A new address forgets the validators of the old one, which would ask it the wrong question, and
    that the old one was gone.
    """
    known = {state.key: state for state in all(c)}
    told = [_told(known[each.key], each) if each.key in known else each for each in wanted]
    _put(c, [each for each in told if each != known.get(each.key)])


def state(c: Connection, key: str) -> SourceState | None:
    """Return a source's state, or None if it was never seen."""
    row = c.execute(select(source).where(source.c.key == key)).one_or_none()
    return None if row is None else _state(row)


def are_behind(c: Connection, keys: Collection[str]) -> bool:
    """Say whether any of these sources has failed so often in a row that its news are missing."""
    behind = source.c.failures >= BEHIND
    return c.execute(select(source.c.key).where(source.c.key.in_(keys), behind).limit(1)).first() is not None


def put_state(c: Connection, state: SourceState) -> None:
    """Remember a source's state, in place of the last."""
    _put(c, [state])


def all(c: Connection) -> list[SourceState]:  # noqa: A001 — read as `sources.all(c)`
    """Return the state of every source, by key."""
    return [_state(row) for row in c.execute(select(source).order_by(source.c.key))]


def files(c: Connection, source: str) -> dict[str, FileState]:
    """Return what is remembered of a folder source's files, by path."""
    rows = c.execute(select(source_file).where(source_file.c.source == source))
    return {row.path: _file(row) for row in rows}


def put_files(
    c: Connection, source: str, states: Sequence[FileState], forgotten_paths: Collection[str] = ()
) -> None:
    """Remember these files of a source, and forget those paths."""
    table = source_file
    for chunk in sql.chunks(list(forgotten_paths)):
        c.execute(delete(table).where(table.c.source == source, table.c.path.in_(chunk)))
    sql.put_ordered(c, table, [_file_row(source, each) for each in states])


def problems(c: Connection, source: str | None = None) -> list[Problem]:
    """Return what is wrong with one source, or with all of them, by source, path and line."""
    table = source_problem
    query = select(table).order_by(table.c.source, table.c.path, table.c.line, table.c.column, table.c.pk)
    if source is not None:
        query = query.where(table.c.source == source)
    return [_problem(row) for row in c.execute(query)]


def count_problems(c: Connection) -> dict[tuple[str, str], int]:
    """Return how many problems there are, by source and severity."""
    by = (source_problem.c.source, source_problem.c.severity)
    rows = c.execute(select(*by, func.count()).group_by(*by))
    return {(key, severity): number for key, severity, number in rows}


def put_problems(c: Connection, source: str, path: str, problems: Sequence[Problem]) -> None:
    """Remember what is wrong with one path of a source, in place of what was; none means that it is well."""
    table = source_problem
    c.execute(delete(table).where(table.c.source == source, table.c.path == path))
    if problems:
        c.execute(insert(table), [{**asdict(each), "source": source, "path": path} for each in problems])


_MOMENTS = ("next_at", "last_try", "last_success")


def _put(c: Connection, states: Sequence[SourceState]) -> None:
    rows = [
        {**asdict(state), **{name: to_ms_or_none(getattr(state, name)) for name in _MOMENTS}}
        for state in states
    ]
    sql.put(c, source, rows)


def _told(known: SourceState, wanted: SourceState) -> SourceState:
    told = replace(known, kind=wanted.kind, title=wanted.title, url=wanted.url)
    return told if wanted.url == known.url else replace(told, etag=None, last_modified=None, paused=False)


def _state(row: Row[tuple[object, ...]]) -> SourceState:
    values = dict(row._mapping)
    return SourceState(**{**values, **{name: from_ms_or_none(values[name]) for name in _MOMENTS}})


def _file(row: Row[tuple[object, ...]]) -> FileState:
    inode = row.inode % 2**64
    return FileState(row.path, row.size, row.mtime_ns, inode, row.hash, row.guid)


def _file_row(source: str, file: FileState) -> tuple[object, ...]:
    inode = file.inode
    # Some file systems fill inode numbers to 64 bits: they are folded into a signed column.
    signed = inode - 2**64 if inode >= 2**63 else inode
    return source, file.path, file.size, file.mtime_ns, signed, file.hash, file.guid


def _problem(row: Row[tuple[object, ...]]) -> Problem:
    return Problem(**{name: value for name, value in row._mapping.items() if name != "pk"})
