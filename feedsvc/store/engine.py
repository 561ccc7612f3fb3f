"""Connect to either database: what one process holds open of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, text
from sqlalchemy.engine import ExceptionContext

from feedsvc.store import clock
from feedsvc.store.failures import is_fatal
from feedsvc.store.gate import Gate, lock_file
from feedsvc.store.sqlite import File, PerThread

_BEGIN = "feedsvc_begin"
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
    def turn(self) -> Iterator[None]:
        """Wait until this thread may write: on PostgreSQL at once, its writers only meet at the same row."""
        yield

    def version(self) -> int:
        """Return a number that changes with every change that others commit."""
        with self.reader.connect() as c:
            return clock.seq(c)

    def close(self) -> None:
        """Close every connection of this process."""
        self.writer.dispose()


@dataclass(frozen=True, slots=True)
class OpenedFile(Opened):
    """The same of a SQLite file, with its gate and connections outside the pool."""

    file: File = field(kw_only=True)
    gate: Gate = field(kw_only=True)
    raw: PerThread = field(kw_only=True)
    watching: PerThread = field(kw_only=True)
    """Never written through, or their `data_version` would stand still at what they wrote."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until this thread may write."""
        with self.gate.hold():
            yield

    @contextmanager
    def raw_transaction(self) -> Iterator[sqlite3.Connection]:
        """Begin a transaction inside the gate on a connection of the driver's own; commit at the end."""
        with self.gate.hold():
            connection = self.raw.connection()
            try:
                with _transaction(connection):
                    yield connection
            except sqlite3.Error as error:
                if is_fatal(error):
                    self.raw.drop()
                raise

    def version(self) -> int:
        """Return a number that changes with every change that other connections commit; for one thread."""
        connection = self.watching.connection()
        try:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            self.watching.drop()
            raise

    def close(self) -> None:
        """Close every connection of this process."""
        self.writer.dispose()
        self.raw.close()
        self.watching.close()


def open_file(file: File, patience: float) -> OpenedFile:
    """Get ready to use a SQLite file; connections open when they are first needed."""
    engine = create_engine(
        "sqlite+pysqlite://", creator=file.connect, poolclass=QueuePool, pool_size=8, max_overflow=24
    )
    # The driver's own idea of when a transaction begins is off (autocommit): we say it, and how.
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _give_up_connection)
    return OpenedFile(
        reader=engine,
        writer=engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}),
        file=file,
        gate=Gate(lock_file(file.path), patience),
        raw=PerThread(file.connect),
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


def _begin(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("a transaction begins on an open connection")
    try:
        # Past SQLAlchemy's own ways, which take as long as a small transaction's only statement.
        driver.execute(connection.get_execution_options().get(_BEGIN, "BEGIN"))
    except sqlite3.Error as error:
        if is_fatal(error):
            connection.invalidate(error)
        raise


def _give_up_connection(context: ExceptionContext) -> None:
    if is_fatal(context.original_exception):
        context.is_disconnect = True


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        # Still open after any error, but for those, such as a full disk, where SQLite rolled back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
