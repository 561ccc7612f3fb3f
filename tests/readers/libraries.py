"""The readers that are Python libraries."""

from __future__ import annotations

import calendar
import json
import sys
import warnings
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import atoma
import feedparser
import feedparser_sgmllib
import podcastparser

from tests.readers.entry import Entry, Read, entry

# The copy of feedparser in `reader` asks for it by the name that it had in Python 2.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)
import reader  # noqa: E402


def by_feedparser(files: Iterable[Path], addresses: object, place: Path) -> Read:
    def read(file: Path) -> list[Entry]:
        parsed = feedparser.parse(file.read_bytes())
        assert not parsed.bozo, parsed.bozo_exception
        return [
            entry(
                {
                    "id": each.id,
                    "title": each.title,
                    "link": each.link,
                    "published": calendar.timegm(each.published_parsed),
                    "content": each.content[0].value,
                    "enclosures": [link.href for link in each.links if link.rel == "enclosure"],
                    "tags": [tag.term for tag in each.get("tags", [])],
                    "authors": [author["name"] for author in each.get("authors", []) if author],
                }
            )
            for each in parsed.entries
        ]

    return _each(files, read)


def by_reader(files: Iterable[Path], addresses: dict[str, str], place: Path) -> Read:
    """Follow the feeds as the library `reader` does, over HTTP, and ask it twice for news."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with reader.make_reader(str(place / "reader.sqlite")) as shelf:
            for address in addresses.values():
                shelf.add_feed(address)
            failed = {update.url: update.value for update in shelf.update_feeds_iter() if update.error}
            again = [update for update in shelf.update_feeds_iter() if update.updated_feed is not None]
            assert not [update for update in again if update.updated_feed.new or update.updated_feed.modified]
            return {
                name: str(failed[url])
                if url in failed
                else [_of_reader(each) for each in shelf.get_entries(feed=url)]
                for name, url in addresses.items()
            }


def _of_reader(each: reader.Entry) -> Entry:
    content = each.get_content(prefer_summary=False)
    return entry(
        {
            "id": each.id,
            "title": each.title,
            "link": each.link,
            "published": each.published,
            "content": content.value if content else None,
            "enclosures": [enclosure.href for enclosure in each.enclosures],
        }
    )


def by_atoma(files: Iterable[Path], addresses: object, place: Path) -> Read:
    return _each(files, lambda file: _ATOMA[file.suffix](file.read_bytes()))


def _atoma_rss(body: bytes) -> list[Entry]:
    return [
        entry(
            {
                "id": each.guid,
                "title": each.title,
                "link": each.link,
                "published": each.pub_date,
                "content": each.content_encoded,
                "enclosures": [enclosure.url for enclosure in each.enclosures],
                "tags": each.categories,
            }
        )
        for each in atoma.parse_rss_bytes(body).items
    ]


def _atoma_atom(body: bytes) -> list[Entry]:
    return [
        entry(
            {
                "id": each.id_,
                "title": each.title.value,
                "link": next(link.href for link in each.links if link.rel == "alternate"),
                "published": each.published,
                "content": each.content.value,
                "enclosures": [link.href for link in each.links if link.rel == "enclosure"],
                "tags": [category.term for category in each.categories],
                "authors": [person.name for person in each.authors],
            }
        )
        for each in atoma.parse_atom_bytes(body).entries
    ]


def _atoma_json(body: bytes) -> list[Entry]:
    return [
        entry(
            {
                "id": each.id_,
                "title": each.title,
                "link": each.url,
                "published": each.date_published,
                "content": each.content_html,
                "enclosures": [attachment.url for attachment in each.attachments],
                "tags": each.tags,
            }
        )
        for each in atoma.parse_json_feed_bytes(body).items
    ]


_ATOMA: dict[str, Callable[[bytes], list[Entry]]] = {
    ".rss": _atoma_rss,
    ".atom": _atoma_atom,
    ".json": _atoma_json,
}


def by_podcastparser(files: Iterable[Path], addresses: object, place: Path) -> Read:
    def read(file: Path) -> list[Entry]:
        with file.open("rb") as stream:
            episodes = podcastparser.parse("https://harbour.example/feed", stream)["episodes"]
        return [_of_podcastparser(each) for each in episodes]

    return _each(files, read)


def archive_before(file: Path) -> str | None:
    """Return the address of the part of the archive that a document says lies before it."""
    body = file.read_bytes()
    if file.suffix == ".json":
        return json.loads(body).get("next_url")
    links = feedparser.parse(body).feed.links
    return next((link.href for link in links if link.rel == "prev-archive"), None)


def _of_podcastparser(each: dict[str, Any]) -> Entry:
    return entry(
        {
            "id": each["guid"],
            "title": each["title"],
            "link": each["link"],
            "published": datetime.fromtimestamp(each["published"], UTC),
            "content": each.get("description_html"),
            "enclosures": [enclosure["url"] for enclosure in each["enclosures"]],
        }
    )


def _each(files: Iterable[Path], read: Callable[[Path], list[Entry]]) -> Read:
    found: dict[str, list[Entry] | str] = {}
    for file in files:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found[file.name] = read(file)
        except Exception as error:  # whatever a reader raises is its answer
            found[file.name] = f"{type(error).__name__}: {error}"
    return found
