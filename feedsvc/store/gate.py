"""The one gate that every write to a SQLite database goes through, in every thread and process.

SQLite lets one writer in at a time and has no queue: without a gate, writers that poll starve each
other. A lock on a file beside the database, taken before BEGIN IMMEDIATE, keeps them apart.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from feedsvc.errors import StoreError
from feedsvc.store.failures import BUSY

_FIRST_PAUSE = 0.001
_LONGEST_PAUSE = 0.02


def lock_file(database: Path) -> Path:
    """Return the file beside a SQLite database whose lock a writer holds."""
    return database.with_name(f"{database.name}.gate")


def is_read_only(database: Path) -> bool:
    """Say whether the disk refuses that a SQLite database is written, without touching the database.

    Its own file is never opened for this: to close it would end the locks that this process has on it.
    """
    try:
        os.close(os.open(lock_file(database), os.O_RDWR | os.O_CLOEXEC))
    except OSError as error:
        return error.errno == errno.EROFS
    return False


class Gate:
    """A lock between threads and processes, by a file; for one process: a fork makes its own.

    Threads of one process wait for each other first, so that only one of them polls the file.
    """

    def __init__(
        self,
        path: Path,
        patience: float,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path = path
        self._patience = patience
        self._monotonic = monotonic
        self._sleep = sleep
        self._turn = threading.Lock()
        self._holder: int | None = None

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Be the only writer inside; a StoreError after `patience` seconds of waiting."""
        me = threading.get_ident()
        if self._holder == me:
            raise RuntimeError("this thread is inside the gate already: write through the transaction it has")
        deadline = self._monotonic() + self._patience
        if not self._turn.acquire(timeout=self._patience):
            raise StoreError(f"{self._path}: {BUSY}")
        try:
            self._holder = me
            with self._locked_file(deadline):
                yield
        finally:
            self._holder = None
            self._turn.release()

    @contextmanager
    def _locked_file(self, deadline: float) -> Iterator[None]:
        file = self._open()
        try:
            self._lock(file, deadline)
            try:
                yield
            finally:
                # Not left to close(): a child forked meanwhile has the file open too and would keep the lock.
                fcntl.flock(file, fcntl.LOCK_UN)
        finally:
            os.close(file)

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"{self._path}: the database's lock file cannot be opened ({error.strerror}): "
                "check the disk and the folder's owner and mode"
            ) from error

    def _lock(self, file: int, deadline: float) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self._monotonic() >= deadline:
                    raise StoreError(f"{self._path}: {BUSY}") from None
                self._sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                return
