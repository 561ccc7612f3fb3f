"""Make the lists that machines read beside the feeds: OPML, sitemaps, robots.txt.

Sitemaps hold every item there is, in portions of so many numbers: an item never moves to another one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feedsvc import formats
from feedsvc.catalog import Catalog
from feedsvc.model import Rule, Site
from feedsvc.store import Connection, addresses, items

OPML_TYPE = "text/x-opml; charset=utf-8"
XML_TYPE = "application/xml; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"

SITEMAPS = ("/sitemap.xml", "/news-sitemap.xml")
PORTION = 10_000
"""Numbers in one sitemap: with addresses of any length it stays below the limit of 50 MB."""

NEWS_ITEMS = 1_000
NEWS_FOR = timedelta(days=2)
"""How long an item is news to the search engines that read the news sitemap."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, and when it stops being true by itself, if that is before the next embargo or expiry."""

    body: bytes
    content_type: str = XML_TYPE
    until: datetime | None = None


@dataclass(slots=True)
class Portions:
    """When the sitemaps of an installation last changed; it reads only what is new since it last looked."""

    seq: int = 0
    number: int = 0
    changed: dict[int, datetime] = field(default_factory=dict)

    def look(self, connection: Connection) -> None:
        """Learn what has changed."""
        seq, number = items.last_seq(connection), addresses.last_number(connection)
        found = addresses.changes(connection, PORTION, self.seq, self.number)
        # Replaced, not changed: another thread may be reading it.
        self.changed = {nth: found.get(nth, at) for nth, at in {**found, **self.changed}.items()}
        self.seq, self.number = seq, number


def opml(catalog: Catalog) -> Listed:
    """Return the list of all feeds, for readers to import."""
    return Listed(formats.opml(catalog.site, catalog.feeds), OPML_TYPE)


def sitemap(connection: Connection, site: Site, portions: Portions, now: datetime) -> Listed:
    """Return the sitemap of everything, or the index of its portions where one does not hold it."""
    count = portion_count(connection)
    if count <= 1:
        return portion(connection, site, 1, now) or Listed(formats.sitemap([]))
    portions.look(connection)
    last = [updated for _, updated in addresses.unnumbered(connection, now)]
    changed = {**portions.changed, count - 1: max([portions.changed.get(count - 1, now), *last])}
    entries = [
        (site.url + portion_path(nth + 1), min(changed[nth], now)) for nth in range(count) if nth in changed
    ]
    return Listed(formats.sitemap_index(entries))


def portion(connection: Connection, site: Site, nth: int, now: datetime) -> Listed | None:
    """Return one portion of the sitemap, counted from 1; None where there is none of this number."""
    count = portion_count(connection)
    if not 1 <= nth <= count:
        return None
    first = (nth - 1) * PORTION + 1
    found = list(addresses.numbered(connection, first, first + PORTION, now))
    if nth == count:
        found += addresses.unnumbered(connection, now)
    entries = [(f"{site.url}{formats.path_uri(f'/items/{slug}')}", updated) for slug, updated in found]
    if nth == count and entries:
        entries.append((site.url + "/", max(updated for _, updated in entries)))
    return Listed(formats.sitemap(entries))


def portion_count(connection: Connection) -> int:
    """Return how many portions the sitemap has, at least one."""
    return max(1, -(-addresses.last_number(connection) // PORTION))


def portion_path(nth: int) -> str:
    """Return the address of a portion, counted from 1."""
    return f"/sitemap-{nth}.xml"


def news(connection: Connection, site: Site, now: datetime) -> Listed:
    """Return the items of the last two days, as news search engines read them."""
    newest = items.select(connection, Rule(), now=now, limit=NEWS_ITEMS)
    recent = [item for item in newest if item.published > now - NEWS_FOR]
    until = recent[-1].published + NEWS_FOR if recent else None
    return Listed(formats.news_sitemap(site, recent), until=until)


def robots(site: Site) -> Listed:
    """Return what crawlers may read: everything."""
    maps = "".join(f"Sitemap: {site.url}{path}\n" for path in SITEMAPS)
    return Listed(f"User-agent: *\nAllow: /\n\n{maps}".encode(), TEXT_TYPE)
