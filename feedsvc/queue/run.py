"""Run a statement on a SQLite connection: bind Python's values, read the rows back, translate the errors."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from procrastinate import exceptions
from procrastinate.manager import QUEUEING_LOCK_CONSTRAINT
from procrastinate.types import JobToDefer

from feedsvc.queue.backend import Row
from feedsvc.queue.statements import Statement

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def run(connection: sqlite3.Connection, statement: Statement, values: Mapping[str, object]) -> list[Row]:
    """Return the rows of a statement's steps, run in the connection's transaction."""
    found = [row for step in statement.steps for row in rows(connection, step, values)]
    if not found and statement.refusal:
        raise exceptions.ConnectorException(statement.refusal)
    return found or list(statement.otherwise)


def rows(connection: sqlite3.Connection, step: str, values: Mapping[str, object]) -> list[Row]:
    """Return the rows of one step as Procrastinate wants them: times aware, JSON parsed."""
    cursor = connection.execute(step, values)
    names = [column[0] for column in cursor.description or ()]
    return [
        {name: _READ[name](value) if value is not None and name in _READ else value for name, value in pairs}
        for pairs in (zip(names, row, strict=True) for row in cursor.fetchall())
    ]


def bound(arguments: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments as SQLite can bind them."""
    return {name: _value(value) for name, value in arguments.items()}


@contextmanager
def translated(arguments: Mapping[str, object]) -> Iterator[None]:
    """Raise SQLite's errors as those that Procrastinate knows."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        if "procrastinate_jobs.queueing_lock" in str(error):
            raise exceptions.UniqueViolation(
                constraint_name=QUEUEING_LOCK_CONSTRAINT, queueing_lock=_queueing_lock(arguments)
            ) from error
        raise exceptions.ConnectorException(str(error)) from error
    except sqlite3.Error as error:
        raise exceptions.ConnectorException(str(error)) from error


def _value(value: object) -> object:
    """Return what SQLite can bind: times as milliseconds, lists and mappings as JSON."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return _milliseconds(value)
    if isinstance(value, Mapping):
        return json.dumps(value, allow_nan=False)
    if isinstance(value, Iterable):
        return json.dumps(
            [_job(each) if isinstance(each, JobToDefer) else each for each in value], allow_nan=False
        )
    raise exceptions.ConnectorException(f"cannot bind a {type(value).__name__}")


def _job(job: JobToDefer) -> dict[str, object]:
    at = job.scheduled_at
    return {**job._asdict(), "scheduled_at": None if at is None else _milliseconds(at)}


def _arguments(text: str) -> object:
    """Return a job's arguments; their text where somebody spoilt it: the job is told apart, and no other."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _moment(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)


def _milliseconds(moment: datetime) -> int:
    """Round up: no job starts before its time."""
    return -((_EPOCH - moment) // timedelta(milliseconds=1))


_READ: Mapping[str, Callable[..., object]] = {
    "abort_requested": bool,
    "aborts": json.loads,
    "args": _arguments,
    "at": _moment,
    "scheduled_at": _moment,
    "started_at": _moment,
    "stats": json.loads,
}
"""How a column's value is told to Procrastinate; others as they are."""


def _queueing_lock(arguments: Mapping[str, object]) -> str:
    """Name the lock that was taken: SQLite does not say which of a batch it was."""
    jobs = arguments.get("jobs")
    if not isinstance(jobs, list):
        return str(arguments.get("queueing_lock"))
    return ", ".join(job.queueing_lock for job in jobs if job.queueing_lock)
