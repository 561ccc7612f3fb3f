"""The addresses of items in the order in which they were first shown: what sitemaps are made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, func, select

from feedsvc.store.rules import is_state, visible
from feedsvc.store.schema import item
from feedsvc.store.times import from_ms, to_ms

Address = tuple[str, datetime]
"""An item's slug, and when it was updated."""


def last_number(c: Connection) -> int:
    """Return how many items were ever shown."""
    return int(c.execute(select(func.max(item.c.number))).scalar_one() or 0)


def numbered(c: Connection, first: int, until: int, now: datetime) -> Iterator[Address]:
    """Yield the visible items whose number is from `first` on and below `until`, in order."""
    inside = select(item.c.slug, item.c.updated).where(
        item.c.number >= first, item.c.number < until, *_visible(now)
    )
    return _addresses(c, inside.order_by(item.c.number))


def unnumbered(c: Connection, now: datetime) -> Iterator[Address]:
    """Yield the visible items that have no number yet: the next publication gives them one."""
    new = select(item.c.slug, item.c.updated).where(item.c.number.is_(None), *_visible(now))
    return _addresses(c, new.order_by(item.c.published, item.c.pk))


def changes(c: Connection, size: int, seq: int, number: int) -> dict[int, datetime]:
    """Return when anything last changed in each `size` numbers, counted from 0: updated or withdrawn.

    Only of what has changed after `seq`, or has a number above `number`.
    """
    of = item.c
    at = case((of.withdrawn_at > of.updated, of.withdrawn_at), else_=of.updated)
    portion = ((of.number - 1) // size).label("portion")
    found: dict[int, datetime] = {}
    # Two questions, each along an index: an item gets its number without a change of its own.
    for is_new in (of.seq > seq, of.number > number):
        some = select(portion, func.max(at)).where(of.number.is_not(None), is_new).group_by(portion)
        for nth, ms in c.execute(some):
            found[int(nth)] = max(from_ms(ms), found.get(int(nth), from_ms(ms)))
    return found


def _visible(now: datetime) -> list[ColumnElement[bool]]:
    return [is_state(item.c.state, "published"), visible(item.c.published, item.c.expires, to_ms(now))]


def _addresses(c: Connection, query: object) -> Iterator[Address]:
    return ((row.slug, from_ms(row.updated)) for row in c.execute(query))  # type: ignore[call-overload]
