"""The tasks that workers run; each is idempotent and takes names, not data."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta

from procrastinate import RetryStrategy

from feedsvc import config, ingest
from feedsvc.net import Client
from feedsvc.publish import Published, publish
from feedsvc.service import Service
from feedsvc.store import SourceState, schedule, sources
from feedsvc.work import refresh

REFRESH = "refresh"
SWEEP = "sweep"
"""Task and schedule name of the daily clearing of what no one needs any more."""

MOMENT = "moment"
"""The schedule's name for the next embargo's end or expiry: then everything is published again."""

SELDOM = timedelta(hours=1)
"""How often feeds are compared with the items where no change, embargo or expiry asks for it."""

DAY = timedelta(days=1)
KEEP_FAILED = timedelta(days=30)
"""How long a failed job can be looked at and tried again."""

AGAIN = RetryStrategy(max_attempts=6, exponential_wait=2)

log = logging.getLogger(__name__)


def register(service: Service, client: Client) -> None:
    """Register every task with the queue of this worker."""
    app = service.queue.app

    @app.task(name=ingest.PUBLISH, retry=AGAIN)
    def run_publish() -> None:
        publish_now(service)

    @app.task(name=REFRESH, retry=AGAIN)
    def run_refresh(source: str) -> None:
        if refresh.is_paused(service, source):
            return
        # Jitter spreads load; nobody must be unable to guess it.
        refresh.refresh_source(service, client, source, random.random())  # noqa: S311

    @app.task(name=SWEEP, retry=AGAIN)
    async def run_sweep() -> None:
        hours = int(KEEP_FAILED / timedelta(hours=1))
        await app.job_manager.delete_old_jobs(
            nb_hours=hours, include_failed=True, include_cancelled=True, include_aborted=True
        )


def publish_now(service: Service) -> Published:
    """Publish, log what became live, and schedule the next embargo's end or expiry."""
    now = service.clock()
    done = publish(service.store, service.catalog, now)
    for problem in done.problems:
        log.error("publish left_out=%s", problem.message)
    if done.documents:
        log.info("publish documents=%d ms=%d", len(done.documents), _ms(service.clock() - now))
    with service.store.write() as tx:
        schedule.put(tx.connection, MOMENT, SELDOM, done.next_moment or now + SELDOM)
    return done


def enqueue_due(service: Service) -> None:
    """Claim what the schedule says is due and enqueue its task, in one transaction: the tick."""
    now = service.clock()
    with service.store.read() as connection:
        if not schedule.due(connection, now):
            return
    with service.store.write() as tx:
        for name in schedule.claim(tx.connection, now, 100):
            if name == MOMENT:
                ingest.defer_publish(service.queue, tx)
            elif name == SWEEP:
                service.queue.defer(tx.raw, SWEEP, queueing_lock=SWEEP)
            else:
                key = name.removeprefix(refresh.SOURCE)
                service.queue.defer(tx.raw, REFRESH, queueing_lock=name, lock=name, source=key)


def arrange(service: Service, now: datetime) -> None:
    """Bring the rows of sources and schedule in line with the configuration; what is new is due now."""
    settings = service.settings
    enabled = [key for key, source in settings.sources.items() if source.enabled]
    names = {refresh.schedule_name(key): key for key in enabled}
    with service.store.write() as tx:
        sources.ensure(tx.connection, _known_as(settings))
        plan = {name: (refresh.every_of(service, key), now) for name, key in names.items()}
        # Nothing is published before the first look at the folder: that enqueues it.
        plan |= {SWEEP: (DAY, now), MOMENT: (SELDOM, now + SELDOM)}
        schedule.keep(tx.connection, plan.keys())
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
