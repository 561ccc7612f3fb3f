"""Open, make and copy SQLite files; the only place that knows their pragmas."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from feedsvc.errors import StoreError

Synchronous = Literal["full", "normal"]

_IN_USE = 128


@dataclass(frozen=True, slots=True)
class File:
    """A SQLite file and how its connections are set up."""

    path: Path
    synchronous: Synchronous
    busy_seconds: float

    def connect(self) -> sqlite3.Connection:
        """Open a connection in autocommit mode; the file must be there."""
        self._require_log()
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
        with new_file(target) as part, closing(self.connect()) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))

    def close_log(self) -> None:
        """Bring a file that nobody uses into one piece, which can be read where nothing can be written."""
        with closing(self.connect()) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")

    def _require_log(self) -> None:
        """Raise a StoreError if somebody took the file's log away: it held the last changes.

        SQLite makes and unmakes it together with the file of shared memory, which lives within its life.
        """
        log, shared = _beside(self.path, "-wal"), _beside(self.path, "-shm")
        # Twice, because another process may just be making both.
        if not log.exists() and shared.exists() and not log.exists():
            raise StoreError(
                f"{log}: this part of the database is gone, and the last changes with it: stop feedsvc and "
                f"`feedsvc db restore` a backup; or, to go on with what is left, remove {shared.name} too"
            )


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Yield the name under which to write a new SQLite file, which is there and empty.

    After the block it is on disk under its own name; if the block fails nothing is left. A StoreError
    if the name is taken.
    """
    if target.exists():
        raise StoreError(f"{target}: there is a file of that name already: choose another")
    part = _beside(target, ".part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove(part)
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        yield part
        settle(part, target)
    except OSError as error:
        raise StoreError(f"{target}: the copy cannot be written: {error.strerror}") from error
    finally:
        remove(part)


def settle(part: Path, target: Path) -> None:
    """Put a finished file under its name, so that it is there after a loss of power too."""
    _sync(part)
    part.rename(target)
    _sync(target.parent)


def remove(path: Path) -> None:
    """Remove a database that nobody uses, and what lies beside it."""
    for suffix in ("-shm", "-wal", ".gate", ""):
        _beside(path, suffix).unlink(missing_ok=True)


def is_open(path: Path) -> bool:
    """Say whether another process has the database open.

    Every connection holds a lock on this byte of the shared memory (SQLite's file format, “WAL-mode
    File Format” §2.3), from its first read to its end.
    """
    try:
        shared = os.open(_beside(path, "-shm"), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.lockf(shared, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _IN_USE)
    except BlockingIOError:
        return True
    finally:
        os.close(shared)
    return False


def exchange(part: Path, path: Path, kept: Path) -> None:
    """Put a finished file in the place of a database that nobody uses, which stays under the name `kept`.

    At every moment there is a whole file under the database's name, and never one beside the log of
    another.
    """
    if path.exists():
        _empty_log(path)
        _link(path, kept)
    _beside(path, "-shm").unlink(missing_ok=True)
    log = _beside(path, "-wal")
    if log.exists():
        log.rename(_beside(kept, "-wal"))
    settle(part, path)


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


def _empty_log(path: Path) -> None:
    # Of a damaged file that may fail: then the log is kept beside it.
    with suppress(sqlite3.Error, StoreError), closing(File(path, "full", 1.0).connect()) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _link(path: Path, kept: Path) -> None:
    if kept.exists() and kept.samefile(path):
        return  # Killed here, and begun again in the same second.
    try:
        os.link(path, kept)
    except OSError:
        # Some file systems know one name for a file only.
        shutil.copyfile(path, kept)
        kept.chmod(0o600)
        _sync(kept)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.name}{suffix}")


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
