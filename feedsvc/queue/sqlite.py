"""Procrastinate on SQLite: its connector, which answers the named queries, and what the queue adds."""

from __future__ import annotations

import asyncio
import json
import math
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import ParamSpec, Self, TypeVar

from procrastinate import exceptions, sql
from procrastinate.connector import BaseAsyncConnector, Notify
from procrastinate.jobs import JobDeferrer
from procrastinate.types import JSONValue

from feedsvc.queue import additions, statements
from feedsvc.queue.backend import MAX_ATTEMPTS, Gate, Row, Wanted
from feedsvc.queue.run import bound, rows, run, translated
from feedsvc.queue.statements import Statement

POLL_SECONDS = 0.05
_ANY_QUEUE = "procrastinate_any_queue_v1"
_ONE_QUEUE = "procrastinate_queue_v1#"
_BY_TEXT = {sql.queries[name]: statement for name, statement in statements.NAMED.items()}

P = ParamSpec("P")
T = TypeVar("T")


class SqliteConnector(BaseAsyncConnector):
    """Answer Procrastinate's named queries from a SQLite database.

    Writes go through the store's gate, reads through one connection a thread. An event loop never
    waits for the database: one thread asks it in its stead (SQLite has one writer at a time anyway).
    """

    def __init__(self, path: Path, gate: Gate) -> None:
        self._path = path
        self._gate = gate
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._thread: ThreadPoolExecutor | None = None

    def get_sync_connector(self) -> Self:
        """Return itself: it answers both ways."""
        return self

    def open(self, pool: object = None) -> None:
        """Do nothing: connections open when they are first needed."""

    def close(self) -> None:
        """Close every reading connection."""
        while self._readers:
            self._readers.pop().close()
        self._local = threading.local()

    async def open_async(self, pool: object = None) -> None:
        """Start the thread that asks the database for the event loop."""
        self._thread = self._thread or ThreadPoolExecutor(1, thread_name_prefix="queue")

    async def close_async(self) -> None:
        """End that thread."""
        thread, self._thread = self._thread, None
        if thread:
            thread.shutdown()

    def ask(self, statement: Statement, **arguments: object) -> list[Row]:
        """Run a statement: a read as it is, a write in a transaction of its own behind the gate."""
        values = bound(arguments)
        with translated(arguments):
            if not statement.writes:
                return run(self._reader(), statement, values)
            if statement.guard and not rows(self._reader(), statement.guard, values):
                return list(statement.otherwise)
            with self._gate() as connection:
                return run(connection, statement, values)

    def ask_in(self, connection: object, statement: Statement, **arguments: object) -> list[Row]:
        """Run a statement in the caller's open transaction; ValueError where none is open."""
        if not isinstance(connection, sqlite3.Connection):
            raise TypeError(f"the queue needs a sqlite3.Connection, not a {type(connection).__name__}")
        if not connection.in_transaction:
            raise ValueError("a job is enqueued in an open transaction; begin one first")
        with translated(arguments):
            return run(connection, statement, bound(arguments))

    def execute_query(self, query: str, **arguments: object) -> None:
        """Run a named query."""
        self.ask(_statement(query), **arguments)

    def execute_query_one(self, query: str, **arguments: object) -> Row:
        """Return the first row of a named query; NoResult where there is none."""
        return _first(self.ask(_statement(query), **arguments))

    def execute_query_all(self, query: str, **arguments: object) -> list[Row]:
        """Return the rows of a named query."""
        return self.ask(_statement(query), **arguments)

    async def execute_query_async(self, query: str, **arguments: object) -> None:
        """Run a named query in the database's thread."""
        await self._in_thread(self.execute_query, query, **arguments)

    async def execute_query_one_async(self, query: str, **arguments: object) -> Row:
        """Return the first row of a named query, asked in the database's thread."""
        return await self._in_thread(self.execute_query_one, query, **arguments)

    async def execute_query_all_async(self, query: str, **arguments: object) -> list[Row]:
        """Return the rows of a named query, asked in the database's thread."""
        return await self._in_thread(self.execute_query_all, query, **arguments)

    def execute_query_one_with_connection(self, connection: object, query: str, **arguments: object) -> Row:
        """Return the first row of a named query in the caller's transaction."""
        return _first(self.ask_in(connection, _statement(query), **arguments))

    def execute_query_all_with_connection(
        self, connection: object, query: str, **arguments: object
    ) -> list[Row]:
        """Return the rows of a named query in the caller's transaction."""
        return self.ask_in(connection, _statement(query), **arguments)

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Tell of jobs that may start and of jobs to abort, within POLL_SECONDS; run until cancelled.

        Looks only where another connection committed (PRAGMA data_version, 3 µs), where a job's time
        has come, and again and again while a job may start: a notification is lost on a worker that is
        just fetching.
        """
        queues = bound({"queues": _queues(channels)})
        loop = asyncio.get_running_loop()
        with translated({}), closing(self._connect()) as connection:
            seen, look_at = -1, 0.0
            while True:
                version: int = connection.execute("PRAGMA data_version").fetchone()[0]
                if version != seen or loop.time() >= look_at:
                    seen = version
                    news = run(connection, additions.NEWS, queues)[0]
                    for payload in _payloads(news):
                        await on_notification(channel=_ANY_QUEUE, payload=payload)
                    look_at = loop.time() + _pause(news)
                await asyncio.sleep(POLL_SECONDS)

    async def _in_thread(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if not self._thread:
            raise exceptions.AppNotOpen
        return await asyncio.wrap_future(self._thread.submit(call, *args, **kwargs))

    def _reader(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
            self._readers.append(connection)
        return connection

    def _connect(self) -> sqlite3.Connection:
        # mode=rw: a database that is not there is an error, not a new empty file.
        url = f"{self._path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(url, uri=True, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA query_only = ON")
        return connection


class SqliteBackend:
    """A SQLite database as the queue's home; one worker at a time."""

    wake = ""
    presence = None

    def __init__(self, path: Path, gate: Gate) -> None:
        self._connector = SqliteConnector(path, gate)
        self.worker = self.sync = self._connector

    def enqueue(self, connection: object, job: JobDeferrer, arguments: Mapping[str, JSONValue]) -> None:
        """Write the job in the open transaction, or pull the waiting one of its queueing lock forward."""
        try:
            job.defer(**arguments)
        except exceptions.AlreadyEnqueued:
            self._connector.ask_in(
                connection,
                additions.PULL,
                queueing_lock=job.job.queueing_lock,
                priority=job.job.priority,
            )

    def enqueue_all(self, connection: object, jobs: Wanted) -> None:
        """Do the same for many jobs, each with a queueing lock of its own."""
        for job, arguments in jobs:
            self.enqueue(connection, job, arguments)

    def clear(self, connection: object) -> None:
        """Remove every job in the open transaction."""
        self._connector.ask_in(connection, additions.CLEAR)

    def apply_schema(self) -> None:
        """Create the tables, indexes and views that are missing."""
        self._connector.ask(additions.CREATE)

    def requeue_orphans(self) -> int:
        """Put every running job back in line: no worker runs when the one worker starts."""
        return len(self._connector.ask(additions.REQUEUE_ORPHANS, max_attempts=MAX_ATTEMPTS))

    def failed(self, limit: int) -> list[Row]:
        """Return the failed jobs, the latest first."""
        return self._connector.ask(additions.FAILED, limit=limit)

    def heartbeats(self) -> list[Row]:
        """Return what is known of each worker, the one heard of last first."""
        return self._connector.ask(additions.HEARTBEATS)

    def oldest_due(self) -> list[Row]:
        """Return the waiting job that is due for the longest, if there is one."""
        return self._connector.ask(additions.OLDEST_DUE)

    def is_idle(self) -> bool:
        """Say whether no job is running and none that waits is due."""
        return not self._connector.ask(additions.BUSY)

    def close(self) -> None:
        """Close the reading connections."""
        self._connector.close()


def _statement(query: str) -> Statement:
    try:
        return _BY_TEXT[query]
    except KeyError:
        raise exceptions.ConnectorException(f"SQLite has no answer to this query: {query[:80]}") from None


def _first(rows: list[Row]) -> Row:
    if not rows:
        raise exceptions.NoResult
    return rows[0]


def _queues(channels: Iterable[str]) -> list[str] | None:
    """Return the queues that the channels are of; None for every queue."""
    names = list(channels)
    return None if _ANY_QUEUE in names else [name.removeprefix(_ONE_QUEUE) for name in names]


def _payloads(news: Row) -> Iterator[str]:
    if news["ready"]:
        yield json.dumps({"type": "job_inserted", "job_id": 0})
    for job_id in news["aborts"]:
        yield json.dumps({"type": "abort_job_requested", "job_id": job_id})


def _pause(news: Row) -> float:
    """Return the seconds after which to look again though nothing was written."""
    if news["ready"]:
        return 0
    return math.inf if news["wait"] is None else float(news["wait"]) / 1000
