"""Judge one entry of Atom 1.0."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from feedsvc.feeds.lint import links
from feedsvc.feeds.lint.atom_parts import TYPES, category, identity, person, repeated, text, undeclared, xhtml
from feedsvc.feeds.lint.extensions import extensions
from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.html import html
from feedsvc.feeds.lint.names import ATOM, CONTENT
from feedsvc.feeds.lint.values import (
    is_only_ours,
    language,
    media_type,
    moment,
    rfc3339,
    same_text,
    web_address,
)
from feedsvc.feeds.lint.xml import XML_LANG, Element

_ONCE: Final = frozenset(["id", "title", "updated", "published", "rights", "summary", "content", "source"])
_SOURCE_ONCE: Final = frozenset({"id", "title", "updated", "subtitle", "rights", "generator", "icon", "logo"})
_KNOWN: Final = _ONCE | {"author", "category", "contributor", "link"}


def entry_findings(entry: Element, feed_has_author: bool, now: datetime | None) -> Iterator[Finding]:
    """Yield what is wrong with an entry."""
    for name in ("id", "title", "updated"):
        if entry.first(name, ATOM) is None:
            yield found("F201", entry, f"<entry> has no <{name}>")
    yield from _elements(entry)
    yield from _authors(entry, feed_has_author)
    yield from _links(entry)
    yield from _content(entry)
    yield from _dates(entry, now)
    yield from language(entry.attribute(XML_LANG), entry)
    for element in entry.children:
        if element.namespace == ATOM:
            yield from _part(element)
    yield from extensions(entry, now)


def _part(element: Element) -> Iterator[Finding]:
    if element.name == "id":
        yield from identity(element)
    elif element.name in ("title", "summary", "rights"):
        yield from text(element)
    elif element.name in ("author", "contributor"):
        yield from person(element)
    elif element.name == "category":
        yield from category(element)
    elif element.name == "source":
        missing = [name for name in ("id", "title", "updated") if element.first(name, ATOM) is None]
        if missing:
            yield found("F213", element, f"no {', '.join(missing)}")
        yield from repeated(element, _SOURCE_ONCE)
        for part in element.all("id", ATOM):
            yield from identity(part)


def _elements(entry: Element) -> Iterator[Finding]:
    yield from repeated(entry, _ONCE)
    told: set[str] = set()
    for child in entry.children:
        if child.namespace == CONTENT and child.name == "encoded":
            yield found("F224", child)
        if child.name in told or child.namespace not in (ATOM, ""):
            continue
        told.add(child.name)
        if child.namespace == "" or child.name not in _KNOWN:
            yield found("F226", child, f"<{child.name}> in <entry>")


def _authors(entry: Element, feed_has_author: bool) -> Iterator[Finding]:
    source = entry.first("source", ATOM)
    in_source = source is not None and source.first("author", ATOM) is not None
    if not feed_has_author and not in_source and entry.first("author", ATOM) is None:
        yield found("F202", entry)


def _links(entry: Element) -> Iterator[Finding]:
    found_links = entry.all("link", ATOM)
    yield from links.of_item(found_links)
    alternates = [link for link in found_links if links.rel(link) == "alternate"]
    if alternates and found_links[0] is not alternates[0]:
        yield found("F225", found_links[0], f"rel={links.rel(found_links[0])}")
    for link in found_links:
        if links.rel(link) == "enclosure" and is_only_ours(link.attribute("href")):
            yield found("F604", link, link.attribute("href"))


def _content(entry: Element) -> Iterator[Finding]:
    content, summary = entry.first("content", ATOM), entry.first("summary", ATOM)
    has_alternate = any(links.rel(link) == "alternate" for link in entry.all("link", ATOM))
    if content is None:
        if summary is None:
            yield found("F210", entry)
        if not has_alternate:
            yield found("F227", entry)
    else:
        yield from _judged(content, summary)
    title = entry.first("title", ATOM)
    if title and summary and content is None and title.value and same_text(title.value, summary.value):
        yield found("F638", summary)


def _judged(content: Element, summary: Element | None) -> Iterator[Finding]:
    kind, src = content.attributes.get("type", "text"), content.attribute("src")
    if src:
        yield from web_address(src, content, ascii_only=False, label="<content src>")
        if content.value or content.children:
            yield found("F217", content, src)
        if not content.attribute("type"):
            yield found("F228", content, src)
    is_text = kind in TYPES or kind.lower().startswith("text/") or kind.lower().endswith(("+xml", "/xml"))
    if summary is None and (src or not is_text):
        yield found("F216", content, src or f"type={kind}")
    if src:
        return
    if kind == "html":
        yield from html(content.text, content)
    elif kind == "xhtml":
        yield from xhtml(content)
    elif kind == "text" and content.children:
        yield found("F214", content, "<content type=text> has elements in it")
    elif kind == "text":
        yield from undeclared(content)
        return
    elif kind in ("text/html", "application/xhtml+xml") and not content.children:
        yield found("F214", content, f"<content type={kind}>")
        yield from html(content.text, content)
    elif kind not in TYPES and "/" not in kind:
        yield found("F214", content, f"<content type={kind}>")
    elif kind not in TYPES:
        yield from media_type(kind, content, "F214")
    if not content.value and not content.children:
        yield found("F611", content, "<content>")


def _dates(entry: Element, now: datetime | None) -> Iterator[Finding]:
    updated, published = entry.first("updated", ATOM), entry.first("published", ATOM)
    for element in (updated, published):
        if element is not None:
            yield from rfc3339(element.value, element, now, f"<{element.name}>")
    if updated and published:
        first, last = moment(published.value), moment(updated.value)
        if first and last and first > last:
            yield found("F229", published, f"{published.value} is after {updated.value}")
