"""Say in plain words what a database could not do, and what to do about it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import exc

from feedsvc.errors import StoreError

BUSY = "the database is busy: another process holds it; this is tried again by itself"
_MISSING_TABLES = "the database is not of this version of feedsvc: run `feedsvc db upgrade`"
_FULL = "the disk with the database is full: make room, then everything goes on by itself"
_READ_ONLY = "the database cannot be written: check its owner and mode, and that the disk is not read-only"
_RESTORE = "stop feedsvc and restore a backup with `feedsvc db restore FILE`"

_SQLITE: Mapping[int, str] = MappingProxyType(
    {
        sqlite3.SQLITE_BUSY: BUSY,
        sqlite3.SQLITE_LOCKED: BUSY,
        sqlite3.SQLITE_FULL: _FULL,
        sqlite3.SQLITE_READONLY: _READ_ONLY,
        sqlite3.SQLITE_PERM: _READ_ONLY,
        sqlite3.SQLITE_IOERR: "the disk with the database reports errors: check it, then `feedsvc db check`",
        sqlite3.SQLITE_CORRUPT: f"the database is damaged: {_RESTORE}",
        sqlite3.SQLITE_NOTADB: f"this is not a database: {_RESTORE}",
        sqlite3.SQLITE_CANTOPEN: "the database cannot be opened: if there is none yet, `feedsvc db upgrade` "
        "makes it; else check its folder's owner and mode, and that the disk is not read-only",
        sqlite3.SQLITE_NOMEM: "there is no memory left for the database",
    }
)
# After these a connection is not used again: what it believes of the file may be wrong.
_FATAL = frozenset(
    (
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    )
)
_AMBIGUOUS = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
_NEEDED_BYTES = 65_536
"""What SQLite takes for its shared memory, with some to spare."""
_POSTGRESQL: Mapping[str, str] = MappingProxyType(
    {
        "42P01": _MISSING_TABLES,
        "53100": _FULL,
        "25006": _READ_ONLY,
        "55P03": BUSY,
        "57014": BUSY,
        "40P01": BUSY,
        "40001": BUSY,
    }
)
# Classes of SQLSTATE: a lost connection, a lack of resources, an operator's doing.
_SERVER_TROUBLE = ("08", "53", "57")


@contextmanager
def plain_words(database: str) -> Iterator[None]:
    """Turn what the database's driver raises inside into a StoreError; bugs in statements pass unchanged."""
    try:
        yield
    except exc.TimeoutError as error:
        raise StoreError(f"{database}: {BUSY}") from error
    except exc.DBAPIError as error:
        reason = _reason(error.orig, database)
        if reason is None:
            raise
        raise StoreError(f"{database}: {reason}") from error
    except sqlite3.Error as error:
        reason = _reason(error, database)
        if reason is None:
            raise
        raise StoreError(f"{database}: {reason}") from error


def is_fatal(error: BaseException | None) -> bool:
    """Say whether the SQLite connection that raised this must not be used again."""
    return isinstance(error, sqlite3.Error) and _code(error) in _FATAL


def _reason(error: BaseException | None, database: str) -> str | None:
    if isinstance(error, sqlite3.Error):
        if "no such table" in str(error):
            return _MISSING_TABLES
        # What SQLite cannot make beside the file is an error of the disk to it, and no matter of room.
        if _code(error) in _AMBIGUOUS and _has_no_room(Path(database).parent):
            return _FULL
        return _SQLITE.get(_code(error))
    state: str | None = getattr(error, "sqlstate", None)
    if state is None:
        # psycopg has no state to tell where the server was never reached; bugs are other classes.
        return _unreachable(error) if type(error).__name__ == "OperationalError" else None
    return _POSTGRESQL.get(state) or (_unreachable(error) if state[:2] in _SERVER_TROUBLE else None)


def _has_no_room(folder: Path) -> bool:
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize < _NEEDED_BYTES or (found.f_files > 0 and found.f_favail == 0)


def _unreachable(error: BaseException | None) -> str:
    first_line = str(error).strip().partition("\n")[0]
    return f"it does not answer ({first_line}); this is tried again by itself"


def _code(error: sqlite3.Error) -> int:
    """Return the primary result code: the lower byte of the extended one."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
