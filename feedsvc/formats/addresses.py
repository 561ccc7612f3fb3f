"""Say where things are on the web, and what a feed is called for ever."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlsplit

from feedsvc.formats.text import path_uri, sendable, uri
from feedsvc.model import Feed, Format, Item, Site

SUFFIXES: Mapping[Format, str] = MappingProxyType({"rss": ".rss", "atom": ".atom", "json": ".json"})

_FEED_IDS = uuid.UUID("6f0c2f0e-4c0b-5d0a-9c55-5a1f6b1d7a42")
"""Never change it: every Atom feed's id hangs on it."""


def addresses(site: Site, feed: Feed, archive: int = 0) -> Mapping[Format | Literal["page"], str]:
    """Return the absolute, percent-encoded URLs of a feed's formats and of its page for people.

    With `archive`, the formats are those of this page of its archive. The page of the feed of everything
    is the site's home; that of a tag or an author is its list of items.
    """
    base = root(site) + path_uri(feed.path)
    if feed.slug == "all":
        page = root(site) + "/"
    else:
        page = base + "/" if feed.path.startswith("/feeds/") else base
    base += f"/archive/{archive}" if archive else ""
    return {
        "rss": base + SUFFIXES["rss"],
        "atom": base + SUFFIXES["atom"],
        "json": base + SUFFIXES["json"],
        "page": page,
    }


def item_page(site: Site, item: Item) -> str:
    """Return the URL of the item's page on this service."""
    return f"{root(site)}/items/{path_uri(item.slug)}"


def taxonomy(site: Site) -> str:
    """Return the URL of a tidy site's list of tags: what Atom calls their scheme and RSS their domain.

    A tag's page is this and the tag, percent-encoded.
    """
    return f"{site.url}/tags/"


def stylesheet(site: Site) -> str:
    """Return the path of the stylesheet that browsers show a feed's XML with.

    A path, since browsers take it from the host that they asked only.
    """
    return urlsplit(root(site)).path + "/static/feed.css"


def root(site: Site) -> str:
    """Return the site's URL as a URI without a trailing slash."""
    return uri(site.url).rstrip("/")


def feed_id(site: Site, feed: Feed) -> str:
    """Return the feed's atom:id: of the site's id and its path, so that it outlives a domain."""
    return uuid.uuid5(uuid.uuid5(_FEED_IDS, site.id or root(site)), sendable(feed.path)).urn
