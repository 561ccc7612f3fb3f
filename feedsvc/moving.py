"""Move an installation: copy it to another database, back it up, and restore it from a backup.

A backup is a SQLite file, whatever the database is, and it is restored into either.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from feedsvc import ingest
from feedsvc.config import Settings
from feedsvc.errors import Conflict
from feedsvc.process import only_one
from feedsvc.queue import Job, Queue
from feedsvc.service import open_database, prepare
from feedsvc.store import Store, Transaction, backups, hold, new_file, sqlite

Progress = Callable[[str, int, int], None]


def copy(settings: Settings, url: str, progress: Progress) -> None:
    """Copy the installation into an empty database, with its jobs; what is there then can serve at once.

    `progress` hears of each table the rows that are done and the rows that there are. StoreError if
    the target holds anything.
    """
    there = _elsewhere(settings, url)
    prepare(there)
    with _opened(settings) as (store, queue), _opened(there) as (target, line):
        store.verify()
        store.copy_to(target, progress, partial(_hand_over, queue.jobs(), line))


def back_up(settings: Settings, target: Path, progress: Progress) -> None:
    """Write a backup to a new file, while the service goes on; it is there whole, or not at all."""
    if settings.database_path is None:
        with new_file(target) as part:
            copy(settings, f"sqlite:///{part}", progress)
            sqlite.File(part, "full", 1.0).close_log()
        return
    with _opened(settings) as (store, _):
        store.backup(target)


def restore(settings: Settings, backup: Path, now: datetime) -> str:
    """Put a backup in the place of the database; return where what was there is kept, or empty text.

    The backup is looked at first and brought to this version; it stays as it is. Conflict where the
    service runs. Whatever fails, the database is what it was, or the backup: nothing is lost.
    """
    backups.examine(backup)
    kept = f"replaced-{now:%Y%m%dT%H%M%S}"
    if settings.database_path is None:
        return _restore_into_server(settings, backup, kept.replace("-", "_").lower())
    return _restore_file(settings, settings.database_path, backup, kept)


def is_there(settings: Settings) -> bool:
    """Say whether there is a database that a backup would replace."""
    if settings.database_path is not None:
        return settings.database_path.exists()
    with _opened(settings) as (store, _):
        return store.has_tables()


def _restore_file(settings: Settings, path: Path, backup: Path, kept: str) -> str:
    if path.exists() and backup.samefile(path):
        raise Conflict(f"{backup} is the database itself: name a backup")
    with _nobody_else(settings, path):
        had = path.exists()
        aside = path.with_name(f"{path.name}.{kept}")
        with backups.unpacked(backup, path.with_name(f"{path.name}.restored")) as fresh:
            prepare(_elsewhere(settings, f"sqlite:///{fresh}"), keep_backup=False)
            sqlite.exchange(fresh, path, aside)
    return str(aside) if had else ""


def _restore_into_server(settings: Settings, backup: Path, kept: str) -> str:
    with _opened(settings) as (_, line):
        line.apply_schema()
    with ExitStack() as used:
        folder = Path(used.enter_context(tempfile.TemporaryDirectory(prefix="feedsvc-restore-")))
        fresh = used.enter_context(backups.unpacked(backup, folder / "backup.db"))
        here = _elsewhere(settings, f"sqlite:///{fresh}")
        prepare(here, keep_backup=False)
        source, queue = used.enter_context(_opened(here))
        # Opened anew, so that we have one connection only when it asks who else is there.
        store, line = used.enter_context(_opened(settings))
        had = store.take_over(source, f"feedsvc_{kept}", partial(_replace_jobs, queue.jobs(), line))
    return f"schema feedsvc_{kept}" if had else ""


def _hand_over(jobs: list[Job], line: Queue, tx: Transaction) -> None:
    """Have another queue do what waits, and publish: a job may have ended while the rows were read."""
    line.adopt(tx.raw, jobs)
    ingest.defer_publish(line, tx)


def _replace_jobs(jobs: list[Job], line: Queue, tx: Transaction) -> None:
    line.clear(tx.raw)
    _hand_over(jobs, line, tx)


@contextmanager
def _nobody_else(settings: Settings, path: Path) -> Iterator[None]:
    """Keep every service off a SQLite database; Conflict if one is running on it."""
    with ExitStack() as held:
        held.enter_context(only_one(Path(f"{path}.serve"), str(path), 0))
        worker = hold(settings.database_url, "worker")
        held.callback(worker.release)
        if not worker.take() or sqlite.is_open(path):
            raise Conflict(f"{path} is in use by another program: stop feedsvc first")
        yield


def _elsewhere(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"database": settings.database.model_copy(update={"url": url})})


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Store, Queue]]:
    store, queue = open_database(settings)
    try:
        yield store, queue
    finally:
        queue.close()
        store.close()
