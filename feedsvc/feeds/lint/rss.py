"""Judge RSS 2.0, by its specification and the RSS Advisory Board's profile. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from feedsvc.feeds.lint import links
from feedsvc.feeds.lint.extensions import extensions
from feedsvc.feeds.lint.facts import Facts
from feedsvc.feeds.lint.finding import Finding, about, found
from feedsvc.feeds.lint.html import html
from feedsvc.feeds.lint.names import DC, FH, RDF, RSS1
from feedsvc.feeds.lint.rss_items import item_findings
from feedsvc.feeds.lint.rss_parts import allows_attributes, contact, foreign_attributes, number, plain_parts
from feedsvc.feeds.lint.values import is_web_address, language, rfc822, web_address
from feedsvc.feeds.lint.xml import Element, Tree

_OLD: Final = frozenset({"0.90", "0.91", "0.92", "0.93", "0.94"})
_ONCE: Final = [
    "title",
    "link",
    "description",
    "language",
    "copyright",
    "managingEditor",
    "webMaster",
    "pubDate",
    "lastBuildDate",
    "generator",
    "docs",
    "cloud",
    "ttl",
    "image",
    "rating",
    "textInput",
    "skipHours",
    "skipDays",
]
_KNOWN: Final = frozenset({*_ONCE, "category", "item"})
_DAYS: Final = frozenset(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
_CLOUD: Final = ("domain", "port", "path", "registerProcedure", "protocol")
_FORMATS_OF_IMAGES = re.compile(r"\.(webp|avif|svg|bmp|ico|tiff?|heic)(\?|$)", re.IGNORECASE)


def facts(tree: Tree) -> Facts:
    """Return what the feed says about itself."""
    channel = tree.root.first("channel")
    if channel is None:
        return Facts("rss", tree.encoding)
    title = channel.first("title")
    return Facts(
        "rss",
        tree.encoding,
        title=title.value if title else "",
        links=links.by_rel(channel),
        archive=channel.first("archive", FH),
        complete=channel.first("complete", FH),
        items=len(channel.all("item")),
        item_ids=tuple(guid for guid in map(_guid, channel.all("item")) if guid),
    )


def rss(tree: Tree, now: datetime | None) -> Iterator[Finding]:
    """Yield what is wrong with an RSS document."""
    version = tree.root.attribute("version")
    if version in _OLD:
        yield found("F018", tree.root, f"RSS {version}")
    elif version != "2.0":
        yield found("F101", tree.root, f"version={version}" if version else "")
    channels = tree.root.all("channel")
    if len(channels) != 1:
        yield found("F102", tree.root, f"{len(channels)} channels")
    for child in tree.root.children:
        if not child.namespace and child.name != "channel":
            yield found("F105", child, f"<{child.name}> in <rss>")
    for channel in channels[:1]:
        judged = [*_channel(channel, now), *_items(channel.all("item"), now)]
        may = allows_attributes(channel)
        yield from (finding for finding in judged if not (may and finding.code == "F017"))


def rss1(tree: Tree) -> Iterator[Finding]:
    """Yield what is wrong with RSS 1.0 or 0.90, which is looked through in part only."""
    yield found("F018", tree.root, "RSS 1.0" if tree.root.first("channel", RSS1) else "RSS 0.90")
    entries = [each for each in tree.root.children if each.name == "item" and each.namespace != RDF]
    for number_, item in enumerate(entries, 1):
        link, title = item.first("link", item.namespace), item.first("title", item.namespace)
        identity = link.value if link and link.value else f"item {number_}"
        inside = [each for each in item.children if each.name in ("description", "encoded")]
        if title is None and not inside:
            yield from about(identity, "", [found("F104", item)])
        for text in inside:
            yield from about(identity, title.value if title else "", html(text.text, text))


def _channel(channel: Element, now: datetime | None) -> Iterator[Finding]:
    for name in ("title", "link", "description"):
        element = channel.first(name)
        if element is None or not element.value:
            yield found("F103", element or channel, f"no <{name}>")
    yield from _unknown(channel)
    yield from _order(channel)
    yield from links.of_feed(channel, "F112")
    yield from extensions(channel, now)
    yield from plain_parts(channel, ("title", "description", "copyright", "category"))
    yield from _same_meaning(channel)
    for element in channel.children:
        if not element.namespace:
            yield from _part(element, channel, now)
    if channel.first("language") is None and channel.first("language", DC) is None:
        yield found("F133", channel)


def _unknown(channel: Element) -> Iterator[Finding]:
    counts = Counter(child.name for child in channel.children if not child.namespace)
    told: set[str] = set()
    for child in channel.children:
        if child.namespace or child.name in told:
            continue
        told.add(child.name)
        if child.name not in _KNOWN:
            yield found("F105", child, f"<{child.name}> in <channel>")
        elif counts[child.name] > 1 and child.name in _ONCE:
            yield found("F106", child, f"<{child.name}> in <channel>")


def _order(channel: Element) -> Iterator[Finding]:
    seen = False
    for child in channel.children:
        is_item = child.name == "item" and not child.namespace
        if seen and not is_item:
            yield found("F114", child, f"<{child.label}>")
            return
        seen = seen or is_item


def _same_meaning(channel: Element) -> Iterator[Finding]:
    for name, other in (
        ("managingEditor", "creator"),
        ("pubDate", "date"),
        ("language", "language"),
        ("copyright", "rights"),
    ):
        if channel.first(name) and (twin := channel.first(other, DC)):
            yield found("F116", twin, f"<{name}> and <{twin.label}>")


def _part(element: Element, channel: Element, now: datetime | None) -> Iterator[Finding]:
    """Yield what is wrong with one of the channel's own elements."""
    name = element.name
    yield from foreign_attributes(element)
    if name == "link" and element.value:
        yield from web_address(element.value, element, label="<link>")
    elif name in ("pubDate", "lastBuildDate"):
        yield from rfc822(element, now)
    elif name in ("managingEditor", "webMaster"):
        yield from contact(element)
    elif name == "ttl":
        yield from number(element, least=1)
    elif name == "language":
        yield from language(element.value, element, "F130")
    elif name == "image":
        yield from _image(element, channel)
    elif name == "textInput":
        yield found("F131", element)
    elif name == "cloud":
        if missing := [each for each in _CLOUD if not element.attribute(each)]:
            yield found("F132", element, ", ".join(missing))
        elif not element.attribute("port").strip("0").isdecimal():
            yield found("F128", element, f"port={element.attribute('port')}")
    elif name == "docs" and element.value:
        yield from web_address(element.value, element, label="<docs>")
    elif name in ("skipHours", "skipDays"):
        yield from _skipped(element)


