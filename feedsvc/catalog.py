"""Know the site and its feeds: the configured ones, and those that follow from an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from feedsvc import feeds as rules
from feedsvc import formats, headlines
from feedsvc.model import FORMATS, Feed, Format, Site

_PAGE = re.compile(r"(.+)/archive/([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class Found:
    """What an address stands for: a format of a feed, or of a page of its archive (0: the feed itself)."""

    feed: Feed
    format: Format
    page: int = 0


@dataclass(frozen=True, slots=True)
class Catalog:
    """The site and its feeds: configured, and those of tags, authors, languages and searches by address."""

    site: Site
    feeds: tuple[Feed, ...]
    hubs: tuple[str, ...] = ()
    ended: Mapping[str, str] = field(default_factory=dict)
    """Feeds that are published no more: the name or the address of what replaces each, empty if nothing."""

    def feed(self, slug: str) -> Feed | None:
        """Return the configured feed with this slug."""
        return next((feed for feed in self.feeds if feed.slug == slug), None)

    def at(self, path: str) -> Feed | None:
        """Return the feed whose address without a suffix this is; `path` is not percent-encoded."""
        kind, _, name = path.removeprefix("/").partition("/")
        if not name:
            return None
        if kind == "tags":
            return rules.tag_feed(self.site, name)
        if kind == "authors":
            return rules.author_feed(self.site, name)
        if kind == "languages":
            return rules.language_feed(self.site, name)
        if kind == "search":
            return rules.search_feed(self.site, name)
        return self.feed(name) if kind == "feeds" else None

    def embed(self, path: str) -> tuple[Feed, headlines.Kind] | None:
        """Return the feed whose headlines an address such as `/embed/all.json` has, and in which form."""
        read = headlines.read_path(path)
        feed = self.feed(read[0]) if read else None
        return (feed, read[1]) if read and feed else None

    def find(self, path: str) -> Found | None:
        """Return what a document's address stands for, e.g. `/feeds/all.rss`, `/tags/sea/archive/2.atom`."""
        for format_ in FORMATS:
            suffix = formats.SUFFIXES[format_]
            if path.endswith(suffix):
                return self._find(path.removesuffix(suffix), format_)
        return None

    def _find(self, path: str, format_: Format) -> Found | None:
        page = _PAGE.fullmatch(path)
        feed = self.at(page[1]) if page else self.at(path)
        return Found(feed, format_, int(page[2]) if page else 0) if feed else None

    def every(self, known: Iterable[str]) -> Iterator[Feed]:
        """Yield the configured feeds, then those of the addresses `known` that nobody configured."""
        yield from self.feeds
        configured = {feed.path for feed in self.feeds}
        for path in sorted(set(known) - configured):
            feed = self.at(path)
            if feed is not None:
                yield feed

    def fingerprint(self) -> str:
        """Return a text that changes when any feed may have to be rendered again without a changed item."""
        told = repr((formats.RENDERER, headlines.RENDERER, self))
        return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
