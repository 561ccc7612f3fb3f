"""Make a change live: the second story.

    changed items ─ plan ─▶ selections ─ gate ─▶ checked bytes ─ store ─▶ rendered ─▶ every web process

A feed is rendered again when what it would hold differs from what it held: other items, other
content, another configuration. A build replaces the live bytes only if it is well-formed and holds
the same items; an item that stands in the way is left out and named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from feedsvc import embedding, formats, paging
from feedsvc import feeds as rules
from feedsvc import plan as planning
from feedsvc.catalog import Catalog, Found
from feedsvc.errors import StoreError
from feedsvc.gate import Built, build
from feedsvc.model import Document, Feed, Problem
from feedsvc.plan import Due, Plan
from feedsvc.store import Connection, Store, archives, clock, feeds, items, meta, rendered, sources

FEEDS_AT_ONCE = 20
"""How many feeds a run renders before it stores them: the items of so many are in memory."""

PROBLEMS = "feeds"
"""The source under which items that cannot be rendered are filed, by feed."""


@dataclass(frozen=True, slots=True)
class Published:
    """What one run did: the documents that changed, the items left out, and when to run again."""

    documents: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    next_moment: datetime | None = None
    more: bool = False
    """There are feeds left to look at, in another run."""


def publish(store: Store, catalog: Catalog, now: datetime) -> Published:
    """Bring the documents of every feed that is read up to date.

    Idempotent: with nothing changed it writes nothing.
    """
    done = publish_some(store, catalog, now)
    while done.more:
        after = publish_some(store, catalog, now)
        done = replace(
            after, documents=done.documents + after.documents, problems=done.problems + after.problems
        )
    return done


def publish_some(store: Store, catalog: Catalog, now: datetime) -> Published:
    """Bring the documents up to date that a change touches and, where all are to be looked at, some others.

    Runs one at a time (the task's lock); a change made meanwhile has enqueued the next run. Where there is
    `more`, the caller has to see to another run; it goes on from here, also after a crash.
    """
    with store.read() as connection:
        due = planning.due(connection, catalog, now)
        looked = meta.get(connection, meta.LOOKED) == "1"
    paging.grow(store, catalog, now, is_whole=due.begins_all)
    paging.drop(store, catalog, due.changed, is_whole=due.begins_all)
    done: list[Document] = []
    problems: list[Problem] = []
    for some in _portions(due.feeds):
        for documents, found in _bring_up_to_date(store, catalog, some, now):
            done += documents
            problems += found
    if due.ends_all:
        _take_down(store, catalog)
    moment = _note(store, due, looked, now)
    return Published(tuple(document.path for document in done), tuple(problems), moment, due.more)


def document(
    store: Store, catalog: Catalog, path: str, now: datetime, *, keep: bool = True
) -> Document | None:
    """Return the document at an address as it must be served now, rendering it where it is not there yet.

    For the feeds of tags and authors at their first request, and for any feed past its embargo or
    expiry moment. None where there is no such feed, or nothing in a feed that nobody configured.
    Where it cannot be written down, or is not to be (`keep`), it is made for this answer, with no `seq`.
    """
    found = catalog.find(path)
    embed = catalog.embed(path)
    if embed is not None:
        # It is published with its feed.
        found = Found(embed[0], "json")
    if found is None:
        return None
    while True:
        with store.read() as connection:
            ready = rendered.find(connection, path)
            if ready is not None and (ready.valid_until is None or now < ready.valid_until):
                return ready
            plan = _plan_of(connection, catalog, found, now)
            is_new = meta.get(connection, meta.LOOKED) == "0" and not rendered.paths(connection)
        if plan is None:
            return None
        if is_new:
            raise StoreError("the items are being read for the first time: ask again in a few seconds")
        if not keep:
            made = _documents(plan, build(plan.selection))
            return next((document for document in made if document.path == path), None)
        try:
            if plan.before is None and plan.page is None and paging.begin(store, found.feed):
                continue
            is_overtaken = bool(_store(store, [(plan, build(plan.selection))]))
        except StoreError:
            # A disk that is full or read-only: readers get what they ask for all the same.
            keep = False
            continue
        if not is_overtaken:
            with store.read() as connection:
                return rendered.find(connection, path)


def _plan_of(connection: Connection, catalog: Catalog, found: Found, now: datetime) -> Plan | None:
    """Return what the document that was found should hold; None where there is nothing to hold."""
    feed = found.feed
    if found.page:
        page = archives.find(connection, feed.path, found.page)
        return planning.plan_page(connection, catalog, feed, page, now) if page else None
    plan = planning.plan(connection, catalog, feed, feeds.state(connection, feed.path), now)
    if not plan.selection.items and plan.before is None and catalog.feed(feed.slug) != feed:
        return None
    return replace(plan, state=replace(plan.state, asked=plan.state.asked or now))


def _portions(feeds: Sequence[Feed]) -> Iterator[list[Feed]]:
    """Yield the feeds in portions, so that a thousand of them are not in memory at once."""
    rest = iter(feeds)
    while some := list(islice(rest, FEEDS_AT_ONCE)):
        yield some


def _bring_up_to_date(
    store: Store, catalog: Catalog, some: list[Feed], now: datetime
) -> Iterator[tuple[list[Document], list[Problem]]]:
    """Render the feeds that should hold something else than they do, again where somebody overtakes us."""
    while some:
        with store.read() as connection:
            befores = [(feed, feeds.state(connection, feed.path)) for feed in some]
            plans = [planning.plan(connection, catalog, feed, before, now) for feed, before in befores]
        made = [(plan, build(plan.selection)) for plan in plans if plan.state != plan.before]
        overtaken = _store(store, made)
        for plan, results in made:
            yield _documents(plan, results), _problems(plan, results)
        some = [plan.selection.feed for plan in overtaken]


def _documents(plan: Plan, results: Sequence[Built]) -> list[Document]:
    rejected = {bad.item.id for result in results for bad in result.rejected}
    return _formats(plan, results) + ([] if plan.page else embedding.documents(plan, rejected))


def _formats(plan: Plan, results: Sequence[Built]) -> list[Document]:
    selection = plan.selection
    return [
        formats.document(
            plan.state.path + formats.SUFFIXES[result.format],
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
    path = plan.state.path
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
            if not _remember(tx.connection, plan):
                overtaken.append(plan)
                continue
            sources.put_problems(tx.connection, PROBLEMS, plan.state.path, problems)
            fresh += documents
        for document in fresh:
            rendered.put(tx.connection, document, tx.seq())
    return overtaken


def _remember(connection: Connection, plan: Plan) -> bool:
    """Note what a feed or a page holds now; say no, and note nothing, where it was changed meanwhile."""
    if plan.page is None:
        if feeds.state(connection, plan.state.path) != plan.before:
            return False
        feeds.put(connection, plan.state)
        return True
    if archives.find(connection, plan.page.feed, plan.page.page) != plan.page:
        return False
    archives.put(connection, [replace(plan.page, state=plan.state)])
    return True


def _take_down(store: Store, catalog: Catalog) -> None:
    """Take down the feeds that are configured no more."""
    with store.read() as connection:
        gone = [state.path for state in feeds.all(connection) if catalog.at(state.path) is None]
    if not gone:
        return
    with store.write() as tx:
        for path in gone:
            feeds.remove(tx.connection, path)
            archives.remove(tx.connection, path)
            sources.put_problems(tx.connection, PROBLEMS, path, ())
        for path in gone:
            for suffix in formats.SUFFIXES.values():
                rendered.remove(tx.connection, path + suffix, tx.seq())
            for embed in embedding.paths(path):
                rendered.remove(tx.connection, embed, tx.seq())


def _note(store: Store, due: Due, looked: bool, now: datetime) -> datetime | None:
    """Note how far the feeds are published, and the first look at the folder; return when to run again."""
    with store.read() as connection:
        moment = items.next_moment(connection, now)
        facts = {name: fact for name, fact in due.facts.items() if (meta.get(connection, name) or "") != fact}
        is_first = looked and due.is_current and meta.get(connection, meta.SCANNED) != "1"
    if not facts and not is_first:
        return moment
    with store.write() as tx:
        for name, fact in facts.items():
            meta.put(tx.connection, name, fact)
        if is_first:
            meta.put(tx.connection, meta.LIVE_SEQ, str(clock.seq(tx.connection)))
            meta.put(tx.connection, meta.SCANNED, "1")
    return moment
