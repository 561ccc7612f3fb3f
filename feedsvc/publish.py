"""Make a change live: the second story.

    changed items ─ plan ─▶ selections ─ gate ─▶ checked bytes ─ store ─▶ rendered ─▶ every web process

A feed is rendered again when what it would hold differs from what it held: other items, other
content, another configuration. A build replaces the live bytes only if it is well-formed and reads
back as the same items; an item that stands in the way is left out and named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from feedsvc import feeds as rules
from feedsvc import formats
from feedsvc.errors import StoreError
from feedsvc.gate import Built, build
from feedsvc.model import FORMATS, Document, Feed, Format, Item, Problem, Selection, Site
from feedsvc.store import Connection, FeedState, Store, clock, feeds, items, meta, rendered, sources

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""When a feed that never held an item was updated: validators take an earlier time for a mistake."""

PROBLEMS = "feeds"
"""The source under which items that cannot be rendered are filed, by feed."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The site and its configured feeds; feeds of tags and authors follow from an address."""

    site: Site
    feeds: tuple[Feed, ...]
    hubs: tuple[str, ...] = ()

    def feed(self, slug: str) -> Feed | None:
        """Return the configured feed with this slug."""
        return next((feed for feed in self.feeds if feed.slug == slug), None)

    def at(self, path: str) -> Feed | None:
        """Return the feed whose address without a suffix this is; `path` is not percent-encoded."""
        kind, _, name = path.removeprefix("/").partition("/")
        if not name:
            return None
        if kind == "tags":
            return rules.tag_feed(self.site, name)
        if kind == "authors":
            return rules.author_feed(self.site, name)
        return self.feed(name) if kind == "feeds" else None

    def find(self, path: str) -> tuple[Feed, Format] | None:
        """Return the feed and format whose document has this address, e.g. `/feeds/all.rss`."""
        for format_ in FORMATS:
            suffix = formats.SUFFIXES[format_]
            if path.endswith(suffix):
                feed = self.at(path.removesuffix(suffix))
                return (feed, format_) if feed else None
        return None


