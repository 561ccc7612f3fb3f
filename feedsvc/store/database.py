"""One open database: reading in snapshots, writing through one gate, and caring for the file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, make_url

from feedsvc.errors import Misfit, StoreError
from feedsvc.store import backups, health, migrate, transfer
from feedsvc.store import clock as sequence
from feedsvc.store.engine import Opened, driver_of, open_file, open_server, take_time
from feedsvc.store.failures import plain_words
from feedsvc.store.sqlite import File, Synchronous

PATIENCE_SECONDS = 10.0
KEPT_BACKUPS = 3
STALE_SECONDS = 3600.0


class Transaction:
    """A write that has begun: committed whole when its block ends, or not at all."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._seq: int | None = None

    @property
    def raw(self) -> Any:  # sqlite3.Connection or psycopg.Connection: what the task queue writes through
        """Return the driver's connection that this transaction runs on."""
        return self.connection.connection.driver_connection

    def seq(self) -> int:
        """Return this transaction's number in the global change sequence, taken on the first call.

        Call it as late as possible: on PostgreSQL every other writer that wants a number waits from
        then on until this transaction ends, so that numbers become visible in their order.
        """
        if self._seq is None:
            self._seq = sequence.advance(self.connection)
        return self._seq


Finish = Callable[[Transaction], None]


def _nothing(_: Transaction) -> None:
    """Write no more."""


