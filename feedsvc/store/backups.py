"""Take a backup in again: look at it first, make it current, put it in the place of what is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, inspect, text

from feedsvc.errors import Conflict, StoreError
from feedsvc.store import migrate, schema, sqlite

_BESIDE_SCHEMA = ("search", "alembic_version")
_PATIENCE = "10s"


def examine(backup: Path) -> None:
    """Raise a StoreError unless a file is a whole database of feedsvc, of a version that we know."""
    if not backup.is_file():
        raise StoreError(f"{backup}: there is no such file")
    with _reading(backup) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if not {"alembic_version", schema.item.name} <= tables:
            raise StoreError(f"{backup}: this is a database, but not one of feedsvc")
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("none",)
        if not migrate.is_known(revision):
            raise StoreError(
                f"{backup}: a newer feedsvc made this backup (revision {revision}; this one knows up to "
                f"{migrate.head()}): install that version, or choose another backup"
            )
        (told,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if told != "ok":
        raise StoreError(f"{backup}: this backup is damaged ({told}): choose another")


@contextmanager
def unpacked(backup: Path, place: Path) -> Iterator[Path]:
    """Yield a copy of a backup at a place of its own, which is empty again after the block."""
    try:
        sqlite.remove(place)
        sqlite.File(place, "full", 1.0).make()
        with _reading(backup) as connection:
            connection.execute("VACUUM INTO ?", (str(place),))
        yield place
    except OSError as error:
        raise StoreError(f"{place}: cannot be written: {error.strerror}") from error
    finally:
        sqlite.remove(place)


def require_alone(c: Connection) -> None:
    """Raise Conflict if another program uses the PostgreSQL database."""
    query = (
        "SELECT count(*), min(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    others, pid = c.execute(text(query)).one()
    if others:
        raise Conflict(
            f"the database is in use by {others} other connections (one is PostgreSQL's process {pid}): "
            "stop every `feedsvc web` and `feedsvc worker` first"
        )


def set_aside(c: Connection, name: str) -> bool:
    """Move our tables of a PostgreSQL database into a schema of that name; False if there are none."""
    ours = {*schema.metadata.tables, *_BESIDE_SCHEMA}
    found = [table for table in inspect(c).get_table_names() if table in ours]
    if not found:
        return False
    c.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
    c.execute(text(f'CREATE SCHEMA "{name}"'))
    for table in found:
        c.execute(text(f'ALTER TABLE "{table}" SET SCHEMA "{name}"'))
    return True


@contextmanager
def _reading(backup: Path) -> Iterator[sqlite3.Connection]:
    # Immutable where no log lies beside it: a backup may be on a disk that cannot be written.
    log = backup.with_name(f"{backup.name}-wal")
    uri = f"file:{quote(str(backup))}?mode=ro{'' if log.exists() else '&immutable=1'}"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise StoreError(f"{backup}: this is no backup that can be read ({error}): choose another") from error
