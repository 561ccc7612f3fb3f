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
    """One page of a list of items; the lead is the newest item of all, set apart."""

    lead: Item | None
    days: tuple[Day, ...]
    page: int
    pages: int
    total: int

    @property
    def items(self) -> list[Item]:
        """All items on this page, newest first."""
        rest = [item for day in self.days for item in day.items]
        return [self.lead, *rest] if self.lead else rest


def read(connection: Connection, feed: Feed, page: int, timezone: str, now: datetime) -> Listing:
    """Return a page of all visible items that a feed's rule matches; NotFound past the last page."""
    total = items.count(connection, feed.rule, now=now)
    pages = min(MAX_PAGES, max(1, -(-total // PAGE_ITEMS)))
    if not 1 <= page <= pages:
        raise NotFound("page", str(page))
    chosen = items.select(connection, feed.rule, now=now, limit=page * PAGE_ITEMS)
    return lay_out(chosen[(page - 1) * PAGE_ITEMS :], page, pages, total, timezone)


def lay_out(chosen: Sequence[Item], page: int, pages: int, total: int, timezone: str) -> Listing:
    """Return the items by the days of a time zone; on the first page the first of them leads."""
    lead = chosen[0] if page == 1 and chosen else None
    rest = chosen[1:] if lead else chosen
    days = groupby(rest, key=lambda item: words.local(item.published, timezone).date())
    return Listing(lead, tuple(Day(day, tuple(of_day)) for day, of_day in days), page, pages, total)
