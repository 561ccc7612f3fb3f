"""Lay items out for a page of news: by day, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from flask import request

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

    @property
    def query(self) -> str:
        """What leads to this page, after the list's own address."""
        return _query(self.page)

    @property
    def newer(self) -> str | None:
        """What leads to the page before; None on the first."""
        return _query(self.page - 1) if self.page > 1 else None

    @property
    def older(self) -> str | None:
        """What leads to the page after; None on the last."""
        return _query(self.page + 1) if self.page < self.pages else None


def page_number() -> int:
    """Return the page that is asked for; what is no number is page 1, as is no page at all."""
    return request.args.get("page", default=1, type=int)


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


def _query(page: int) -> str:
    return f"?page={page}" if page > 1 else ""
