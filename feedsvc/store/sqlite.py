"""Open, make and copy SQLite files; the only place that knows their pragmas."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from feedsvc.errors import StoreError

Synchronous = Literal["full", "normal"]


@dataclass(frozen=True, slots=True)
class File:
    """A SQLite file and how its connections are set up."""

    path: Path
    synchronous: Synchronous
    busy_seconds: float

    def connect(self) -> sqlite3.Connection:
        """Open a connection in autocommit mode; the file must be there."""
        # mode=rw: sqlite3 would otherwise make an empty file where the database was moved away.
        uri = f"file:{quote(str(self.path))}?mode=rw"
        connection = sqlite3.connect(
            uri, uri=True, timeout=self.busy_seconds, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {self.synchronous}")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA journal_size_limit = 67108864")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def make(self) -> None:
        """Make sure that the file and its folder exist; what is made is for the owner's eyes only."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreError(
                f"{self.path}: the database cannot be made here ({error.strerror}): "
                "check the folder's owner and mode, or set database.url to another place"
            ) from error

    def copy(self, target: Path) -> None:
        """Write a whole, consistent copy to a new file, while others go on reading and writing.

        The copy is on disk when this returns, and never half under its name. A StoreError if the
        name is taken.
        """
        if target.exists():
            raise StoreError(f"{target}: there is a file of that name already: choose another")
        part = target.with_name(f"{target.name}.part")
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            self._vacuum_into(part)
            _settle(part, target)
        except OSError as error:
            raise StoreError(f"{target}: the copy cannot be written: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)

    def _vacuum_into(self, part: Path) -> None:
        connection = self.connect()
        try:
            connection.execute("VACUUM INTO ?", (str(part),))
        finally:
            connection.close()


class PerThread:
    """One connection for each thread, opened when the thread first asks."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._local = threading.local()
        self._opened: dict[threading.Thread, sqlite3.Connection] = {}

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            self._forget_the_dead()
            held = self._local.connection = self._opened[threading.current_thread()] = self._connect()
        return held

    def drop(self) -> None:
        """Close this thread's connection; the next call opens another."""
        held = self._opened.pop(threading.current_thread(), None)
        if held is not None:
            self._local.connection = None
            held.close()

    def close(self) -> None:
        """Close every thread's connection."""
        self._local = threading.local()
        while self._opened:
            self._opened.popitem()[1].close()

    def _forget_the_dead(self) -> None:
        for thread in [each for each in list(self._opened) if not each.is_alive()]:
            self._opened.pop(thread).close()


def _settle(part: Path, target: Path) -> None:
    """Put a finished file under its name, so that it is there after a loss of power too."""
    _sync(part)
    part.rename(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
