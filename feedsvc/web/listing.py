"""Lay items out for a page of news: by day, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from feedsvc.errors import NotFound
from feedsvc.model import Feed, Item
from feedsvc.store import Connection, items
from feedsvc.web import words

PAGE_ITEMS = 24
MAX_PAGES = 100
"""Each page reads all the items before it; whoever wants older ones has tags, authors and the sitemap."""


@dataclass(frozen=True, slots=True)
class Day:
    """The items of one day, newest first."""

    date: date
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list of items: the newest few set apart on a front page, the rest by day."""

    top: tuple[Item, ...]
    days: tuple[Day, ...]
    page: int
    pages: int
    total: int


def read(
    connection: Connection, feed: Feed, page: int, timezone: str, now: datetime, top: int = 0
) -> Listing:
    """Return a page of all visible items that a feed's rule matches, the first `top` set apart on page 1.

    NotFound past the last page.
    """
    total = items.count(connection, feed.rule, now=now)
    pages = min(MAX_PAGES, max(1, -(-total // PAGE_ITEMS)))
    if not 1 <= page <= pages:
        raise NotFound("page", str(page))
    chosen = items.select(connection, feed.rule, now=now, limit=page * PAGE_ITEMS)
    shown = chosen[(page - 1) * PAGE_ITEMS :]
    apart = top if page == 1 else 0
    return Listing(tuple(shown[:apart]), by_day(shown[apart:], timezone), page, pages, total)


def by_day(chosen: Sequence[Item], timezone: str) -> tuple[Day, ...]:
    """Return items, newest first, under the days of a time zone."""
    days = groupby(chosen, key=lambda item: words.local(item.published, timezone).date())
    return tuple(Day(day, tuple(of_day)) for day, of_day in days)
