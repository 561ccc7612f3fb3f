"""Judge Atom 1.0 (RFC 4287), with tombstones (RFC 6721). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from feedsvc.feeds.lint import links
from feedsvc.feeds.lint.atom_entries import entry_findings
from feedsvc.feeds.lint.atom_parts import category, identity, person, repeated, resource, text
from feedsvc.feeds.lint.extensions import extensions
from feedsvc.feeds.lint.facts import Facts
from feedsvc.feeds.lint.finding import Finding, about, found
from feedsvc.feeds.lint.names import ATOM, FH, TOMBSTONES
from feedsvc.feeds.lint.values import language, rfc3339
from feedsvc.feeds.lint.xml import XML_LANG, Element, Tree

_ONCE: Final = frozenset(["id", "title", "updated", "subtitle", "rights", "generator", "icon", "logo"])
_KNOWN: Final = _ONCE | {"author", "category", "contributor", "entry", "link"}


def facts(tree: Tree) -> Facts:
    """Return what the feed says about itself."""
    feed = tree.root
    return Facts(
        "atom",
        tree.encoding,
        id=_value(feed, "id"),
        title=_value(feed, "title"),
        links=links.by_rel(feed),
        archive=feed.first("archive", FH),
        complete=feed.first("complete", FH),
        items=len(feed.all("entry", ATOM)) or int(feed.name == "entry"),
        item_ids=tuple(filter(None, (_value(entry, "id") for entry in feed.all("entry", ATOM)))),
    )


def atom(tree: Tree, now: datetime | None) -> Iterator[Finding]:
    """Yield what is wrong with an Atom feed document, or one entry as a document of its own."""
    if tree.root.name == "entry":
        yield from _entries([tree.root], True, now)
        return
    feed = tree.root
    entries = feed.all("entry", ATOM)
    yield from _feed(feed, now)
    has_author = feed.first("author", ATOM) is not None
    if not has_author and not entries:
        yield found("F202", feed)
    yield from _entries(entries, has_author, now)
    for tombstone in feed.all("deleted-entry", TOMBSTONES):
        yield from _tombstone(tombstone, now)


def _feed(feed: Element, now: datetime | None) -> Iterator[Finding]:
    for name in ("id", "title", "updated"):
        if feed.first(name, ATOM) is None:
            yield found("F201", feed, f"<feed> has no <{name}>")
    yield from _elements(feed)
    yield from _order(feed)
    yield from links.of_feed(feed, "F220")
    yield from extensions(feed, now)
    if XML_LANG not in feed.attributes:
        yield found("F221", feed)
    yield from language(feed.attribute(XML_LANG), feed)
    for element in feed.children:
        if element.namespace == ATOM:
            yield from _part(element, now)


def _part(element: Element, now: datetime | None) -> Iterator[Finding]:
    if element.name == "id":
        yield from identity(element)
    elif element.name == "updated":
        yield from rfc3339(element.value, element, now, "<updated>")
    elif element.name in ("title", "subtitle", "rights"):
        yield from text(element)
    elif element.name in ("author", "contributor"):
        yield from person(element)
    elif element.name in ("icon", "logo"):
        yield from resource(element.value, element)
    elif element.name == "generator" and element.attribute("uri"):
        yield from resource(element.attribute("uri"), element)
    elif element.name == "category":
        yield from category(element)


def _elements(feed: Element) -> Iterator[Finding]:
    yield from repeated(feed, _ONCE)
    told: set[str] = set()
    for child in feed.children:
        if child.name in told or child.namespace not in (ATOM, ""):
            continue
        told.add(child.name)
        if child.namespace == "" or child.name not in _KNOWN:
            yield found("F226", child, f"<{child.name}> in <feed>")


def _order(feed: Element) -> Iterator[Finding]:
    seen = False
    for child in feed.children:
        is_entry = child.name == "entry" and child.namespace == ATOM
        if seen and not is_entry and child.namespace == ATOM:
            yield found("F212", child, f"<{child.label}>")
            return
        seen = seen or is_entry


def _entries(entries: Sequence[Element], feed_has_author: bool, now: datetime | None) -> Iterator[Finding]:
    ids: set[str] = set()
    times: set[str] = set()
    for place, entry in enumerate(entries, 1):
        own, updated = _value(entry, "id"), _value(entry, "updated")
        findings = list(entry_findings(entry, feed_has_author, now))
        if own and own in ids:
            findings.append(found("F207", entry.first("id", ATOM), own))
        if updated and updated in times:
            findings.append(found("F208", entry.first("updated", ATOM), updated))
        ids.add(own)
        times.add(updated)
        yield from about(own or f"entry {place}", _value(entry, "title"), findings)


def _tombstone(element: Element, now: datetime | None) -> Iterator[Finding]:
    ref, when = element.attribute("ref"), element.attribute("when")
    if not ref or not when:
        yield found("F230", element, "no ref" if not ref else "no when")
    if when:
        yield from rfc3339(when, element, now, "when")


def _value(parent: Element, name: str) -> str:
    element = parent.first(name, ATOM)
    return element.value if element else ""
