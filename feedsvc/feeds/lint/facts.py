"""Say what a feed tells about itself and its pages, the same for every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from feedsvc.feeds.lint.xml import Element

Kind = Literal["rss", "atom", "json", ""]
"""The format that a document is in; empty where it is no feed that we know."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the feed itself: where to, and the element that says so (none in JSON)."""

    href: str
    at: Element | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a feed says about itself."""

    kind: Kind = ""
    encoding: str = "utf-8"
    id: str = ""
    title: str = ""
    links: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    """By rel, in the order of the document."""
    archive: Element | None = None
    complete: Element | None = None
    items: int = 0
    item_ids: tuple[str, ...] = ()

    def hrefs(self, rel: str) -> tuple[str, ...]:
        """Return the addresses of a relation."""
        return tuple(link.href for link in self.links.get(rel, ()))
