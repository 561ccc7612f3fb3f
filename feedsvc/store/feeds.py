"""What is remembered of each feed between two publications."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, func, select

from feedsvc.store import sql
from feedsvc.store.schema import feed
from feedsvc.store.times import from_ms, from_ms_or_none, to_ms, to_ms_or_none


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed as it was last published: what went in, when it last changed, and when it was last asked for."""

    path: str
    fingerprint: str
    """Of everything that its bytes depend on: equal means that nothing has to be rendered."""
    updated: datetime
    members: tuple[int, ...]
    """The `pk` of its items, in order."""
    asked: datetime | None = None
    valid_until: datetime | None = None
    """From this moment on its items are others, although nothing was changed (embargo, expiry)."""


def put(c: Connection, state: FeedState) -> None:
    """Remember a feed's state, in place of the last."""
    row = {
        "path": state.path,
        "fingerprint": state.fingerprint,
        "updated": to_ms(state.updated),
        "members": json.dumps(state.members),
        "asked": to_ms_or_none(state.asked),
        "valid_until": to_ms_or_none(state.valid_until),
    }
    sql.put(c, feed, [row])


def remove(c: Connection, path: str) -> None:
    """Forget a feed that is published no more."""
    c.execute(delete(feed).where(feed.c.path == path))


def state(c: Connection, path: str) -> FeedState | None:
    """Return the state of the feed at a path, or None if it was never published."""
    row = c.execute(select(feed).where(feed.c.path == path)).one_or_none()
    return None if row is None else _state(row)


def all(c: Connection) -> list[FeedState]:  # noqa: A001 — read as `feeds.all(c)`
    """Return the state of every feed, by path."""
    return [_state(row) for row in c.execute(select(feed).order_by(feed.c.path))]


def count(c: Connection) -> int:
    """Return how many feeds have been published."""
    return int(c.execute(select(func.count()).select_from(feed)).scalar_one())


def _state(row: Row[tuple[object, ...]]) -> FeedState:
    return FeedState(
        row.path,
        row.fingerprint,
        from_ms(row.updated),
        tuple(json.loads(row.members)),
        from_ms_or_none(row.asked),
        from_ms_or_none(row.valid_until),
    )