def _skipped(element: Element) -> Iterator[Finding]:
    for hour in element.all("hour"):
        yield from number(hour, below=24)
    for day in element.all("day"):
        if day.value not in _DAYS:
            yield found("F129", day, day.value)


def _image(image: Element, channel: Element) -> Iterator[Finding]:
    for name in ("url", "title", "link"):
        part = image.first(name)
        if part is None or not part.value:
            yield found("F120", image, f"no <{name}>")
        elif name != "title":
            yield from web_address(part.value, part, label=f"<{name}>")
    yield from plain_parts(image, ("title", "description"))
    for name, limit in (("width", 145), ("height", 401)):
        if size := image.first(name):
            yield from number(size, least=1)
            if size.value.isdecimal() and int(size.value[:9]) >= limit:
                yield found("F121", size, f"{name} {size.value}")
        for twin in image.all(name)[1:2]:
            yield found("F106", twin, f"<{name}> in <image>")
    for name in ("title", "link"):
        mine, its = image.first(name), channel.first(name)
        if mine and its and mine.value and mine.value != its.value:
            yield found("F122", mine, f"<{name}>: {mine.value}")
    url = image.first("url")
    if url and is_web_address(url.value) and _FORMATS_OF_IMAGES.search(url.value):
        yield found("F123", url, url.value)


def _items(items: Sequence[Element], now: datetime | None) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, item in enumerate(items, 1):
        guid, link, title = _guid(item), item.first("link"), item.first("title")
        identity = guid or (link.value if link else "") or f"item {place}"
        findings = list(item_findings(item, now))
        if guid and guid in seen:
            findings.append(found("F110", item.first("guid"), guid))
        seen.add(guid)
        yield from about(identity, title.value if title else "", findings)


def _guid(item: Element) -> str:
    guid = item.first("guid")
    return guid.value if guid else ""
