"""Say how the document of each address is sent: its headers, how long caches keep it, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

from feedsvc import headlines
from feedsvc.catalog import Catalog
from feedsvc.headers import (
    ARCHIVE_SECONDS,
    EMBED,
    EMBED_BODY,
    EMBED_SECONDS,
    EMBED_STALE_SECONDS,
    FEED,
    FEED_BODY,
    FEED_ON_ERROR_SECONDS,
    FEED_STALE_SECONDS,
    Pairs,
    is_archive,
)
from feedsvc.headlines import Kind
from feedsvc.model import Feed, Site
from feedsvc.web import headers
from feedsvc.web.caching import Freshness

_DENIED = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a document is sent: `headers` with 200 and 304, `entity` with 200 alone."""

    headers: Pairs
    entity: Pairs
    freshness: Freshness
    is_for_all: bool = False
    """Whether a browser that shows it by itself gets the same answer as a program."""
    origins: tuple[str, ...] = ()
    """The sites whose scripts may read it, where that is not everybody's."""


class Manners:
    """The manner of each document of a site."""

    def __init__(self, catalog: Catalog, max_age: int, *, tells_changes: bool) -> None:
        self._catalog = catalog
        fields = headers.FEED_DELTA if tells_changes else FEED
        self._feed = Manner(fields, FEED_BODY, Freshness(max_age, FEED_STALE_SECONDS, FEED_ON_ERROR_SECONDS))
        archived = Freshness(max(max_age, ARCHIVE_SECONDS), 0, FEED_ON_ERROR_SECONDS)
        self._archive = Manner(fields, FEED_BODY, archived)

    def of(self, path: str) -> Manner:
        """Return the manner of the document at a decoded path."""
        embed = self._catalog.embed(path)
        if embed is not None:
            return embedded(self._catalog.site, *embed)
        return self._archive if is_archive(path) else self._feed


def embedded(site: Site, feed: Feed, kind: Kind) -> Manner:
    """Return the manner of a feed's embed; who may frame it or read it is the feed's to say."""
    policy = {"page": _frame_policy(site, feed), "svg": "default-src 'none'; style-src 'unsafe-inline'"}
    entity = (*EMBED_BODY, ("Content-Security-Policy", policy.get(kind, "default-src 'none'")))
    if kind == "page":
        entity += (("Permissions-Policy", _DENIED), ("Referrer-Policy", "strict-origin-when-cross-origin"))
    allowed = feed.embed_origins
    vary = "Accept-Encoding, Origin" if allowed else "Accept-Encoding"
    # Where only some may read it, who asks is told by name.
    everyone = () if allowed else (("Access-Control-Allow-Origin", "*"),)
    fields = (("Vary", vary), *everyone, *EMBED)
    freshness = Freshness(EMBED_SECONDS, EMBED_STALE_SECONDS, FEED_ON_ERROR_SECONDS)
    return Manner(fields, entity, freshness, is_for_all=True, origins=allowed)


def _frame_policy(site: Site, feed: Feed) -> str:
    hosts = " ".join(feed.embed_origins) or "*"
    own = site.url.partition("://")[0] + "://" + site.url.partition("://")[2].partition("/")[0]
    return (
        f"default-src 'none'; style-src {headlines.STYLE_HASH}; script-src {headlines.SCRIPT_HASH}; "
        f"img-src https: data: {own}; base-uri 'none'; form-action 'none'; frame-ancestors {hosts}"
    )
