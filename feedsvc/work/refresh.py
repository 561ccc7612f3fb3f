"""Refresh one source now: the folder by looking at it, an upstream feed by asking for it."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import datetime, timedelta

from feedsvc import config, ingest, sources
from feedsvc.errors import NotFound, SourceError
from feedsvc.ingest import Outcome
from feedsvc.net import Client
from feedsvc.service import Service, folder, upstream
from feedsvc.store import SourceState, feeds
from feedsvc.store import sources as states
from feedsvc.work.timing import LONGEST_WAIT, next_due

LOOKS = 8
"""Looks in a row that bring nothing, in one refresh by hand: two settle a file, more wait for one that is
being written."""

log = logging.getLogger(__name__)


def refresh_source(service: Service, client: Client, key: str, jitter: float) -> Outcome:
    """Ask an upstream source for news, take them in, and note when to ask again.

    A failure is recorded with the source and returned; nothing of its items changes. Where somebody else
    has asked meanwhile, since this process was paused, only theirs counts.
    """
    if key not in service.settings.sources:
        raise NotFound("source", key)
    with service.store.read() as connection:
        state = states.state(connection, key)
    rules = upstream(service.settings, key)
    known = state or SourceState(key=key, kind="upstream", title="", url=rules.url)
    now = service.clock()
    try:
        got = sources.fetch(
            rules, client, etag=known.etag or "", last_modified=known.last_modified or "", now=now
        )
    except SourceError as error:
        hint = getattr(error, "retry_after", None)
        due = _due(service, key, service.clock(), jitter, known.failures + 1, hint)
        outcome = ingest.record_failure(service.store, key, error, now=now, next_at=due, since=known)
    else:
        # The clock may have been set while the source took its time.
        due = _due(service, key, service.clock(), jitter, 0, None, ttl=got.ttl_seconds, max_age=got.max_age)
        outcome = ingest.refresh_upstream(
            service.store, service.queue, key, got, now=now, next_at=due, since=known
        )
    if outcome.overtaken:
        log.warning("refresh source=%s status=overtaken", key)
        return outcome
    tell(outcome)
    _reconsider(service, key, known.failures, known.failures + 1 if outcome.error else 0)
    return outcome


def _reconsider(service: Service, key: str, before: int, failures: int) -> None:
    """Have it told in embeds that a source has fallen behind, or is there again."""
    if (before >= states.BEHIND) == (failures >= states.BEHIND):
        return
    with service.store.write() as tx:
        if feeds.reconsider(tx.connection, key, service.clock()):
            ingest.defer_publish(service.queue, tx)


def is_paused(service: Service, key: str) -> bool:
    """Say whether a source is switched off: it said that it is gone, and nobody gave it another address."""
    with service.store.read() as connection:
        state = states.state(connection, key)
    return state is not None and state.paused


def from_now(state: SourceState, now: datetime) -> SourceState:
    """Return the state of a source whose last times are ahead of the clock: it waits as long as was meant."""
    if state.last_try is None or state.last_try <= now:
        return state
    wait = (
        None if state.next_at is None else min(max(state.next_at - state.last_try, timedelta()), LONGEST_WAIT)
    )
    success = state.last_success
    return replace(
        state,
        last_try=now,
        last_success=None if success is None else min(success, now),
        next_at=None if wait is None else now + wait,
    )


def refresh_folder(service: Service) -> Outcome:
    """Look at items/ until it has settled, and take in what changed."""
    source = folder(service.settings)
    total, idle = Outcome(config.FOLDER), 0
    while idle < LOOKS:
        outcome = ingest.refresh_folder(
            service.store, service.queue, source, now=service.clock(), monotonic=time.monotonic()
        )
        idle = 0 if gets_on(total, outcome) else idle + 1
        total = added(total, outcome)
        if not outcome.unsettled:
            break
        time.sleep(0.26)
    tell(total)
    return total


def added(first: Outcome, second: Outcome) -> Outcome:
    """Return what two looks did together; what only the last one can know is the second's."""
    return Outcome(
        second.source,
        new=first.new + second.new,
        changed=first.changed + second.changed,
        withdrawn=first.withdrawn + second.withdrawn,
        unchanged=second.unchanged,
        problems=first.problems + second.problems,
        held=second.held,
        unsettled=second.unsettled,
        error=second.error,
    )


def gets_on(before: Outcome, outcome: Outcome) -> bool:
    """Say whether a look has read files: of a large folder each look reads only some."""
    return outcome.did_something or outcome.unchanged != before.unchanged


def every_of(service: Service, key: str) -> timedelta:
    """Return the interval at which a source is refreshed."""
    return service.settings.sources[key].every


def tell(outcome: Outcome) -> None:
    """Write the one log line of a refresh."""
    status = "failed" if outcome.error else "ok"
    counts = (
        f"new={outcome.new} changed={outcome.changed} withdrawn={outcome.withdrawn} "
        f"unchanged={outcome.unchanged} problems={outcome.problems}"
    )
    held = (
        f" held={outcome.held}: so many files are gone at once that nothing is withdrawn until "
        "`feedsvc items confirm-removals`"
        if outcome.held
        else ""
    )
    error = f' error="{outcome.error}"' if outcome.error else ""
    log.log(
        logging.WARNING if outcome.error or outcome.held else logging.INFO,
        "refresh source=%s status=%s %s%s%s",
        outcome.source,
        status,
        counts,
        held,
        error,
    )


def _due(
    service: Service,
    key: str,
    now: datetime,
    jitter: float,
    failures: int,
    retry_after: int | None,
    *,
    ttl: int | None = None,
    max_age: int | None = None,
) -> datetime:
    return next_due(
        now,
        every_of(service, key),
        failures=failures,
        retry_after=retry_after,
        ttl=ttl,
        max_age=max_age,
        jitter=jitter * service.settings.schedule.jitter,
    )
