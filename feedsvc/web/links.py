"""Spell the addresses of pages: relative to the site's root, or absolute and canonical.

Every absolute address starts with `site.url`, none with the Host of a request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from flask import Response, g, redirect

from feedsvc import formats
from feedsvc.errors import Ended
from feedsvc.model import FORMATS, Feed, Format, Item
from feedsvc.web import headers
from feedsvc.web.state import catalog, everything

FORMAT_NAMES: Mapping[Format, str] = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}


def path_of(path: str) -> str:
    """Return a decoded path as a link within the site."""
    return _prefix() + formats.path_uri(path)


def absolute(path: str) -> str:
    """Return the canonical address of a decoded path."""
    return catalog().site.url + formats.path_uri(path)


def item_path(item: Item) -> str:
    """Return the decoded path of an item's page."""
    return f"/items/{item.slug}"


def feed_page(feed: Feed) -> str:
    """Return the decoded path of a feed's page for people."""
    return f"{feed.path}/" if feed.path.startswith("/feeds/") else feed.path


def page_of(path: str) -> str | None:
    """Return the link to the page for people that belongs to a feed document's decoded path."""
    found = catalog().find(path)
    return path_of(feed_page(found.feed)) if found else None


def moved(path: str, query: str = "", status: int = 301) -> Response:
    """Lead whoever asks on to a decoded path of the site."""
    response = redirect(path_of(path) + query, status)
    response.headers.extend(headers.MOVED)
    return response  # type: ignore[return-value]  # werkzeug's class, Flask's at run time


def lead_on(name: str) -> Response | None:
    """Lead on from a feed that has moved, in any format, and say of one that has ended that it is gone."""
    slug, dot, suffix = name.partition(".")
    target = catalog().ended.get(slug)
    if target is None:
        return None
    if not target:
        raise Ended("feed", slug)
    return moved_away(target) if "/" in target else moved(f"/feeds/{target}{dot}{suffix or '/'}")


def moved_away(address: str) -> Response:
    """Lead whoever asks on to an absolute address elsewhere, for good."""
    response = redirect(address, 301)
    response.headers.extend(headers.MOVED)
    return response  # type: ignore[return-value]  # werkzeug's class, Flask's at run time


@dataclass(frozen=True, slots=True)
class Address:
    """Where a feed is in one format: absolute, and as a link to the source that programs read."""

    name: str
    type: str
    url: str
    source: str


def addresses(feed: Feed) -> list[Address]:
    """Return the address of each of a feed's formats, RSS first."""
    paths = {format_: feed.path + formats.SUFFIXES[format_] for format_ in FORMATS}
    return [
        Address(
            FORMAT_NAMES[format_],
            formats.CONTENT_TYPES[format_].partition(";")[0],
            absolute(path),
            f"{path_of(path)}?view=source",
        )
        for format_, path in paths.items()
    ]


def alternates(*feeds: Feed) -> list[dict[str, str]]:
    """Return type, title and absolute address of the formats of feeds and, last, of everything; each once."""
    return [
        {"type": address.type, "title": f"{feed.title} ({address.name})", "href": address.url}
        for feed in {feed.path: feed for feed in (*feeds, everything())}.values()
        for address in addresses(feed)
    ]


def oembed(path: str, title: str) -> list[dict[str, str]]:
    """Return type, title and absolute address of what says how to embed a page (https://oembed.com, §4)."""
    asked = absolute("/oembed") + "?url=" + quote(absolute(path), safe="")
    return [
        {
            "type": f"{kind}+oembed",
            "title": f"{title} (oEmbed, {name.upper()})",
            "href": f"{asked}&format={name}",
        }
        for kind, name in (("application/json", "json"), ("text/xml", "xml"))
    ]


def _prefix() -> str:
    """Return the path under which the site lies on its host; empty for most."""
    if "prefix" not in g:
        g.prefix = urlsplit(catalog().site.url).path.rstrip("/")
    return str(g.prefix)
