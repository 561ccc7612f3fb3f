"""Judge the extensions that stand in RSS and Atom alike: Media RSS, syndication, threading, Dublin Core."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.names import ATOM, DC, DCTERMS, MEDIA, SY, THR
from feedsvc.feeds.lint.values import (
    address,
    is_only_ours,
    language,
    media_type,
    plain_text,
    rfc3339,
    w3cdtf,
    web_address,
)
from feedsvc.feeds.lint.xml import Element

_PERIODS: Final = frozenset({"hourly", "daily", "weekly", "monthly", "yearly"})
_MEDIUMS: Final = frozenset({"image", "audio", "video", "document", "executable"})
_DATES: Final = frozenset({(DC, "date"), (DCTERMS, "created"), (DCTERMS, "modified"), (DCTERMS, "issued")})


def extensions(parent: Element, now: datetime | None, enclosures: Collection[str] = ()) -> Iterator[Finding]:
    """Yield what is wrong with the extension elements of a feed or item, whose enclosures these are."""
    for child in parent.children:
        if child.namespace == MEDIA:
            yield from _media(child, enclosures)
        elif child.namespace == SY:
            yield from _syndication(child, now)
        elif child.namespace == THR:
            yield from _thread(child)
        elif (child.namespace, child.name) in _DATES:
            yield from w3cdtf(child, now)
        elif child.namespace == DC:
            yield from _dublin_core(child)
        if child.namespace == ATOM and child.name == "link":
            yield from _replies(child, now)


def _media(element: Element, enclosures: Collection[str]) -> Iterator[Finding]:
    if element.name == "group":
        members = element.all("content", MEDIA)
        if len(members) < 2:
            yield found("F621", element, f"{len(members)} media:content")
        for member in element.children:
            yield from _media(member, enclosures)
    elif element.name == "content":
        yield from _media_content(element, enclosures)
    elif element.name == "thumbnail":
        if "url" not in element.attributes:
            yield found("F623", element, "no url")
        else:
            yield from _reachable(element)
        yield from _sizes(element)
    elif element.name in ("title", "description", "text") and element.attribute("type") in ("", "plain"):
        yield from plain_text(element.value, element, element.label)


def _media_content(element: Element, enclosures: Collection[str]) -> Iterator[Finding]:
    medium = element.attribute("medium")
    if "url" in element.attributes:
        yield from _reachable(element)
    elif element.first("player", MEDIA) is None:
        yield found("F623", element, "neither url nor media:player")
    if medium and medium not in _MEDIUMS:
        yield found("F623", element, f"medium={medium}")
    if element.attribute("url") in enclosures:
        yield found("F622", element, element.attribute("url"))
    yield from media_type(element.attribute("type"), element)
    yield from language(element.attribute("lang"), element)
    yield from _sizes(element)
    for child in element.children:
        if child.namespace == MEDIA and child.name not in ("content", "group"):
            yield from _media(child, ())


def _reachable(element: Element) -> Iterator[Finding]:
    url = element.attribute("url")
    yield from web_address(url, element, label=element.label)
    if is_only_ours(url):
        yield found("F604", element, url)


def _sizes(element: Element) -> Iterator[Finding]:
    for name in ("width", "height", "fileSize"):
        value = element.attribute(name)
        if value and not (value.isascii() and value.isdigit() and int(value[:12])):
            yield found("F623", element, f"{name}={value}")


def _syndication(element: Element, now: datetime | None) -> Iterator[Finding]:
    value = element.value
    if (element.name == "updatePeriod" and value not in _PERIODS) or (
        element.name == "updateFrequency" and not (value.isascii() and value.isdigit() and int(value[:9]))
    ):
        yield found("F625", element, f"{element.label}: {value}")
    elif element.name == "updateBase":
        yield from w3cdtf(element, now)


def _thread(element: Element) -> Iterator[Finding]:
    if element.name == "in-reply-to" and not element.attribute("ref"):
        yield found("F631", element, "in-reply-to without ref")
    elif element.name == "in-reply-to":
        yield from address(element.attribute("ref"), element, ascii_only=False, label="ref")
        if href := element.attribute("href"):
            yield from address(href, element, ascii_only=False, label="href")
        yield from media_type(element.attribute("type"), element)
    elif element.name == "total" and not (element.value.isascii() and element.value.isdigit()):
        yield found("F631", element, f"total: {element.value}")


def _replies(link: Element, now: datetime | None) -> Iterator[Finding]:
    if f"{{{THR}}}when" in link.attributes:
        yield found("F631", link, "thr:when")
    count, updated = link.attribute(f"{{{THR}}}count"), link.attribute(f"{{{THR}}}updated")
    if count and not (count.isascii() and count.isdigit()):
        yield found("F631", link, f"thr:count={count}")
    if updated:
        yield from rfc3339(updated, link, now, "thr:updated")


def _dublin_core(element: Element) -> Iterator[Finding]:
    if element.name == "language":
        yield from language(element.value, element)
    elif element.name in ("creator", "title", "subject", "publisher"):
        yield from plain_text(element.value, element, element.label)
