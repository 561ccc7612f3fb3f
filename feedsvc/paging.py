"""Keep the archive of each feed (RFC 5005 §4): pages that hold every item ever shown, each in one page.

    items shown for the first time ─ number ─▶ the last page of each feed that takes them, or a new one

Only the last page fills; all others change when an item in them does, and then that page alone. Pages
are rendered when somebody asks for them; what a change touches is taken away and made again then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from feedsvc import feeds as rules
from feedsvc import formats
from feedsvc.catalog import Catalog
from feedsvc.model import Feed, Item
from feedsvc.store import ArchivePage, Connection, Store, Transaction, archives, feeds, items, rendered

PAGE_ITEMS = 50
"""How many items a page takes in before the next one begins."""

AT_ONCE = 500
"""Items in one transaction, so that nobody waits long for it."""


def grow(store: Store, catalog: Catalog, now: datetime, *, is_whole: bool) -> None:
    """Put what is shown for the first time into the archives; `is_whole` also begins those that lack one.

    Idempotent, and safe to be cut off anywhere: an item is numbered and filed in one transaction.
    """
    while _number_some(store, catalog, now):
        pass
    if is_whole:
        for feed in catalog.feeds:
            begin(store, feed)


def begin(store: Store, feed: Feed) -> bool:
    """Begin the archive of a feed with all that it ever showed, and say so; one that has begun stays."""
    with store.read() as connection:
        if feed.complete or archives.last(connection, feed.path) is not None:
            return False
    with store.write() as tx:
        return archives.last(tx.connection, feed.path) is None and _begin(tx, feed)


def drop(store: Store, catalog: Catalog, changed: Sequence[Item], *, is_whole: bool) -> None:
    """Take away the rendered pages that a change touches, so that the next request makes them again."""
    with store.read() as connection:
        if is_whole:
            touched = archives.all_rendered(connection)
        else:
            touched = _touched(connection, catalog, changed)
    if not touched:
        return
    with store.write() as tx:
        for page in touched:
            _take_away(tx, page)


def extended(path: str, last: ArchivePage | None, numbers: Iterable[int]) -> list[ArchivePage]:
    """Return what becomes of a feed's last page when items with these ascending numbers come in.

    The page itself, filled, and those that begin after it; a full one ends where the next begins.
    """
    pages = [] if last is None else [last]
    for number in numbers:
        if pages and pages[-1].filled < PAGE_ITEMS:
            pages[-1] = replace(pages[-1], filled=pages[-1].filled + 1)
            continue
        if pages:
            pages[-1] = replace(pages[-1], until=number)
        page = pages[-1].page + 1 if pages else 1
        pages.append(ArchivePage(path, page, first=number, filled=1))
    return pages


def _number_some(store: Store, catalog: Catalog, now: datetime) -> bool:
    """Number and file some items; say whether there may be more."""
    with store.read() as connection:
        if not archives.is_any_new(connection, now):
            return False
        known = feeds.moments(connection)
    with store.write() as tx:
        pks = archives.number(tx.connection, now, AT_ONCE)
        numbers = archives.numbers(tx.connection, pks)
        new = items.by_pk(tx.connection, pks)
        for feed, taken in rules.takers(catalog.every(known), new):
            last = archives.last(tx.connection, feed.path)
            if last is not None:
                archives.put(
                    tx.connection, extended(feed.path, last, sorted(numbers[item.pk] for item in taken))
                )
                _take_away(tx, last)
            elif catalog.feed(feed.slug) == feed and not feed.complete:
                _begin(tx, feed)
    return len(pks) == AT_ONCE


def _begin(tx: Transaction, feed: Feed) -> bool:
    pages = extended(feed.path, None, archives.history(tx.connection, feed.rule))
    archives.put(tx.connection, pages)
    return bool(pages)


def _take_away(tx: Transaction, page: ArchivePage) -> None:
    if page.state is None:
        return
    for suffix in formats.SUFFIXES.values():
        rendered.remove(tx.connection, page.path + suffix, tx.seq())


def _touched(connection: Connection, catalog: Catalog, changed: Sequence[Item]) -> list[ArchivePage]:
    numbers = archives.numbers(connection, [item.pk for item in changed])
    touched: dict[str, ArchivePage] = {}
    for item in changed:
        if item.pk not in numbers:
            continue
        for page in archives.rendered_with(connection, numbers[item.pk]):
            feed = catalog.at(page.feed)
            holds = page.state is not None and item.pk in page.state.members
            if holds or (feed is not None and rules.matches(feed.rule, item)):
                touched[page.path] = page
    return list(touched.values())
