"""Connect to either database: what one process holds open of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, text
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import PoolProxiedConnection

from feedsvc.store import clock
from feedsvc.store.failures import is_fatal
from feedsvc.store.gate import Gate, lock_file
from feedsvc.store.sqlite import File, PerThread

# So that a server that went away without a word is noticed within seconds.
_LINK = {
    "application_name": "feedsvc",
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_POSTGRESQL_SESSION = (
    "-c timezone=UTC -c statement_timeout=60000 -c lock_timeout=10000"
    # A process that is paused in the middle of a transaction must not keep all others waiting.
    " -c idle_in_transaction_session_timeout=20000"
)


@dataclass(frozen=True, slots=True)
class Opened:
    """Two views of one process's connection pool: for snapshots, and for writing."""

    reader: Engine
    writer: Engine
    pid: int = field(default_factory=os.getpid)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a snapshot, which ends with the block."""
        with self.reader.connect() as connection:
            connection.begin()
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Begin a transaction, at once: writers only meet at the same row. It ends as that of a file does."""
        with self.writer.begin() as connection:
            yield connection

    def version(self) -> int:
        """Return a number that changes with every change that others commit."""
        with self.reader.connect() as c:
            return clock.seq(c)

    def close(self) -> None:
        """Close every connection of this process."""
        self.writer.dispose()


@dataclass(frozen=True, slots=True)
class OpenedFile(Opened):
    """The same of a SQLite file, with its gate; transactions begin at the driver."""

    gate: Gate = field(kw_only=True)
    watching: PerThread = field(kw_only=True)
    """Never written through, or their `data_version` would stand still at what they wrote."""
    kept: list[Connection] = field(default_factory=list)
    """Where the writer's connection waits for the next one: to fetch it from the pool each time takes
    as long as to write ten rows."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a snapshot, which ends with the block."""
        with self.reader.connect() as connection:
            driver_of(connection).execute("BEGIN")
            connection.begin()
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Begin a transaction when this thread may write; commit at the end, or roll back on error."""
        with self.gate.hold():
            connection = self.kept.pop() if self.kept else self.writer.connect()
            try:
                driver_of(connection).execute("BEGIN IMMEDIATE")
                with connection.begin():
                    yield connection
            except sqlite3.Error as error:
                # Raised past SQLAlchemy, by the driver's connection.
                if is_fatal(error):
                    connection.invalidate(error)
                raise
            finally:
                if connection.invalidated:
                    connection.close()
                else:
                    self.kept.append(connection)

    def version(self) -> int:
        """Return a number that changes with every change that other connections commit; for one thread."""
        connection = self.watching.connection()
        try:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            self.watching.drop()
            raise

    def close(self) -> None:
        """Close every connection of this process, but one that writes just now."""
        while self.kept:
            self.kept.pop().close()
        self.writer.dispose()
        self.watching.close()


class Dialect(SQLiteDialect_pysqlite):
    """SQLite as SQLAlchemy knows it, but for how a transaction begins and what spoils a connection.

    Said here, and not by events, which slow down every statement.
    """

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Refuse to begin by itself, as with a connection whose block has ended: that would pass the gate."""
        driver = dbapi_connection.driver_connection
        if driver is None or not driver.in_transaction:
            raise RuntimeError("there is no transaction: open one with Store.read or Store.write")

    def is_disconnect(self, e: Exception, connection: object, cursor: object) -> bool:
        """Say whether the connection that raised an error must not be used again."""
        return is_fatal(e)

    def do_close(self, dbapi_connection: DBAPIConnection) -> None:
        """Close a connection, and end its transaction before.

        SQLite ends it only with the last statement, which an error on its way up may hold for long.
        """
        with suppress(sqlite3.Error):
            dbapi_connection.rollback()
        dbapi_connection.close()


registry.register("sqlite.feedsvc", __name__, Dialect.__name__)


def open_file(file: File, patience: float) -> OpenedFile:
    """Get ready to use a SQLite file; connections open when they are first needed."""
    engine = create_engine(
        "sqlite+feedsvc://", creator=file.connect, poolclass=QueuePool, pool_size=8, max_overflow=24
    )
    return OpenedFile(
        reader=engine,
        writer=engine,
        gate=Gate(lock_file(file.path), patience),
        watching=PerThread(file.connect),
    )


def open_server(url: URL) -> Opened:
    """Get ready to use a PostgreSQL database; connections open when they are first needed."""
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        connect_args={**_LINK, "options": _POSTGRESQL_SESSION},
    )
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Opened(reader=snapshot, writer=engine)


def take_time(c: Connection) -> None:
    """Let the rest of this transaction run as long as it needs, and only one such at a time."""
    if c.dialect.name == "postgresql":
        c.execute(text("SET LOCAL statement_timeout = 0"))
        c.execute(text("SET LOCAL lock_timeout = 0"))
        c.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        c.execute(text("SELECT pg_advisory_xact_lock(hashtext('feedsvc'))"))


def driver_of(c: Connection) -> sqlite3.Connection:
    """Return the connection of SQLite's driver that another runs on."""
    driver = c.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("this is not a connection to SQLite")
    return driver
