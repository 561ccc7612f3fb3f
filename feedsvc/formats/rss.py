"""Write a tidy selection as RSS 2.0, by the RSS Advisory Board's profile."""

from __future__ import annotations

from functools import partial
from html import escape

from feedgen.feed import FeedGenerator
from lxml.etree import _Element

from feedsvc.formats.addresses import addresses, stylesheet
from feedsvc.formats.dates import rfc822, rfc3339
from feedsvc.formats.feedgen_ext import ATOM, DC, MEDIA, add, add_media, add_stylesheet, new_entry, new_feed
from feedsvc.model import Item, Origin, Selection

_NAMESPACES = {"dc": DC, "media": MEDIA}

# Stand-ins, noncharacters that tidy text never holds, for the references that lxml cannot be told to write.
_AMPERSAND, _LESS_THAN = "\ufdd0", "\ufdd1"


def write(selection: Selection) -> bytes:
    """Return the RSS document, UTF-8; the same selection always gives the same bytes."""
    generator = new_feed(partial(_finish_channel, selection), _NAMESPACES)
    _describe_channel(generator, selection)
    for item in selection.items:
        _add_item(generator, item, full=selection.feed.content == "full")
    body: bytes = generator.rss_str(pretty=True)
    return body.replace(_AMPERSAND.encode(), b"&#x26;").replace(_LESS_THAN.encode(), b"&#x3C;")


def plain(text: str) -> str:
    """Return text for an element that holds no HTML.

    Its `&` and `<` become hexadecimal references: the profile's way to say that they are not markup.
    """
    return text.replace("&", _AMPERSAND).replace("<", _LESS_THAN)


def _describe_channel(generator: FeedGenerator, selection: Selection) -> None:
    site, feed = selection.site, selection.feed
    urls = addresses(site, feed)
    generator.title(plain(feed.title))
    generator.description(plain(feed.description))
    generator.link(href=urls["rss"], rel="self", type="application/rss+xml")
    # The last link becomes the channel's own, whatever its rel.
    generator.link(href=urls["page"], rel="alternate")
    generator.language(feed.language)
    generator.ttl(feed.ttl)
    if site.rights:
        generator.rights(plain(site.rights))
    if feed.image:
        generator.image(feed.image)
    if site.author and site.author.email:
        generator.managingEditor(plain(f"{site.author.email} ({site.author.name})"))


def _finish_channel(selection: Selection, root: _Element) -> None:
    add_stylesheet(root, stylesheet(selection.site))
    channel = root[0]
    add(channel, "lastBuildDate", rfc822(selection.updated))
    for hub in selection.hubs:
        add(channel, f"{{{ATOM}}}link", href=hub, rel="hub")


def _add_item(generator: FeedGenerator, item: Item, *, full: bool) -> None:
    article = item.article
    entry = new_entry(generator, partial(_finish_item, item))
    entry.title(plain(article.title))
    entry.link(href=article.link)
    entry.guid(item.id, permalink=False)
    if article.summary:
        # Readers take the description as HTML, so a summary's own `<` is escaped for that first.
        entry.description(escape(article.summary, quote=False), isSummary=True)
    if full and article.content:
        entry.content(article.content, type="CDATA")
    entry.category([{"term": plain(tag)} for tag in article.tags])
    for enclosure in article.enclosures[:1]:
        entry.enclosure(enclosure.url, enclosure.length, enclosure.type)
    if article.origin:
        _name_origin(entry, article.origin)


def _name_origin(entry: FeedGenerator, origin: Origin) -> None:
    address = origin.feed_url or origin.url
    if address:
        entry.source(address, plain(origin.title))


def _finish_item(item: Item, element: _Element) -> None:
    article = item.article
    add(element, "pubDate", rfc822(item.published))
    if item.updated > item.published:
        add(element, f"{{{ATOM}}}updated", rfc3339(item.updated))
    for author in article.authors:
        # `author` is for mail addresses, and both together are one too many.
        add(element, f"{{{DC}}}creator", plain(author.name))
    if article.image:
        enclosure = next((enclosure.url for enclosure in article.enclosures), "")
        add_media(element, article.image, known=enclosure)
