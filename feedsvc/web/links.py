"""Spell the addresses of pages: relative to the site's root, or absolute and canonical.

Every absolute address starts with `site.url`, none with the Host of a request.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Response, g, redirect

from feedsvc import formats
from feedsvc.model import FORMATS, Feed, Format, Item
from feedsvc.web import headers
from feedsvc.web.state import current

FORMAT_NAMES: Mapping[Format, str] = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}


def path_of(path: str) -> str:
    """Return a decoded path as a link within the site."""
    return _prefix() + formats.path_uri(path)


def absolute(path: str) -> str:
    """Return the canonical address of a decoded path."""
    return current().service.catalog.site.url + formats.path_uri(path)


def item_path(item: Item) -> str:
    """Return the decoded path of an item's page."""
    return f"/items/{item.slug}"


def feed_page(feed: Feed) -> str:
    """Return the decoded path of a feed's page for people."""
    return f"{feed.path}/" if feed.path.startswith("/feeds/") else feed.path


def page_of(path: str) -> str | None:
    """Return the link to the page for people that belongs to a feed document's decoded path."""
    found = current().service.catalog.find(path)
    return path_of(feed_page(found[0])) if found else None


def moved(path: str, query: str = "", status: int = 301) -> Response:
    """Lead whoever asks on to a decoded path of the site."""
    response = redirect(path_of(path) + query, status)
    response.headers.extend(headers.MOVED)
    return response  # type: ignore[return-value]  # werkzeug's class, Flask's at run time


def alternates(*feeds: Feed) -> list[dict[str, str]]:
    """Return type, title and absolute address of each feed's formats, each feed once."""
    return [
        {
            "type": formats.CONTENT_TYPES[format_].partition(";")[0],
            "title": f"{feed.title} ({FORMAT_NAMES[format_]})",
            "href": absolute(feed.path + formats.SUFFIXES[format_]),
        }
        for feed in {feed.path: feed for feed in feeds}.values()
        for format_ in FORMATS
    ]


def _prefix() -> str:
    """Return the path under which the site lies on its host; empty for most."""
    if "prefix" not in g:
        g.prefix = urlsplit(current().service.catalog.site.url).path.rstrip("/")
    return str(g.prefix)
