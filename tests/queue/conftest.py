"""Databases for the queue: a SQLite file each, and a PostgreSQL where FEEDSVC_TEST_POSTGRESQL names one."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from feedsvc.queue import Queue, open_queue

POSTGRESQL = os.environ.get("FEEDSVC_TEST_POSTGRESQL", "")
BACKENDS = ["sqlite", *(["postgresql"] if POSTGRESQL else [])]


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


@pytest.fixture
def postgresql_home() -> Iterator[Home]:
    name = f"queue_{uuid4().hex}"
    with psycopg.connect(POSTGRESQL, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        url = POSTGRESQL.rpartition("/")[0] + f"/{name}"
        queue = open_queue(url, None)
        queue.apply_schema()
        yield Home(queue, lambda: psycopg.connect(url))
        queue.close()
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=BACKENDS)
def home(request: pytest.FixtureRequest) -> Home:
    found: Home = request.getfixturevalue(f"{request.param}_home")
    return found
