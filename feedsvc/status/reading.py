"""Find the facts: ask the database, the queue and the disk; write nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from feedsvc import __version__, config
from feedsvc.errors import StoreError
from feedsvc.publish import PROBLEMS
from feedsvc.service import Service
from feedsvc.status.facts import Content, Database, Disk, Jobs, Source, SourceCondition, Status, Work
from feedsvc.store import (
    Connection,
    Counts,
    SourceState,
    audience,
    clock,
    feeds,
    health,
    is_read_only,
    items,
    schedule,
    sources,
)

ALIVE = timedelta(seconds=60)
"""A worker that was not heard of for so long is dead: it beats every ten seconds."""


def read(service: Service, now: datetime, before: Status | None = None) -> Status:
    """Return how the installation is now; never raises where the database does not answer.

    What was read `before` spares the counting of all items where nothing has changed since.
    """
    settings, store = service.settings, service.store
    try:
        with store.read() as connection:
            misfit, size = health.misfit(connection) or "", health.size(connection)
            found = None if misfit else _found(settings, connection, now, before)
        database = Database(store.dialect, True, misfit, size)
        if found is None:
            return Status(__version__, now, database, disk(settings))
        jobs = Jobs(service.queue.counts(), tuple(service.queue.failed()))
        return Status(__version__, now, database, disk(settings), work(service, now), jobs, *found)
    except StoreError as error:
        return without_database(settings, error, now)


def without_database(settings: config.Settings, error: StoreError, now: datetime) -> Status:
    """Return what can be told of an installation whose database cannot even be opened."""
    path = settings.database_path
    kind: Literal["sqlite", "postgresql"] = "sqlite" if path else "postgresql"
    database = Database(kind, False, str(error), exists=path is None or path.exists())
    return Status(__version__, now, database, disk(settings))


def disk(settings: config.Settings) -> Disk | None:
    """Return the room where the database lies; None where it is on another machine, or has no folder yet."""
    if settings.database_path is None:
        return None
    folder = settings.database_path.parent
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return Disk(
        found.f_bavail * found.f_frsize,
        found.f_blocks * found.f_frsize,
        # A file system that has made itself read-only after an error does not always say so.
        bool(found.f_flag & os.ST_RDONLY) or is_read_only(settings.database_path),
        found.f_favail if found.f_files else None,
        str(folder),
    )


def work(service: Service, now: datetime) -> Work:
    """Return whether workers live and what is overdue; StoreError where the database does not answer."""
    heard = [heartbeat.silent for heartbeat in service.queue.heartbeats()]
    job = service.queue.oldest_due()
    with service.store.read() as connection:
        name, at = schedule.first(connection) or ("", None)
    waits = [job.late if job else timedelta(), now - at if at else timedelta(), timedelta()]
    alive = sum(silent < ALIVE for silent in heard)
    return Work(alive, heard[0] if heard else None, job, name, at, max(waits))


def _found(
    settings: config.Settings, connection: Connection, now: datetime, before: Status | None
) -> tuple[Content, tuple[Source, ...], Mapping[tuple[str, str], Counts], Counts]:
    today = sum(audience.since(connection, now).values(), Counts())
    content = _content(connection, now, before)
    return content, _sources(settings, connection), audience.since(connection), today


def _content(connection: Connection, now: datetime, before: Status | None) -> Content:
    problems, seq = sources.count_problems(connection), clock.seq(connection)
    known = before.content if before is not None else None
    return Content(
        items=known.items if known is not None and known.sequence == seq else items.counts(connection),
        last_published=items.last_published(connection, now),
        next_moment=items.next_moment(connection, now),
        feeds=feeds.count(connection),
        sequence=seq,
        errors=problems.get((config.FOLDER, "error"), 0),
        warnings=problems.get((config.FOLDER, "warning"), 0),
        left_out=sum(number for (source, _), number in problems.items() if source == PROBLEMS),
    )


def _sources(settings: config.Settings, connection: Connection) -> tuple[Source, ...]:
    known = {state.key: state for state in sources.all(connection)}
    enabled = {config.FOLDER: True} | {key: each.enabled for key, each in settings.sources.items()}
    return tuple(_source(known.get(key) or SourceState(key, ""), on) for key, on in enabled.items())


def _source(state: SourceState, enabled: bool) -> Source:
    condition = _condition(state, enabled)
    return Source(
        key=state.key,
        kind="folder" if state.key == config.FOLDER else "upstream",
        condition=condition,
        last_try=state.last_try,
        last_success=state.last_success,
        next_due=state.next_at if condition not in ("off", "paused") else None,
        failures=state.failures,
        error=state.error,
        paused=state.paused,
        held=state.held,
    )


def _condition(state: SourceState, enabled: bool) -> SourceCondition:
    if not enabled:
        return "off"
    if state.paused:
        return "paused"
    if state.error:
        return "failing"
    if state.held:
        return "held"
    return "ok" if state.last_success else "waiting"
