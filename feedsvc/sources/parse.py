"""Tell what a body is, and read it with the right reader: RSS and Atom, JSON Feed, or a plain refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer

from feedsvc.errors import ParseError
from feedsvc.net import absolute
from feedsvc.sources import decoding, jsonfeed, parser
from feedsvc.sources.raw import RawFeed

_FEED_TYPES = re.compile(r"application/(rss|atom|rdf|feed)\+(xml|json)|application/json", re.IGNORECASE)
_PAGE = re.compile(r"(?:<!--[^>]*-->|\s)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_HEAD_CHARS = 100_000
_MAX_FOUND = 5


def parse_raw(body: bytes, headers: Mapping[str, str], url: str) -> RawFeed:
    """Return the feed that a body is, whatever its Content-Type claims; ParseError if it is none.

    The error for a web page lists the feeds that the page names.
    """
    text = decoding.decode(body, headers.get("content-type", ""))
    if not text.strip():
        raise ParseError("its answer is empty: it is tried again later")
    if text.lstrip().startswith("{"):
        return jsonfeed.read(text)
    if _PAGE.match(text):
        raise ParseError(_about_page(text, url))
    feed = parser.shared.parse(text)
    if not feed.version:
        reason = _about_page(text, url) if "<html" in text[:_HEAD_CHARS].lower() else _NO_FEED
        raise ParseError(reason)
    return feed


_NO_FEED = "it is not a feed: there is no rss, feed or rdf:RDF element in it; check the address"


def _about_page(text: str, url: str) -> str:
    found = _feeds_named(text, url)
    if not found:
        return "it is a web page, not a feed, and names no feed: look for the site's feed address"
    return f"it is a web page, not a feed: try its feed address, found in the page: {', '.join(found)}"


def _feeds_named(page: str, url: str) -> list[str]:
    soup = BeautifulSoup(page[:_HEAD_CHARS], "lxml", parse_only=SoupStrainer("link"))
    found: dict[str, None] = {}
    for link in soup.find_all("link", rel="alternate", href=True):
        target = absolute(str(link["href"]), url)
        if target and _FEED_TYPES.fullmatch(str(link.get("type", "")).strip()):
            found[target] = None
    return list(found)[:_MAX_FOUND]
