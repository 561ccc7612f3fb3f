"""What is remembered of each feed between two publications."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, delete, func, select, text, update

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


def moments(c: Connection) -> dict[str, datetime | None]:
    """Return the path of every feed, and from which moment on its items are others."""
    rows = c.execute(select(feed.c.path, feed.c.valid_until))
    return {row.path: from_ms_or_none(row.valid_until) for row in rows}


def holding(c: Connection, pks: Sequence[int]) -> set[str]:
    """Return the paths of the feeds that hold any of these items."""
    found: set[str] = set()
    for chunk in sql.chunks(pks):
        found.update(c.execute(_HOLDING[c.dialect.name], {"pks": list(chunk)}).scalars())
    return found


def reconsider(c: Connection, source: str, now: datetime) -> int:
    """Have the feeds looked at again that show items of a source; return how many these are."""
    shown = c.execute(_SHOWING[c.dialect.name], {"source": source}).scalars().all()
    for chunk in sql.chunks(shown):
        c.execute(update(feed).where(feed.c.path.in_(chunk)).values(valid_until=to_ms(now)))
    return len(shown)


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


_HOLDING = {
    "sqlite": text(
        "SELECT DISTINCT feed.path FROM feed, json_each(feed.members) AS member WHERE member.value IN :pks"
    ).bindparams(bindparam("pks", expanding=True)),
    "postgresql": text(
        "SELECT DISTINCT feed.path FROM feed, json_array_elements_text(CAST(feed.members AS json)) AS member "
        "WHERE CAST(member AS bigint) IN :pks"
    ).bindparams(bindparam("pks", expanding=True)),
}
_SHOWING = {
    "sqlite": text(
        "SELECT DISTINCT feed.path FROM feed, json_each(feed.members) AS member "
        "JOIN item ON item.pk = member.value WHERE item.source = :source"
    ),
    "postgresql": text(
        "SELECT DISTINCT feed.path FROM feed, json_array_elements_text(CAST(feed.members AS json)) AS member "
        "JOIN item ON item.pk = CAST(member AS bigint) WHERE item.source = :source"
    ),
}
"""The paths of the feeds that show any item of a source."""
