"""Let one process at a time have a role: the only worker on a file, the reader of a folder."""

from __future__ import annotations

import fcntl
import os
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from feedsvc.errors import StoreError
from feedsvc.store.database import Store, Transaction

SQLITE = "sqlite:///"
ANSWER_SECONDS = 5
SPEAK_SECONDS = 3.0
SILENT_SECONDS = 20.0
"""How long a process that has a role may be silent; a paused one is."""

_LOCK = """
    locktype = 'advisory' AND granted AND objsubid = 1 AND classid = 0 AND objid = CAST(:key AS bigint)
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
_TRY = text("SELECT pg_try_advisory_lock(:key) AS taken, pg_backend_pid() AS pid")
_HELD = text(f"SELECT 1 FROM pg_locks WHERE {_LOCK} AND pid = :pid")  # noqa: S608  # no value in it
_END_SILENT = text(
    f"""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE state_change < now() - make_interval(secs => :silent)
      AND pid IN (SELECT pid FROM pg_locks WHERE {_LOCK})"""  # noqa: S608
)


class Hold(Protocol):
    """A role that ends with the process that has it, however that dies."""

    def take(self) -> bool:
        """Say whether the role is ours now; never waits for another holder."""

    def require(self, c: Connection) -> None:
        """Raise StoreError unless the role is still ours, in a transaction that only its owner may make.

        A process that was paused does not know how long: another may have taken the role meanwhile.
        """

    def release(self) -> None:
        """Give the role up."""


def hold(url: str, role: str) -> Hold:
    """Return the role of this name on a database; nobody has it through this until it is taken."""
    if url.startswith(SQLITE):
        return _FileHold(f"{url.removeprefix(SQLITE)}.{role}")
    return _ServerHold(url, role)


class Fenced:
    """A store that is written to only while a role is ours: each transaction asks first."""

    def __init__(self, store: Store, role: Hold) -> None:
        self._store = store
        self._role = role

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open one snapshot."""
        with self._store.read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction; StoreError where another process has the role by now."""
        with self._store.write() as transaction:
            self._role.require(transaction.connection)
            yield transaction


class _FileHold:
    """A lock on a file beside the database: the kernel lets go of it when the process ends."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        if self._file is not None:
            return True
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"{self._path}: the lock file cannot be opened ({error.strerror}): "
                "check the disk and the folder's owner and mode"
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def require(self, c: Connection) -> None:
        # Nobody else can have it while this process is there, paused or not.
        pass

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


class _ServerHold:
    """An advisory lock of PostgreSQL, on a connection of its own: the server lets go when that ends.

    A process that is paused keeps its connections. So the one that has the role says something on it
    every few seconds, and whoever wants the role ends a connection that has been silent for long.
    """

    def __init__(self, url: str, role: str) -> None:
        self._engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"connect_timeout": ANSWER_SECONDS, "keepalives_idle": ANSWER_SECONDS},
        )
        self._role = role
        self._key = zlib.crc32(f"feedsvc {role}".encode())
        self._using = threading.Lock()
        self._connection: Connection | None = None
        self._pid = 0
        self._speaking = threading.Event()

    def take(self) -> bool:
        with self._using:
            if self._connection is not None:
                return self._say()
            self._connection = self._locked()
            if self._connection is None:
                return False
            self._speaking = threading.Event()
            name = f"role {self._role}"
            threading.Thread(target=self._speak, args=(self._speaking,), name=name, daemon=True).start()
            return True

    def require(self, c: Connection) -> None:
        held = c.execute(_HELD, {"key": self._key, "pid": self._pid}).first()
        if held is None:
            raise StoreError(f"another process has become the {self._role}'s only one meanwhile")

    def release(self) -> None:
        with self._using:
            self._let_go()

    def _speak(self, until: threading.Event) -> None:
        while not until.wait(SPEAK_SECONDS):
            with self._using:
                if until.is_set() or not self._say():
                    return

    def _say(self) -> bool:
        """Say that we live; without an answer the server has let go of the lock, and so do we."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT true"))
        except SQLAlchemyError:
            self._let_go()
            return False
        return True

    def _let_go(self) -> None:
        self._speaking.set()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _locked(self) -> Connection | None:
        connection: Connection | None = None
        try:
            connection = self._engine.connect()
            row = connection.execute(_TRY, {"key": self._key}).one()
            if row.taken:
                self._pid = row.pid
                return connection
            connection.execute(_END_SILENT, {"key": self._key, "silent": SILENT_SECONDS})
        except SQLAlchemyError:
            pass  # The server is away: the lock is taken when it is back.
        if connection is not None:
            connection.close()
        return None
