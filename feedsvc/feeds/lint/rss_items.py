"""Judge one item of RSS 2.0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from feedsvc.feeds.lint import links
from feedsvc.feeds.lint.extensions import extensions
from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.html import html
from feedsvc.feeds.lint.names import ATOM, CONTENT, DC
from feedsvc.feeds.lint.rss_parts import contact, foreign_attributes, plain_parts
from feedsvc.feeds.lint.values import (
    is_only_ours,
    is_web_address,
    media_type,
    plain_text,
    rfc822,
    rfc3339,
    same_text,
    web_address,
)
from feedsvc.feeds.lint.xml import Element

_ONCE: Final = frozenset(["title", "link", "description", "author", "comments", "guid", "pubDate", "source"])
_KNOWN: Final = _ONCE | {"category", "enclosure"}
_TWINS: Final = (("author", "creator"), ("pubDate", "date"), ("category", "subject"))
_SHORT_GUID: Final = 10


def item_findings(item: Element, now: datetime | None) -> Iterator[Finding]:
    """Yield what is wrong with an item."""
    title, description = item.first("title"), item.first("description")
    if not (title and title.value) and not (description and description.value):
        yield found("F104", item)
    yield from _elements(item)
    yield from plain_parts(item, ("title", "category", "source"))
    yield from _texts(item, title)
    yield from _guid(item)
    yield from _links(item)
    yield from _enclosures(item)
    yield from _people(item, now)
    yield from _dates(item, now)
    enclosures = [each.attribute("url") for each in item.all("enclosure")]
    yield from extensions(item, now, enclosures)


def _elements(item: Element) -> Iterator[Finding]:
    counts = Counter(child.name for child in item.children if not child.namespace)
    told: set[str] = set()
    for child in item.children:
        if child.namespace:
            continue
        yield from foreign_attributes(child)
        if child.name in told:
            continue
        told.add(child.name)
        if child.name not in _KNOWN:
            yield found("F105", child, f"<{child.name}> in <item>")
        elif counts[child.name] > 1 and child.name in _ONCE:
            yield found("F106", child, f"<{child.name}> in <item>")
    for name, twin in _TWINS:
        if item.first(name) and (other := item.first(twin, DC)):
            yield found("F116", other, f"<{name}> and <{other.label}>")


def _texts(item: Element, title: Element | None) -> Iterator[Finding]:
    description, content = item.first("description"), item.first("encoded", CONTENT)
    for element in (description, content):
        if element is not None:
            if element.value:
                yield from html(element.text, element)
            else:
                yield found("F611", element, f"<{element.label}>")
    if content and (description is None or item.children.index(content) < item.children.index(description)):
        yield found("F115", content)
    if description and title and not content and same_text(title.value, description.value) and title.value:
        yield found("F638", description)


def _guid(item: Element) -> Iterator[Finding]:
    guid = item.first("guid")
    if guid is None or not guid.value:
        yield found("F107", guid or item)
        return
    permalink = guid.attributes.get("isPermaLink", "true")
    if permalink not in ("true", "false"):
        yield found("F109", guid, f"isPermaLink={permalink}")
    elif stray := [
        name for name in guid.attributes if name.lower() == "ispermalink" and name != "isPermaLink"
    ]:
        yield found("F109", guid, f"{stray[0]} is another attribute")
    elif permalink == "true" and not is_web_address(guid.value):
        yield found("F108", guid, guid.value)
    elif permalink == "true":
        yield from web_address(guid.value, guid, label="<guid>")
    if permalink == "false" and len(guid.value) < _SHORT_GUID and ":" not in guid.value:
        yield found("F111", guid, guid.value)


def _links(item: Element) -> Iterator[Finding]:
    yield from links.of_item(item.all("link", ATOM))
    link = item.first("link")
    guid = item.first("guid")
    if link is None and not (guid and guid.attributes.get("isPermaLink", "true") == "true"):
        yield found("F136", item)
    for element in (link, item.first("comments")):
        if element is not None:
            yield from web_address(element.value, element, label=f"<{element.name}>")
    source = item.first("source")
    if source is not None:
        if "url" not in source.attributes:
            yield found("F127", source)
        else:
            yield from web_address(source.attribute("url"), source, label="<source>")


def _enclosures(item: Element) -> Iterator[Finding]:
    enclosures = item.all("enclosure")
    for enclosure in enclosures:
        if missing := [name for name in ("url", "length", "type") if not enclosure.attribute(name)]:
            yield found("F124", enclosure, f"no {', '.join(missing)}")
        url, length = enclosure.attribute("url"), enclosure.attribute("length")
        if url:
            yield from web_address(url, enclosure, label="<enclosure>")
        if url and is_only_ours(url):
            yield found("F604", enclosure, url)
        if length and not (length.isascii() and length.isdigit()):
            yield found("F125", enclosure, f"length={length}")
        yield from media_type(enclosure.attribute("type"), enclosure)
    for enclosure in enclosures[1:2]:
        yield found("F126", enclosure, f"{len(enclosures)} enclosures")


def _people(item: Element, now: datetime | None) -> Iterator[Finding]:
    author = item.first("author")
    if author is not None:
        yield from contact(author)
    authors = item.all("author", ATOM)
    if len(authors) > 1:
        yield found("F134", authors[1])
    if authors and (author is not None or item.first("creator", DC)):
        yield found("F135", authors[0])
    for each in authors:
        name = each.first("name", ATOM)
        yield from plain_text(name.value if name else "", each, "<atom:author>")
    for each in item.all("updated", ATOM) + item.all("published", ATOM):
        yield from rfc3339(each.value, each, now, each.label)


def _dates(item: Element, now: datetime | None) -> Iterator[Finding]:
    published = item.first("pubDate")
    if published is not None:
        yield from rfc822(published, now)
    elif item.first("date", DC) is None:
        yield found("F137", item)
