"""Write what a feed says of its past: its archive (RFC 5005), and what was withdrawn (RFC 6721)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml.etree import Element, _Element

from feedsvc.formats.addresses import addresses
from feedsvc.formats.dates import rfc822, rfc3339
from feedsvc.formats.feedgen_ext import DCTERMS, add
from feedsvc.model import Format, Item, Selection

FEED_HISTORY = "http://purl.org/syndication/history/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"


def namespaces(selection: Selection) -> Mapping[str, str]:
    """Return the namespaces that are used, by prefix: validators warn of those that are only declared."""
    used = {}
    if selection.archive.page or selection.feed.complete:
        used["fh"] = FEED_HISTORY
    if tombstones(selection):
        used["at"] = TOMBSTONES
    return used


def links(selection: Selection, format: Format) -> Iterator[tuple[str, str]]:  # the word of the model
    """Yield relation and address of the documents before this one and of the feed that it is an archive of.

    No `next-archive`: a page that is full must not change because another one begins.
    """
    site, feed, archive = selection.site, selection.feed, selection.archive
    if archive.page:
        yield "current", addresses(site, feed)[format]
    if archive.previous:
        yield "prev-archive", addresses(site, feed, archive.previous)[format]


def add_marks(parent: _Element, selection: Selection) -> None:
    """Say of a document that it is a page of an archive (RFC 5005 §4), or all there is (§2)."""
    if selection.archive.page:
        add(parent, f"{{{FEED_HISTORY}}}archive")
    elif selection.feed.complete:
        add(parent, f"{{{FEED_HISTORY}}}complete")


def add_tombstones(feed: _Element, selection: Selection) -> None:
    """Tell of each item that was withdrawn, and when (RFC 6721 §3)."""
    for item in tombstones(selection):
        if item.withdrawn_at:
            add(feed, f"{{{TOMBSTONES}}}deleted-entry", ref=item.id, when=rfc3339(item.withdrawn_at))


def tombstones(selection: Selection) -> tuple[Item, ...]:
    """Return the withdrawn items that Atom and JSON Feed tell of."""
    return selection.withdrawn if selection.feed.tombstones else ()


def expired(selection: Selection) -> Iterator[_Element]:
    """Yield what RSS holds in place of withdrawn items for partners that ask for it.

    The same id, nothing of what it said, and an expiry in the past (DCMI Period), which makes them take
    their copy away.
    """
    for item in selection.withdrawn if selection.feed.expire_withdrawn else ():
        if item.withdrawn_at:
            element = Element("item")
            add(element, "title", "Withdrawn")
            add(element, "guid", item.id).set("isPermaLink", "false")
            add(element, "pubDate", rfc822(item.published))
            when = rfc3339(item.withdrawn_at)
            add(element, f"{{{DCTERMS}}}modified", when)
            since = rfc3339(item.published)
            add(element, f"{{{DCTERMS}}}valid", f"start={since}; end={when}; scheme=W3C-DTF")
            yield element
