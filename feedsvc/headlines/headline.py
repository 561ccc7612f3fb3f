"""Make headlines of a selection's items: what an embed says of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from feedsvc import article, formats
from feedsvc.headlines.options import Options
from feedsvc.model import Feed, Image, Item, Site

RENDERER = 3
"""Raise it when the bytes of an embed change: what is published is then made again."""


@dataclass(frozen=True, slots=True)
class Headline:
    """One item: plain text and addresses that lead to the web alone."""

    id: str
    url: str
    """Where a reader goes: the article."""
    page: str
    """The item's page on this service."""
    title: str
    summary: str
    image: Image | None
    published: datetime
    language: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    source: tuple[str, str] | None
    """Title and home page of the publication that the item was taken from."""


@dataclass(frozen=True, slots=True)
class Headlines:
    """The headlines of a feed, newest first, and what stands around them."""

    site: Site
    feed: Feed
    options: Options
    language: str
    """Of our own words and of dates."""
    items: tuple[Headline, ...]
    stale: bool = False
    """Whether a source of the feed has not been read lately."""

    @property
    def heading(self) -> str:
        """The heading to show; empty where there is to be none."""
        wanted = self.options.heading
        return "" if wanted == "none" else wanted or formats.sendable(self.feed.title)


def headlines(
    site: Site, feed: Feed, chosen: Sequence[Item], options: Options, *, stale: bool = False
) -> Headlines:
    """Return the headlines of these items, as many as the options ask for."""
    language = options.lang or feed.language
    made = tuple(_headline(item, site, feed, options.summary) for item in chosen[: options.count])
    return Headlines(site, feed, options, language, made, stale)


def _headline(item: Item, site: Site, feed: Feed, most: int) -> Headline:
    it = item.article
    page = formats.item_page(site, item)
    language = it.language or feed.language
    summary = article.shorten(it.summary, most, language) if most else ""
    origin = it.origin
    return Headline(
        id=item.id,
        url=_web(it.link) or page,
        page=page,
        title=formats.sendable(it.title),
        summary=formats.sendable(summary),
        image=it.image if it.image and _web(it.image.url) else None,
        published=item.published,
        language=language,
        authors=tuple(formats.sendable(person.name) for person in it.authors),
        tags=tuple(formats.sendable(tag) for tag in it.tags),
        source=(formats.sendable(origin.title), _web(origin.url)) if origin else None,
    )


def _web(address: str | None) -> str:
    """Return an address as a URI if it leads to the web, else nothing."""
    spelt = formats.uri(address or "")
    return spelt if spelt.lower().startswith(("http://", "https://")) else ""
