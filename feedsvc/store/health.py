"""Say what is wrong with a database."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from feedsvc.store import migrate
from feedsvc.store.schema import metadata

LOOK_SECONDS = 1.0
_MOST = 5


def problems(c: Connection, backups: Path | None) -> list[str]:
    """Return what is wrong: tables of another version, damage as far as SQLite can tell; [] is healthy."""
    version = misfit(c)
    if version is not None:
        return [version]
    advice = _advice(backups)
    lost = sorted(metadata.tables.keys() - set(inspect(c).get_table_names()))
    if lost:
        return [f"the database has lost its tables {', '.join(lost)}: {advice}"]
    return _damage(c, advice) if c.dialect.name == "sqlite" else []


def misfit(c: Connection) -> str | None:
    """Say why the tables are not of this version of feedsvc, and what to do; None if they are."""
    found = migrate.revision(c)
    if found == migrate.head():
        return None
    if not migrate.is_known(found):
        return migrate.newer(found)
    state = (
        "has no tables yet"
        if found is None
        else f"is of revision {found}, this feedsvc needs {migrate.head()}"
    )
    return f"the database {state}: run `feedsvc db upgrade`"


def first_damage(c: Connection, backups: Path | None) -> str | None:
    """Say what is wrong with the pages of a SQLite file, as far as LOOK_SECONDS tell; None where nothing is.

    Small databases are read whole in that time; of others, as much.
    """
    driver = c.connection.driver_connection
    if c.dialect.name != "sqlite" or driver is None:
        return None
    until = time.monotonic() + LOOK_SECONDS
    driver.set_progress_handler(lambda: time.monotonic() > until, 10_000)
    try:
        (told,) = driver.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        raise
    finally:
        driver.set_progress_handler(None, 0)
    return None if told == "ok" else f"the database is damaged: {_one_line(told)}: {_advice(backups)}"


def size(c: Connection) -> int:
    """Return how many bytes the database takes, without what only waits to be written into it."""
    if c.dialect.name == "sqlite":
        query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    else:
        query = "SELECT pg_database_size(current_database())"
    return int(c.execute(text(query)).scalar_one())


def _advice(backups: Path | None) -> str:
    """Say how to go back to a backup, with the last one that an upgrade made if there is one."""
    copies = sorted(backups.glob("*.db")) if backups else []
    known = f" (the last one before an upgrade is {copies[-1]})" if copies else ""
    return f"stop feedsvc and restore a backup with `feedsvc db restore FILE`{known}"


def _one_line(told: str) -> str:
    return " ".join(told.split())


def _damage(c: Connection, advice: str) -> list[str]:
    told = c.execute(text(f"PRAGMA integrity_check({_MOST})")).scalars().all()
    found = [f"the database is damaged: {_one_line(line)}: {advice}" for line in told if line != "ok"]
    orphans = c.execute(text("PRAGMA foreign_key_check")).all()
    found += [f"the database is damaged: table {row[0]}, row {row[1]}: {advice}" for row in orphans[:_MOST]]
    return found or _search(c)


def _search(c: Connection) -> list[str]:
    counted = text("SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM search)")
    items, indexed = c.execute(counted).one()
    if items == indexed:
        return []
    return [
        f"the search index holds {indexed} of {items} items: restore a backup, or copy with `feedsvc db copy`"
    ]
