"""Decide when a source is asked again; pure arithmetic, the clock and the dice are the caller's."""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST_WAIT = timedelta(hours=24)
"""No failure and no wish of a server keeps us away longer, unless the operator's own interval does."""

_MAX_DOUBLINGS = 16


def next_due(
    now: datetime,
    every: timedelta,
    *,
    failures: int,
    retry_after: int | None,
    ttl: int | None,
    max_age: int | None,
    jitter: float,
) -> datetime:
    """Return the moment of the next fetch: after the longest of what the operator and the server ask for.

    `failures` in a row double the interval each time, up to 24 hours. `retry_after` (RFC 9110 §10.2.3),
    `ttl` (RSS) and `max_age` (RFC 9111 §5.2.2.1) are seconds, each heeded up to 24 hours, so that no
    server can silence a source for good. `jitter` is the share of the wait that is added to it, 0 to 1,
    drawn by the caller, so that sources do not all come due together.
    """
    wait = max(_backed_off(every, failures), *(_heeded(hint) for hint in (retry_after, ttl, max_age)))
    return now + wait * (1 + min(max(jitter, 0.0), 1.0))


def _backed_off(every: timedelta, failures: int) -> timedelta:
    doubled = every * (1 << min(max(failures, 0), _MAX_DOUBLINGS))
    return min(doubled, max(every, LONGEST_WAIT))


def _heeded(seconds: int | None) -> timedelta:
    if seconds is None or seconds <= 0:
        return timedelta()
    return timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds()))
