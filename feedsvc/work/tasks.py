"""The tasks that workers run; each is idempotent and takes names, not data."""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import datetime, timedelta

from procrastinate import RetryStrategy

from feedsvc import config, ingest
from feedsvc.compress import compress
from feedsvc.decide import still_out
from feedsvc.net import Client
from feedsvc.publish import Published, publish_some
from feedsvc.service import Service
from feedsvc.store import Connection, SourceState, Transaction, audience, items, meta, schedule, sources
from feedsvc.work import refresh
from feedsvc.work.exporting import export_now

COMPRESS = "compress"
EXPORT = "export"
REFRESH = "refresh"
SWEEP = "sweep"
"""Task and schedule name of the daily clearing of what no one needs any more."""

MOMENT = "moment"
"""The schedule's name for the next embargo's end or expiry: then everything is published again."""

SELDOM = timedelta(hours=1)
"""How often feeds are compared with the items where no change, embargo or expiry asks for it."""

LAST = -10
"""The priority of what nobody waits for."""

DAY = timedelta(days=1)
KEEP_FAILED = timedelta(days=30)
"""How long a failed job can be looked at and tried again."""

KEEP_DAYS = timedelta(days=400)
"""How long counts of readers are kept by day."""

CLOCKS_DIFFER = timedelta(seconds=5)
"""So much the clocks of two machines may differ, and so much one may be set back, without anybody caring."""

AGAIN = RetryStrategy(max_attempts=6, exponential_wait=2)

log = logging.getLogger(__name__)


def register(service: Service, client: Client) -> None:
    """Register every task with the queue of this worker."""
    app = service.queue.app

    @app.task(name=ingest.PUBLISH, retry=AGAIN)
    def run_publish() -> None:
        publish_now(service)

    @app.task(name=COMPRESS, retry=AGAIN)
    def run_compress() -> None:
        if compress(service.store):
            with service.store.write() as tx:
                defer_export(service, tx)

    @app.task(name=EXPORT, retry=AGAIN)
    def run_export() -> None:
        root = service.settings.export_path
        if root is not None and export_now(service, root).left:
            with service.store.write() as tx:
                defer_export(service, tx)

    @app.task(name=REFRESH, retry=AGAIN)
    def run_refresh(source: str) -> None:
        if refresh.is_paused(service, source):
            return
        # Jitter spreads load; nobody must be unable to guess it.
        refresh.refresh_source(service, client, source, random.random())  # noqa: S311

    @app.task(name=SWEEP, retry=AGAIN)
    async def run_sweep() -> None:
        await asyncio.to_thread(fold_audience, service)
        hours = int(KEEP_FAILED / timedelta(hours=1))
        await app.job_manager.delete_old_jobs(
            nb_hours=hours, include_failed=True, include_cancelled=True, include_aborted=True
        )


def fold_audience(service: Service) -> None:
    """Keep the counts of long ago together, no longer by day."""
    with service.store.write() as tx:
        audience.fold(tx.connection, service.clock() - KEEP_DAYS)


def publish_now(service: Service) -> Published:
    """Publish, log what became live, and schedule the next embargo's end and the rest of a long run."""
    now = service.clock()
    with service.store.read() as connection:
        back = went_back(connection, now)
    if back:
        mend(service, now)
    done = publish_some(service.store, service.catalog, now)
    for problem in done.problems:
        log.error("publish left_out=%s", problem.message)
    if done.documents:
        log.info("publish documents=%d ms=%d", len(done.documents), _ms(service.clock() - now))
    with service.store.write() as tx:
        schedule.put(tx.connection, MOMENT, SELDOM, done.next_moment or now + SELDOM)
        meta.put(tx.connection, meta.LATEST, now.isoformat())
        if done.more:
            ingest.defer_publish(service.queue, tx)
        if done.documents:
            service.queue.defer(tx.raw, COMPRESS, queueing_lock=COMPRESS, priority=LAST)
        defer_export(service, tx)
    return done


