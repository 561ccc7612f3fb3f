"""Say which feeds a change touches, and what each should hold now.

    items changed since the last run ─ touched ─▶ feeds ─ plan ─▶ Plan | None (it holds that already)

A run costs what changed, not what there is: with a thousand feeds, an item with three tags touches a
handful of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feedsvc import feeds as rules
from feedsvc.catalog import Catalog
from feedsvc.model import Archive, Feed, Item, Selection
from feedsvc.store import ArchivePage, Connection, FeedState, archives, feeds, items, meta, sources

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""When a feed that never held an item was updated: validators take an earlier time for a mistake."""

TOMBSTONES = 50
"""How many withdrawals a feed tells of, at the most."""

COMPLETE = 100_000
"""How many items a feed holds that leaves none out."""

MANY = 500
"""With more changed items than this, looking at every feed is the shorter way."""


AT_ONCE = 100
"""How many feeds of all are looked at in one run: news that come meanwhile wait for no more than these."""


@dataclass(frozen=True, slots=True)
class Due:
    """The feeds to look at in one run; once all hold what they should, `facts` say so."""

    feeds: tuple[Feed, ...]
    changed: tuple[Item, ...]
    facts: Mapping[str, str]
    begins_all: bool = False
    """A run through all feeds begins: at first, by another configuration, by a change of very many items."""
    ends_all: bool = False
    more: bool = False
    """There are other feeds to look at, in another run."""
    is_current: bool = True
    """With this run all that has changed is published; what is left is the configuration."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a feed should hold now, beside what was remembered of it when that was decided."""

    selection: Selection
    before: FeedState | None
    state: FeedState
    is_stale: bool = False
    """Whether a source of what it shows is behind."""
    page: ArchivePage | None = None
    """The page of the archive that it is for, as it was; None for the feed itself."""


def due(connection: Connection, catalog: Catalog, now: datetime) -> Due:
    """Return the feeds that may have to be rendered since the last mark: by an item, by time, by us.

    What a change touches comes first. Where all feeds are to be looked at, some of them follow in each run.
    """
    last_seq, _, last_print = (meta.get(connection, meta.PUBLISHED) or "0 ").partition(" ")
    current, seq = catalog.fingerprint(), items.last_seq(connection)
    changed = items.changed_since(connection, int(last_seq), MANY)
    every = tuple(catalog.every(feeds.moments(connection)))
    is_few = bool(last_print) and len(changed) < MANY
    touched = _touched(connection, every, changed, now) if is_few else ()
    if is_few and last_print == current:
        return Due(touched, tuple(changed), {meta.PUBLISHED: f"{seq} {current}"})
    begun, start = _progress(connection, current, every) or (seq, 0)
    some, more = every[start : start + AT_ONCE], start + AT_ONCE < len(every)
    facts = {meta.PUBLISHING: f"{begun} {current} {some[-1].path}" if more else ""}
    if is_few:
        facts[meta.PUBLISHED] = f"{seq} {last_print}"
    if not more:
        facts[meta.PUBLISHED] = f"{seq if is_few else begun} {current}"
    return Due(
        tuple({feed.path: feed for feed in (*touched, *some)}.values()),
        tuple(changed) if is_few else (),
        facts,
        begins_all=start == 0,
        ends_all=not more,
        more=more,
        is_current=is_few or not more,
    )


def _touched(
    connection: Connection, every: Sequence[Feed], changed: Sequence[Item], now: datetime
) -> tuple[Feed, ...]:
    """Return the feeds that these items are in or come into, and those whose time has come."""
    known = feeds.moments(connection)
    touched = {path for path, moment in known.items() if moment is not None and moment <= now}
    touched |= feeds.holding(connection, [item.pk for item in changed])
    touched |= {feed.path for feed, _ in rules.takers(every, changed)}
    return tuple(feed for feed in every if feed.path in touched)


def _progress(connection: Connection, current: str, every: Sequence[Feed]) -> tuple[int, int] | None:
    """Return at which change a run through all feeds began, and the next feed's place; None if none is on."""
    begun, _, rest = (meta.get(connection, meta.PUBLISHING) or "").partition(" ")
    print_, _, path = rest.partition(" ")
    places = [place for place, feed in enumerate(every) if feed.path == path]
    return (int(begun), places[0] + 1) if print_ == current and places else None


def plan(
    connection: Connection, catalog: Catalog, feed: Feed, before: FeedState | None, now: datetime
) -> Plan:
    """Return what a feed should hold now; where `state` equals `before`, it holds that already."""
    chosen = select(connection, feed, now)
    last = archives.last(connection, feed.path)
    archive = Archive(previous=last.page if last and not feed.complete else 0)
    tells = feed.tombstones or feed.expire_withdrawn
    gone = tuple(items.withdrawn(connection, feed.rule, limit=TOMBSTONES)) if tells else ()
    fingerprint = rules.fingerprint(feed, catalog.site, chosen, catalog.hubs, archive, gone)
    if before is not None and before.fingerprint == fingerprint:
        updated = before.updated
    else:
        updated = _updated(connection, feed, chosen, before)
    state = FeedState(
        path=feed.path,
        fingerprint=fingerprint,
        updated=updated,
        members=tuple(item.pk for item in chosen),
        asked=before.asked if before else None,
        valid_until=items.next_change(connection, feed.rule, chosen, now),
    )
    is_stale = sources.are_behind(connection, {item.source for item in chosen})
    selection = Selection(catalog.site, feed, chosen, updated, catalog.hubs, archive, gone)
    return Plan(selection, before, state, is_stale)


def plan_page(connection: Connection, catalog: Catalog, feed: Feed, page: ArchivePage, now: datetime) -> Plan:
    """Return what a page of a feed's archive should hold now."""
    chosen = tuple(archives.select_page(connection, feed.rule, page, now))
    archive = Archive(page.page, page.page - 1)
    fingerprint = rules.fingerprint(feed, catalog.site, chosen, (), archive)
    before = page.state
    newest = max((item.updated for item in chosen), default=EPOCH)
    if before is not None:
        changed = before.updated + timedelta(seconds=1)
        newest = before.updated if before.fingerprint == fingerprint else max(newest, changed)
    state = FeedState(
        path=page.path,
        fingerprint=fingerprint,
        updated=newest,
        members=tuple(item.pk for item in chosen),
        valid_until=archives.next_change(connection, page, chosen, now),
    )
    return Plan(Selection(catalog.site, feed, chosen, newest, archive=archive), before, state, page=page)


def select(connection: Connection, feed: Feed, now: datetime) -> tuple[Item, ...]:
    """Return the visible items of a feed, in its order and up to its limit."""
    limit = COMPLETE if feed.complete else feed.limit
    return tuple(items.select(connection, feed.rule, now=now, limit=limit, order=feed.order))


def _updated(
    connection: Connection, feed: Feed, chosen: Sequence[Item], before: FeedState | None
) -> datetime:
    """Say when a feed whose bytes change was updated: with its items, and always later than before.

    A client that compares nothing but Last-Modified must see every change: also an item that leaves,
    an embargo that ends, and another configuration.
    """
    times = [item.updated for item in chosen]
    gone = items.withdrawn(connection, feed.rule, limit=1)
    times += [item.withdrawn_at for item in gone if item.withdrawn_at]
    newest = max(times, default=EPOCH)
    return newest if before is None else max(newest, before.updated + timedelta(seconds=1))
