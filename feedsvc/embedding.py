"""Make the embeds of a feed: those that are published with it, and those that somebody asks for otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from feedsvc import formats, headlines
from feedsvc.feeds import matches
from feedsvc.headlines import DEFAULTS, KINDS, Headlines, Kind, Options
from feedsvc.model import Document, Feed, Item, Rule, Site
from feedsvc.plan import Plan
from feedsvc.store import Connection, feeds, items, sources

LOOKED_AT = 500
"""How many of a feed's newest items are looked at for those that an embed asks for."""

AT_ONCE = 50


def documents(plan: Plan, rejected: Collection[str]) -> list[Document]:
    """Return the embeds that are published with a configured feed: what nobody has asked for otherwise.

    Items that the publish gate has rejected are left out of them too.
    """
    selection, feed = plan.selection, plan.selection.feed
    if not _is_configured(feed.path):
        return []
    chosen = [item for item in selection.items if item.id not in rejected]

    def made(kind: Kind) -> bytes:
        shown = headlines.headlines(selection.site, feed, chosen, DEFAULTS[kind], stale=plan.is_stale)
        return headlines.body(shown, kind)

    return [
        formats.document(
            headlines.path_of(feed.slug, kind),
            headlines.CONTENT_TYPES[kind],
            made(kind),
            modified=selection.updated,
            valid_until=plan.state.valid_until,
        )
        for kind in KINDS
    ]


def paths(feed_path: str) -> list[str]:
    """Return where the embeds of the feed at a path are, or would be."""
    slug = feed_path.removeprefix("/feeds/")
    return [headlines.path_of(slug, kind) for kind in KINDS] if _is_configured(feed_path) else []


def variant(
    connection: Connection, site: Site, feed: Feed, kind: Kind, options: Options, now: datetime
) -> Document:
    """Return the embed of a feed that these options describe; it is not stored."""
    state = feeds.state(connection, feed.path)
    made = current(connection, site, feed, options, now)
    return formats.document(
        headlines.path_of(feed.slug, kind),
        headlines.CONTENT_TYPES[kind],
        headlines.body(made, kind),
        modified=state.updated if state else now,
        valid_until=items.next_moment(connection, now),
    )


def current(connection: Connection, site: Site, feed: Feed, options: Options, now: datetime) -> Headlines:
    """Return the headlines of a feed at this moment, as these options want them."""
    chosen = list(_chosen(connection, feed, options, now))
    stale = sources.are_behind(connection, {item.source for item in chosen})
    return headlines.headlines(site, feed, chosen, options, stale=stale)


def _chosen(connection: Connection, feed: Feed, options: Options, now: datetime) -> Iterator[Item]:
    """Yield the newest items of a feed that the options ask for, among the newest that it has."""
    wanted = Rule(tags=options.tags, exclude_tags=options.exclude, text=options.q)
    left, looked = options.count, 0
    last: Item | None = None
    while left and looked < LOOKED_AT:
        some = items.select(connection, feed.rule, now=now, limit=AT_ONCE, order=feed.order, before=last)
        for item in some:
            if left and matches(wanted, item) and _is_of(item, options.source):
                left -= 1
                yield item
        if len(some) < AT_ONCE:
            return
        looked, last = looked + len(some), some[-1]


def _is_of(item: Item, source: str) -> bool:
    """Say whether an item is of a source: by its key, or by the title of where it was taken from."""
    if not source:
        return True
    origin = item.article.origin
    names = {item.source.casefold(), origin.title.casefold() if origin else ""}
    return source.casefold() in names


def _is_configured(path: str) -> bool:
    return path.startswith("/feeds/")
