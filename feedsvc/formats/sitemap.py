"""Write sitemaps and their index (sitemaps.org 0.9), and Google's news sitemap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape

from lxml.etree import Element, SubElement, _Element, tostring

from feedsvc.formats.addresses import item_page
from feedsvc.formats.dates import rfc3339
from feedsvc.formats.text import line, uri
from feedsvc.formats.tidy import tidy_item
from feedsvc.model import Item, Site

MAX_URLS = 50_000
MAX_BYTES = 50 * 1024 * 1024
"""Of one file, not compressed."""
MAX_ADDRESS = 2_047
"""Characters of one address."""
MAX_NEWS_URLS = 1_000

_AROUND_URL = 130
"""Bytes that an entry takes beside its address, and more: tags, indentation and the date."""

Entry = tuple[str, datetime]

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def sitemap(entries: Sequence[Entry]) -> bytes:
    """Return a sitemap of URLs and when each last changed, up to the limits of one file.

    What is beyond them is left out: `sitemap_portions` cuts a longer list into lists that fit.
    """
    root = Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP})
    for address, modified in next(sitemap_portions(entries), []):
        _add(_add_url(root, address), _SITEMAP, "lastmod", rfc3339(modified))
    return _document(root)


def sitemap_portions(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield the entries in lists that each fit into one sitemap, their addresses as URIs.

    An entry stays in its list when others are added behind it. Addresses that are too long are left out.
    """
    portion: list[Entry] = []
    size = 0
    for address, modified in entries:
        location = uri(address)
        if len(location) > MAX_ADDRESS:
            continue
        weight = len(escape(location)) + _AROUND_URL
        if len(portion) == MAX_URLS or size + weight > MAX_BYTES - _AROUND_URL:
            yield portion
            portion, size = [], 0
        portion.append((location, modified))
        size += weight
    if portion:
        yield portion


def sitemap_index(sitemaps: Sequence[Entry]) -> bytes:
    """Return the index of sitemaps, each with when anything in it last changed; at most 50,000."""
    root = Element(f"{{{_SITEMAP}}}sitemapindex", nsmap={None: _SITEMAP})
    for address, modified in sitemaps[:MAX_URLS]:
        each = SubElement(root, f"{{{_SITEMAP}}}sitemap")
        _add(each, _SITEMAP, "loc", uri(address))
        _add(each, _SITEMAP, "lastmod", rfc3339(modified))
    return _document(root)


def news_sitemap(site: Site, items: Sequence[Item]) -> bytes:
    """Return the news sitemap of the items that live on this service, at most 1,000.

    The caller passes items of the last two days only, newest first.
    """
    root = Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP, "news": _NEWS})
    own = [item for item in items if item.article.link is None and item.article.origin is None]
    for item in own[:MAX_NEWS_URLS]:
        tidied = tidy_item(item, site)
        news = SubElement(_add_url(root, item_page(site, item)), f"{{{_NEWS}}}news")
        publication = SubElement(news, f"{{{_NEWS}}}publication")
        _add(publication, _NEWS, "name", line(site.title))
        _add(publication, _NEWS, "language", _language(tidied.article.language or site.language))
        _add(news, _NEWS, "publication_date", rfc3339(tidied.published))
        _add(news, _NEWS, "title", tidied.article.title)
    return _document(root)


def _language(tag: str) -> str:
    """Return the ISO 639 code that Google asks for: of Chinese it wants the script's country too."""
    primary, _, rest = tag.casefold().partition("-")
    if primary != "zh":
        return primary
    return "zh-tw" if {"tw", "hk", "mo", "hant"} & set(rest.split("-")) else "zh-cn"


def _add_url(root: _Element, address: str) -> _Element:
    url = SubElement(root, f"{{{_SITEMAP}}}url")
    _add(url, _SITEMAP, "loc", address)
    return url


def _add(parent: _Element, namespace: str, name: str, text: str) -> None:
    SubElement(parent, f"{{{namespace}}}{name}").text = text


def _document(root: _Element) -> bytes:
    document: bytes = tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return document
