"""What a reader understood of an item, whichever reader it was, and what it should have understood."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bs4 import BeautifulSoup

Read = Mapping[str, "list[Entry] | str"]
"""By the name of a document: its entries as a reader understood them, or why it did not."""


@dataclass(frozen=True)
class Entry:
    """One item; None is what a reader has no word for."""

    id: str | None = None
    title: str | None = None
    link: str | None = None
    published: datetime | None = None
    content: tuple[str, frozenset[str]] | None = None
    """Its text, and the addresses in it: readers are free to write the same HTML otherwise."""
    enclosures: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    authors: tuple[str, ...] | None = None


NAMES = tuple(field.name for field in fields(Entry))


def entry(said: Mapping[str, Any]) -> Entry:
    """Return an entry of what a reader said, with dates and HTML in the one form that can be compared."""
    return Entry(
        id=said.get("id"),
        title=said.get("title"),
        link=said.get("link"),
        published=_moment(said.get("published")),
        content=_content(said.get("content")),
        enclosures=_texts(said.get("enclosures")),
        tags=_texts(said.get("tags")),
        authors=_texts(said.get("authors")),
    )


def truth(document: bytes) -> list[Entry]:
    """Return what is in a feed, from its JSON, which needs no reader."""
    return [
        entry(
            {
                "id": item["id"],
                "title": item["title"],
                "link": item["url"],
                "published": item["date_published"],
                "content": item["content_html"],
                "enclosures": [each["url"] for each in item.get("attachments", [])],
                "tags": item.get("tags", []),
                "authors": [each["name"] for each in item.get("authors", [])],
            }
        )
        for item in json.loads(document)["items"]
    ]


def differences(read: Entry, true: Entry) -> Iterator[tuple[str, object, object]]:
    """Yield each field that a reader understood otherwise: its name, what it says, what is true."""
    for name in NAMES:
        said, meant = getattr(read, name), getattr(true, name)
        # What has no authors of its own has the feed's, where a reader wants some.
        if said is not None and said != meant and (name != "authors" or meant):
            yield name, said, meant


def _moment(value: object) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, int):
        return datetime.fromtimestamp(value, UTC)
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    except ValueError:
        # "-0000" is a zone that is not told.
        return parsedate_to_datetime(str(value)).replace(tzinfo=UTC)


def _content(html: str | None) -> tuple[str, frozenset[str]] | None:
    if html is None:
        return None
    with warnings.catch_warnings():
        # It takes a content without any tag for the name of a file.
        warnings.simplefilter("ignore")
        soup = BeautifulSoup(html, "lxml")
    addresses = {
        str(tag[name]) for tag in soup.find_all(True) for name in ("href", "src") if tag.has_attr(name)
    }
    return " ".join(soup.get_text(" ").split()), frozenset(addresses)


def _texts(values: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
