"""Databases for the queue: a SQLite file and a PostgreSQL database for each test."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from feedsvc.queue import Queue, open_queue
from tests import postgres


@dataclass
class Gate:
    """A write gate as the store has one: one writer, BEGIN IMMEDIATE, commit at the end or roll back."""

    path: Path
    lock: threading.Lock = field(default_factory=threading.Lock)
    passed: int = 0
    broken: bool = False

    @contextmanager
    def __call__(self) -> Iterator[sqlite3.Connection]:
        with self.lock, closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            if self.broken:
                raise sqlite3.OperationalError("disk I/O error")
            self.passed += 1
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


@dataclass
class Home:
    """A queue, and a way to open transactions in its database as the store does."""

    queue: Queue
    transaction: Callable[[], AbstractContextManager[object]]
    gate: Gate | None = None

    def defer(self, name: str, **options: object) -> None:
        with self.transaction() as connection:
            self.queue.defer(connection, name, **options)


@pytest.fixture
def sqlite_home(tmp_path: Path) -> Iterator[Home]:
    path = tmp_path / "queue.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    gate = Gate(path)
    queue = open_queue(f"sqlite:///{path}", gate)
    queue.apply_schema()
    yield Home(queue, gate, gate)
    queue.close()


@pytest.fixture(scope="session")
def queue_template(postgresql: postgres.Server) -> str:
    """The name of a database with the queue's tables: copying it is faster than making them."""
    url = postgresql.database()
    queue = open_queue(url, None)
    queue.apply_schema()
    queue.close()
    return url.rpartition("/")[2]


@pytest.fixture
def postgresql_home(postgresql: postgres.Server, queue_template: str) -> Iterator[Home]:
    url = postgresql.database(queue_template)
    queue = open_queue(url, None)
    yield Home(queue, lambda: psycopg.connect(url))
    queue.close()
    postgresql.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest) -> Home:
    found: Home = request.getfixturevalue(f"{request.param}_home")
    return found
