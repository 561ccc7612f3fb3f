"""Selections to render: written in TOML (tests/cases/formats) or built for one test."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from feedsvc.model import (
    Article,
    Enclosure,
    Feed,
    Image,
    Item,
    Link,
    Origin,
    Person,
    Selection,
    Site,
)
from feedsvc.podcast import Episode, Podcast, Transcript

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SITE = Site("https://herald.example", "Harbour Herald", author=Person("News desk"))
FEED = Feed("world", "World", "/feeds/world")
RICH = Article(
    title="Ferry back in service",
    content="<p>The ferry sails again.</p>",
    summary="It sails again.",
    authors=(Person("Anna Berg", "anna@herald.example"), Person("Bo Lind")),
    tags=("ferries", "weather"),
    image=Image("https://herald.example/media/ferry.jpg", "The ferry", "Bo Lind", 800, 600),
    enclosures=(
        Enclosure("https://herald.example/media/talk.mp3", "audio/mpeg", 1234, "Talk", 60),
        Enclosure("https://herald.example/media/plan.pdf", "application/pdf"),
    ),
)


def item(number: int = 1, /, **fields: Any) -> Item:
    """Return an item; fields of its article are given by name beside the item's own."""
    own = {name: fields.pop(name) for name in list(fields) if name in Item.__slots__}
    article = own.pop("article", Article(title=f"Item {number}", content=f"<p>Content {number}</p>"))
    published = own.pop("published", NOON - timedelta(hours=number))
    known: dict[str, Any] = {
        "id": f"urn:uuid:00000000-0000-5000-8000-{number:012d}",
        "source": "items",
        "guid": str(number),
        "slug": f"item-{number}",
        "published": published,
        "updated": published,
        "first_seen": published,
        "hash": str(number),
        "article": replace(article, **fields),
    }
    return Item(**(known | own))


def selection(*items: Item, feed: Feed = FEED, site: Site = SITE, hubs: tuple[str, ...] = ()) -> Selection:
    """Return a selection of these items."""
    return Selection(site, feed, items, NOON, hubs)


def load(path: Path) -> Selection:
    """Return the selection that a case file describes."""
    case = tomllib.loads(path.read_text("utf-8"))
    items = tuple(_item(number, fields) for number, fields in enumerate(_repeated(case.get("items", [])), 1))
    return Selection(
        _site(case["site"]), _feed(case["feed"]), items, case["updated"], tuple(case.get("hubs", ()))
    )


def _repeated(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a case's items; `repeat` stands for so many of one, an hour apart, with `{}` for the number."""
    for fields in items:
        for number in range(fields.pop("repeat", 1)):
            earlier: dict[str, Any] = {
                name: fields[name] - timedelta(hours=number)
                for name in ("published", "updated")
                if name in fields
            }
            texts = {
                name: text.replace("{}", str(number))
                for name, text in fields.items()
                if isinstance(text, str)
            }
            yield {**fields, **earlier, **texts}


def _site(fields: dict[str, Any]) -> Site:
    _build(fields, author=Person, image=Image)
    for name in ("rsl_permits", "rsl_prohibits"):
        fields[name] = tuple(fields.get(name, ()))
    return Site(**fields)


def _feed(fields: dict[str, Any]) -> Feed:
    _build(fields, image=Image)
    if podcast := fields.get("podcast"):
        for name in ("categories", "funding"):
            podcast[name] = tuple(map(tuple, podcast.get(name, ())))
        fields["podcast"] = Podcast(**podcast)
    return Feed(**fields)


def _item(number: int, fields: dict[str, Any]) -> Item:
    if episode := fields.get("episode"):
        _build(episode, transcripts=Transcript)
    _build(
        fields,
        image=Image,
        origin=Origin,
        episode=Episode,
        authors=Person,
        enclosures=Enclosure,
        via=Link,
        related=Link,
    )
    if "tags" in fields:
        fields["tags"] = tuple(fields["tags"])
    return item(number, article=Article(title=fields.pop("title", "")), **fields)


def _build(fields: dict[str, Any], **kinds: Any) -> None:
    """Make tables, and lists of tables, into what they stand for."""
    for name, kind in kinds.items():
        value = fields.get(name)
        if isinstance(value, dict):
            fields[name] = kind(**value)
        elif isinstance(value, list):
            fields[name] = tuple(kind(**each) for each in value)
