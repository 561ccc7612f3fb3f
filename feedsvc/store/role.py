"""Let one process at a time have a role: the only worker on a file, the reader of a folder."""

from __future__ import annotations

import fcntl
import os
import zlib
from typing import Protocol

from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

SQLITE = "sqlite:///"
ANSWER_SECONDS = 5


class Hold(Protocol):
    """A role that ends with the process that has it, however that dies."""

    def take(self) -> bool:
        """Say whether the role is ours now; never waits for another holder."""

    def release(self) -> None:
        """Give the role up."""


def hold(url: str, role: str) -> Hold:
    """Return the role of this name on a database; nobody has it through this until it is taken."""
    if url.startswith(SQLITE):
        return _FileHold(f"{url.removeprefix(SQLITE)}.{role}")
    return _ServerHold(url, role)


class _FileHold:
    """A lock on a file beside the database: the kernel lets go of it when the process ends."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


class _ServerHold:
    """An advisory lock of PostgreSQL, on a connection of its own: the server lets go when that ends."""

    def __init__(self, url: str, role: str) -> None:
        self._engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"connect_timeout": ANSWER_SECONDS, "keepalives_idle": ANSWER_SECONDS},
        )
        self._key = zlib.crc32(f"feedsvc {role}".encode())
        self._connection: Connection | None = None

    def take(self) -> bool:
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT true"))
                return True
            self._connection = self._locked()
        except SQLAlchemyError:
            # The server went away, and the lock with it: it is taken anew when the server is back.
            self.release()
        return self._connection is not None

    def release(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _locked(self) -> Connection | None:
        connection = self._engine.connect()
        if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}).scalar_one():
            return connection
        connection.close()
        return None