@dataclass(frozen=True, slots=True)
class Published:
    """What one run did: the documents that changed, the items left out, and when to run again."""

    documents: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    next_moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a feed should hold now, beside what was remembered of it when that was decided."""

    selection: Selection
    before: FeedState | None
    state: FeedState


def publish(store: Store, catalog: Catalog, now: datetime) -> Published:
    """Bring the documents of every feed that is read up to date.

    Idempotent: with nothing changed it writes nothing. Runs one at a time (the task's lock); a change
    made meanwhile has enqueued the next run.
    """
    done: list[Document] = []
    problems: list[Problem] = []
    while True:
        with store.read() as connection:
            plans = list(_plans(connection, catalog, now))
            moment = items.next_moment(connection, now)
            looked = meta.get(connection, meta.LOOKED) == "1"
        made = [(plan, build(plan.selection)) for plan in plans]
        overtaken = _store(store, made)
        done += [document for plan, results in made for document in _documents(plan, results)]
        problems += [problem for plan, results in made for problem in _problems(plan, results)]
        if not overtaken:
            break
    _take_down(store, catalog)
    _note_scanned(store, looked)
    return Published(tuple(document.path for document in done), tuple(problems), moment)


def document(store: Store, catalog: Catalog, path: str, now: datetime) -> Document | None:
    """Return the document at an address as it must be served now, rendering it where it is not there yet.

    For the feeds of tags and authors at their first request, and for any feed past its embargo or
    expiry moment. None where there is no such feed, or nothing in a feed that nobody configured.
    """
    found = catalog.find(path)
    if found is None:
        return None
    feed, _ = found
    while True:
        with store.read() as connection:
            ready = rendered.find(connection, path)
            if ready is not None and (ready.valid_until is None or now < ready.valid_until):
                return ready
            plan = _plan(connection, catalog, feed, feeds.state(connection, feed.path), now)
            is_new = meta.get(connection, meta.LOOKED) == "0" and not rendered.paths(connection)
        if not plan.selection.items and plan.before is None and catalog.feed(feed.slug) != feed:
            return None
        if is_new:
            raise StoreError("the items are being read for the first time: ask again in a few seconds")
        asked = replace(plan, state=replace(plan.state, asked=plan.state.asked or now))
        if not _store(store, [(asked, build(plan.selection))]):
            with store.read() as connection:
                return rendered.find(connection, path)


def select(connection: Connection, feed: Feed, now: datetime) -> tuple[Item, ...]:
    """Return the visible items of a feed, in its order and up to its limit."""
    return tuple(items.select(connection, feed.rule, now=now, limit=feed.limit, order=feed.order))


def _plans(connection: Connection, catalog: Catalog, now: datetime) -> Iterator[Plan]:
    """Yield a plan for each feed that should hold something else than it does, or is past its moment."""
    known = {state.path: state for state in feeds.all(connection)}
    for feed in [*catalog.feeds, *_derived(catalog, known)]:
        plan = _plan(connection, catalog, feed, known.get(feed.path), now)
        if plan.state != plan.before:
            yield plan


def _derived(catalog: Catalog, known: Mapping[str, FeedState]) -> Iterator[Feed]:
    """Yield the feeds of tags and authors that somebody has asked for."""
    configured = {feed.path for feed in catalog.feeds}
    for path in sorted(known.keys() - configured):
        feed = catalog.at(path)
        if feed is not None:
            yield feed


def _plan(
    connection: Connection, catalog: Catalog, feed: Feed, before: FeedState | None, now: datetime
) -> Plan:
    chosen = select(connection, feed, now)
    fingerprint = rules.fingerprint(feed, catalog.site, chosen, catalog.hubs)
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
        valid_until=items.next_moment(connection, now, feed.rule),
    )
    return Plan(Selection(catalog.site, feed, chosen, updated, catalog.hubs), before, state)


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


def _documents(plan: Plan, results: Sequence[Built]) -> list[Document]:
    selection = plan.selection
    return [
        formats.document(
            selection.feed.path + formats.SUFFIXES[result.format],
            formats.CONTENT_TYPES[result.format],
            result.body,
            modified=selection.updated,
            links=rules.links(selection, result.format),
            valid_until=plan.state.valid_until,
        )
        for result in results
        if result.body
    ]


def _problems(plan: Plan, results: Sequence[Built]) -> list[Problem]:
    path = plan.selection.feed.path
    return [
        Problem(
            PROBLEMS,
            path,
            "E301",
            f"“{bad.item.article.title}” ({bad.item.source}: {bad.item.guid}) is left out of {path}"
            f"{formats.SUFFIXES[bad.format]}: {bad.reason}. Change the item and it comes back by itself.",
        )
        for result in results
        for bad in result.rejected
    ]


def _store(store: Store, made: Sequence[tuple[Plan, list[Built]]]) -> list[Plan]:
    """Write what was made and return the plans that somebody else overtook: those must be made again.

    Without the comparison a slow process could put an older selection over a newer one.
    """
    if not made:
        return []
    ready = [(plan, _documents(plan, results), _problems(plan, results)) for plan, results in made]
    overtaken: list[Plan] = []
    fresh: list[Document] = []
    with store.write() as tx:
        for plan, documents, problems in ready:
            path = plan.state.path
            if feeds.state(tx.connection, path) != plan.before:
                overtaken.append(plan)
                continue
            feeds.put(tx.connection, plan.state)
            sources.put_problems(tx.connection, PROBLEMS, path, problems)
            fresh += documents
        for document in fresh:
            rendered.put(tx.connection, document, tx.seq())
    return overtaken


def _take_down(store: Store, catalog: Catalog) -> None:
    """Take down the feeds that are configured no more."""
    with store.read() as connection:
        gone = [state.path for state in feeds.all(connection) if catalog.at(state.path) is None]
    if not gone:
        return
    with store.write() as tx:
        for path in gone:
            feeds.remove(tx.connection, path)
            sources.put_problems(tx.connection, PROBLEMS, path, ())
        for path in gone:
            for suffix in formats.SUFFIXES.values():
                rendered.remove(tx.connection, path + suffix, tx.seq())


def _note_scanned(store: Store, looked: bool) -> None:
    """Note that the first look at the folder is live in every feed, and from which sequence on."""
    if not looked:
        return
    with store.read() as connection:
        if meta.get(connection, meta.SCANNED) == "1":
            return
    with store.write() as tx:
        meta.put(tx.connection, meta.LIVE_SEQ, str(clock.seq(tx.connection)))
        meta.put(tx.connection, meta.SCANNED, "1")
