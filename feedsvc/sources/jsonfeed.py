"""Read JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1); pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from feedsvc import article
from feedsvc.errors import ParseError
from feedsvc.sources.raw import RawDate, RawEntry, RawFeed, RawMedia, RawPerson, RawText

VERSION = "https://jsonfeed.org/version/1"
MAX_VALUES = 100

Object = Mapping[str, object]


def read(text: str) -> RawFeed:
    """Return the feed that a JSON text is; ParseError if it is none. A field of a wrong type is left out."""
    feed = _object(_loaded(text))
    if not _text(feed, "version").startswith(VERSION) or "items" not in feed:
        raise ParseError(f"it is JSON, but not a JSON Feed: its “version” is not {VERSION} or 1.1")
    return RawFeed(
        version="json",
        title=RawText(_text(feed, "title")),
        link=_text(feed, "home_page_url"),
        id=_text(feed, "feed_url"),
        language=_text(feed, "language"),
        authors=_authors(feed),
        entries=tuple(_entry(item) for item in _objects(feed, "items")),
    )


def _loaded(text: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"it is not well-formed JSON ({error})") from error
    return value


def _entry(item: Object) -> RawEntry:
    link, external = _text(item, "url"), _text(item, "external_url")
    return RawEntry(
        id=_text(item, "id"),
        link=link or external,
        title=RawText(_text(item, "title")),
        contents=_contents(item),
        summary=RawText(_text(item, "summary")),
        authors=_authors(item),
        tags=tuple(tag for tag in _sequence(item, "tags")[:MAX_VALUES] if isinstance(tag, str)),
        enclosures=tuple(_attachment(node) for node in _objects(item, "attachments")[:MAX_VALUES]),
        images=tuple(RawMedia(url) for url in (_text(item, "image"), _text(item, "banner_image")) if url),
        related=(RawMedia(external),) if link and external else (),
        published=RawDate(_text(item, "date_published")),
        updated=RawDate(_text(item, "date_modified")),
        language=_text(item, "language"),
    )


def _contents(item: Object) -> tuple[RawText, ...]:
    html, text = _text(item, "content_html"), _text(item, "content_text")
    if html:
        return (RawText(html, html=True),)
    return (RawText(text),) if text else ()


def _authors(node: Object) -> tuple[RawPerson, ...]:
    listed = _objects(node, "authors")[:MAX_VALUES] or [_object(node.get("author"))]
    return tuple(RawPerson(_text(who, "name"), "", _text(who, "url")) for who in listed if who)


def _attachment(node: Object) -> RawMedia:
    return RawMedia(
        url=_text(node, "url"),
        type=_text(node, "mime_type"),
        title=_text(node, "title"),
        length=_number(node, "size_in_bytes"),
        duration=_number(node, "duration_in_seconds"),
    )


def _text(node: Object, name: str) -> str:
    """Return a string; the specification asks readers to take a number for an id."""
    value = node.get(name)
    if isinstance(value, str):
        return article.sendable(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _number(node: Object, name: str) -> int:
    value = node.get(name)
    return int(value) if isinstance(value, int | float) and 0 <= value < 10**15 else 0


def _object(value: object) -> Object:
    return value if isinstance(value, dict) else {}


def _sequence(node: Object, name: str) -> Sequence[object]:
    value = node.get(name)
    return value if isinstance(value, list) else []


def _objects(node: Object, name: str) -> list[Object]:
    return [value for value in _sequence(node, name) if isinstance(value, dict)]