def defer_export(service: Service, tx: Transaction) -> None:
    """Have what is published exported, if a folder is configured; one run waits at a time, and one runs."""
    if service.settings.export_path is not None:
        service.queue.defer(tx.raw, EXPORT, queueing_lock=EXPORT, lock=EXPORT)


def enqueue_due(service: Service) -> None:
    """Claim what the schedule says is due and enqueue its task, in one transaction: the tick."""
    now = service.clock()
    with service.store.read() as connection:
        back, due = went_back(connection, now), schedule.due(connection, now)
    if back:
        mend(service, now)
    if not due:
        return
    with service.store.write() as tx:
        meta.put(tx.connection, meta.LATEST, now.isoformat())
        claimed = schedule.claim(tx.connection, now, 100)
        if MOMENT in claimed:
            ingest.defer_publish(service.queue, tx)
        if SWEEP in claimed:
            service.queue.defer(tx.raw, SWEEP, queueing_lock=SWEEP)
        keys = {
            name: name.removeprefix(schedule.SOURCE) for name in claimed if name.startswith(schedule.SOURCE)
        }
        service.queue.defer_all(tx.raw, REFRESH, {name: {"source": key} for name, key in keys.items()})


def went_back(c: Connection, now: datetime) -> bool:
    """Say whether the clock shows an earlier time than one at which we have acted."""
    latest = meta.get(c, meta.LATEST)
    return latest is not None and datetime.fromisoformat(latest) > now + CLOCKS_DIFFER


def mend(service: Service, now: datetime) -> None:
    """Make the best of a clock that went back: what was published stays, what waits does not wait longer.

    Every feed is looked at again: one may hold what is embargoed once more. A source that was asked at
    a time that has not come is asked again after the wait that was meant then.
    """
    with service.store.write() as tx:
        c = tx.connection
        latest = datetime.fromisoformat(meta.get(c, meta.LATEST) or now.isoformat())
        # What came in just before has not been published yet.
        ahead = items.appeared(c, now, latest + SELDOM)
        found = [still_out(item, now, latest) for item in ahead]
        kept = [item for item in found if item is not None]
        if kept:
            items.update(c, kept, tx.seq())
        early = [state for state in sources.all(c) if state.last_try and state.last_try > now]
        for state in early:
            mended = refresh.from_now(state, now)
            sources.put_state(c, mended)
            schedule.pull(c, schedule.of_source(state.key), mended.next_at or now)
        schedule.pull(c, SWEEP, now + DAY)
        meta.put(c, meta.PUBLISHED, "")
        meta.put(c, meta.LATEST, now.isoformat())
        ingest.defer_publish(service.queue, tx)
    log.warning("clock back_by=%s kept=%d sources=%d", latest - now, len(kept), len(early))


def arrange(service: Service, now: datetime) -> None:
    """Bring the rows of sources and schedule in line with the configuration; what is new is due now."""
    settings = service.settings
    enabled = [key for key, source in settings.sources.items() if source.enabled]
    names = {schedule.of_source(key): key for key in enabled}
    with service.store.write() as tx:
        sources.ensure(tx.connection, _known_as(settings))
        plan = {name: (refresh.every_of(service, key), now) for name, key in names.items()}
        # Nothing is published before the first look at the folder: that enqueues it.
        plan |= {SWEEP: (DAY, now), MOMENT: (SELDOM, now + SELDOM)}
        schedule.keep(tx.connection, plan.keys())
        schedule.change(tx.connection, {name: every for name, (every, _) in plan.items()})
        there = schedule.names(tx.connection)
        schedule.put_all(tx.connection, {name: due for name, due in plan.items() if name not in there})


def _known_as(settings: config.Settings) -> list[SourceState]:
    """Return each configured source as it is before its first refresh."""
    upstream = settings.sources.items()
    return [
        SourceState(config.FOLDER, "folder"),
        *(SourceState(key, "upstream", source.title, source.url) for key, source in upstream),
    ]


def _ms(duration: timedelta) -> int:
    return int(duration.total_seconds() * 1000)