class Store:
    """One database, for any number of threads; a forked process opens its own connections.

    `url` is `sqlite:///path` or `postgresql://…`. Nothing is opened before it is needed.
    """

    url: str
    dialect: Literal["sqlite", "postgresql"]

    def __init__(
        self,
        url: str,
        *,
        synchronous: Synchronous = "full",
        clock: Callable[[], datetime],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.url = url
        self._clock = clock
        self._patience = patience
        self._file = _file(url, synchronous, patience)
        self.dialect = "sqlite" if self._file else "postgresql"
        self._opened = self._open()
        self._inherited: list[Opened] = []

    def upgrade(self, *, keep_backup: bool = True) -> None:
        """Bring the tables to this version, making the database (file 0600, folder 0700) if there is none.

        A SQLite database that holds something is first copied to `backups/` beside it, where the
        last three copies stay. All migrations happen or none does. A StoreError if a newer feedsvc
        made the database, or it is damaged as far as a second's look can tell.
        """
        if self._file:
            self._file.make()
        with self.read() as c:
            found = migrate.revision(c)
            damage = health.first_damage(c, self._backups)
        if not migrate.is_known(found):
            raise StoreError(f"{self._name}: {migrate.newer(found)}")
        if damage:
            raise StoreError(f"{self._name}: {damage}")
        if found == migrate.head():
            return
        if self._file and found is not None and keep_backup:
            self._keep_backup(self._file, found)
        with self.write() as transaction:
            take_time(transaction.connection)
            migrate.upgrade(transaction.connection)

    def has_tables(self) -> bool:
        """Say whether there is anything of feedsvc in the database, of whatever version."""
        with self.read() as c:
            return migrate.revision(c) is not None

    def verify(self) -> None:
        """Raise Misfit unless the tables are of this version: nobody else may write to them."""
        with self.read() as c:
            misfit = health.misfit(c)
        if misfit is not None:
            raise Misfit(f"{self._name}: {misfit}")

    def check(self) -> list[str]:
        """Return what is wrong with the database, each with what to do about it; [] is healthy."""
        try:
            with self.read() as c:
                return health.problems(c, self._backups)
        except StoreError as error:
            return [str(error)]

    def backup(self, target: Path) -> None:
        """Write a consistent copy of a SQLite database to a new file, while the service goes on."""
        if not self._file:
            raise RuntimeError("a PostgreSQL database is copied, into a new SQLite file")
        with plain_words(self._name):
            self._file.copy(target)

    def copy_to(self, other: Store, progress: transfer.Progress, finish: Finish = _nothing) -> None:
        """Copy all rows of every table to another, empty database, in one transaction there.

        `progress` hears the table's name, the rows that are done, and the rows that there are.
        `finish` is called at the end of the transaction, to write what else there is.
        """
        other.upgrade()
        with self.read() as c, other.write() as transaction:
            take_time(transaction.connection)
            transfer.copy_all(c, transaction.connection, progress)
            finish(transaction)

    def take_over(self, other: Store, aside: str, finish: Finish) -> bool:
        """Replace all that a PostgreSQL database holds by what another of this version does, or do nothing.

        What it held stays in its schema `aside`; False if there was nothing. Conflict if others use it.
        """
        with other.read() as c, self.write() as transaction:
            take_time(transaction.connection)
            backups.require_alone(transaction.connection)
            replaced = backups.set_aside(transaction.connection, aside)
            migrate.upgrade(transaction.connection)
            transfer.copy_all(c, transaction.connection, lambda *_: None)
            finish(transaction)
        return replaced

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open one snapshot: everything read inside is of the same moment, and nobody waits for it."""
        with plain_words(self._name), self._here().reading() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction, after waiting for other writers; it commits at the end, or rolls back on error.

        On SQLite nobody else writes meanwhile: keep it short, with at most some hundred rows. A
        StoreError if the database is not free within ten seconds, or does not take the change.
        """
        with plain_words(self._name), self._here().writing() as connection:
            transaction = Transaction(connection)
            try:
                yield transaction
            finally:
                # Or whoever still has it would write along in the next one, on the same connection.
                del transaction.connection

    @contextmanager
    def gate(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction as `write` does; yield the connection of SQLite's driver, for the task queue.

        Violated constraints pass as sqlite3.IntegrityError.
        """
        if self._file is None:
            raise RuntimeError("only SQLite has a gate: PostgreSQL needs none")
        with plain_words(self._name), self._here().writing() as connection:
            yield driver_of(connection)

    def version(self) -> int:
        """Return a number that differs from this thread's last one if anybody else committed a change.

        It costs microseconds; it says nothing across threads or processes.
        """
        with plain_words(self._name):
            return self._here().version()

    def close(self) -> None:
        """Close this process's connections; using the store again opens new ones."""
        self._here().close()

    @property
    def _name(self) -> str:
        return str(self._file.path) if self._file else make_url(self.url).render_as_string(hide_password=True)

    @property
    def _backups(self) -> Path | None:
        return self._file.path.parent / "backups" if self._file else None

    def _here(self) -> Opened:
        if self._opened.pid != os.getpid():
            # Kept, never closed: closing SQLite's connections of the parent would disturb the parent.
            self._inherited.append(self._opened)
            self._opened = self._open()
        return self._opened

    def _open(self) -> Opened:
        return open_file(self._file, self._patience) if self._file else open_server(make_url(self.url))

    def _keep_backup(self, file: File, found: str) -> None:
        folder = file.path.parent / "backups"
        stem = file.path.stem
        self.backup(folder / f"{stem}-{self._clock():%Y%m%dT%H%M%S%f}-{found}.db")
        for old in sorted(folder.glob(f"{stem}-*.db"))[:-KEPT_BACKUPS]:
            old.unlink(missing_ok=True)
        # A copy that was killed half-way has a name of its own; nobody else copies as slowly as that.
        for part in folder.glob(f"{stem}-*.part"):
            if self._clock().timestamp() - part.stat().st_mtime > STALE_SECONDS:
                part.unlink(missing_ok=True)


def _file(url: str, synchronous: Synchronous, patience: float) -> File | None:
    """Return the SQLite file that a URL names, or None if it names a PostgreSQL database.

    The path of a SQLite URL is taken as it stands: a file name may hold any character.
    """
    scheme, separator, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if kind in ("postgresql", "postgres") and separator:
        return None
    if kind != "sqlite" or not separator:
        raise StoreError(
            f"“{scheme}” is no database that feedsvc knows: write sqlite:///path or postgresql://…"
        )
    path = rest.removeprefix("/")
    if path in ("", ":memory:"):
        raise StoreError("SQLite needs a file: write sqlite:///data/feedsvc.db")
    return File(Path(path), synchronous, busy_seconds=patience / 2)
