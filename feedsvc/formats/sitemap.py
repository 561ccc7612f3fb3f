"""Write sitemaps (sitemaps.org 0.9) and Google's news sitemap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lxml.etree import Element, SubElement, _Element, tostring

from feedsvc.formats.addresses import item_page
from feedsvc.formats.dates import rfc3339
from feedsvc.formats.text import line, uri
from feedsvc.formats.tidy import tidy_item
from feedsvc.model import Item, Site

MAX_URLS = 50_000
MAX_NEWS_URLS = 1_000

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def sitemap(entries: Sequence[tuple[str, datetime]]) -> bytes:
    """Return a sitemap of URLs and when each last changed; those beyond the 50,000th are left out."""
    root = Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP})
    for address, modified in entries[:MAX_URLS]:
        _add(_add_url(root, uri(address)), _SITEMAP, "lastmod", rfc3339(modified))
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
