"""How often each feed was asked for: counts by day and format, of nobody in particular."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module

from sqlalchemy import Connection, Insert, delete, func, select

from feedsvc.store import sql
from feedsvc.store.schema import audience_day
from feedsvc.store.times import to_ms

BEFORE = 0
"""The day that stands for all that are no longer kept one by one."""

FeedFormat = tuple[str, str]
"""A feed's path, and the name of a format."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Requests of feed documents: all of them, those that had it already (304), and the bytes of bodies."""

    requests: int = 0
    unchanged: int = 0
    bytes: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Return both together."""
        return Counts(
            self.requests + other.requests, self.unchanged + other.unchanged, self.bytes + other.bytes
        )


def add(c: Connection, now: datetime, counted: Mapping[FeedFormat, Counts]) -> None:
    """Add what was counted to the day (UTC) of this moment."""
    # In one order, so that no two processes wait for each other's rows.
    rows = [_row(_day(now), feed, format_, each) for (feed, format_), each in sorted(counted.items())]
    sql.each(c, _addition(c.dialect.name), rows)


def since(c: Connection, first: datetime | None = None) -> dict[FeedFormat, Counts]:
    """Return the counts by feed and format from the day of `first` on; without one, of all time."""
    of = audience_day.c
    sums = select(of.feed, of.format, *(func.sum(each) for each in (of.requests, of.unchanged, of.bytes)))
    if first is not None:
        sums = sums.where(of.day >= _day(first))
    rows = c.execute(sums.group_by(of.feed, of.format).order_by(of.feed, of.format))
    return {(feed, format_): Counts(*map(int, counts)) for feed, format_, *counts in rows}


def fold(c: Connection, until: datetime) -> None:
    """Add up the days before that of `until`, and keep them one by one no longer."""
    of, end = audience_day.c, _day(until)
    columns = (of.feed, of.format, of.requests, of.unchanged, of.bytes)
    # In the order of `add`, whose rows these may be.
    old = select(*columns).where(of.day > BEFORE, of.day < end).order_by(of.feed, of.format, of.day)
    rows = [_row(BEFORE, feed, format_, Counts(*each)) for feed, format_, *each in c.execute(old)]
    sql.each(c, _addition(c.dialect.name), rows)
    c.execute(delete(audience_day).where(of.day > BEFORE, of.day < end))


def _row(day: int, feed: str, format_: str, counts: Counts) -> dict[str, object]:
    return {
        "day": day,
        "feed": feed,
        "format": format_,
        "requests": counts.requests,
        "unchanged": counts.unchanged,
        "bytes": counts.bytes,
    }


def _day(moment: datetime) -> int:
    return to_ms(moment.replace(hour=0, minute=0, second=0, microsecond=0))


@cache
def _addition(dialect: str) -> Insert:
    # By name, so that only the dialect is loaded that the connection has loaded already.
    statement = import_module(f"sqlalchemy.dialects.{dialect}").insert(audience_day)
    counted = ("requests", "unchanged", "bytes")
    sums = {name: audience_day.c[name] + statement.excluded[name] for name in counted}
    made: Insert = statement.on_conflict_do_update(
        index_elements=[each.name for each in audience_day.primary_key], set_=sums
    )
    return made
