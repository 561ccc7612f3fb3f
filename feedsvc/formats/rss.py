"""Write a tidy selection as RSS 2.0, by the RSS Advisory Board's profile."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from html import escape

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml.etree import _Element

from feedsvc.formats import feedgen_ext, history, licensing, podcast
from feedsvc.formats.addresses import addresses, stylesheet, taxonomy
from feedsvc.formats.dates import rfc822, rfc3339
from feedsvc.formats.feedgen_ext import (
    ATOM,
    DC,
    MEDIA,
    Nest,
    Own,
    add,
    add_links,
    add_media,
    add_stylesheet,
    image_type,
    new_feed,
    plain,
    with_references,
    written,
)
from feedsvc.memo import PerThread
from feedsvc.model import Image, Item, Origin, Selection

_ATOM_LINK, _ATOM_UPDATED = f"{{{ATOM}}}link", f"{{{ATOM}}}updated"
_CREATOR, _LANGUAGE, _RIGHTS = f"{{{DC}}}creator", f"{{{DC}}}language", f"{{{DC}}}rights"
_NAMESPACES = {"dc": DC, "media": MEDIA}
_KNOWN = {
    "atom": ATOM,
    "content": "http://purl.org/rss/1.0/modules/content/",
    **_NAMESPACES,
    **podcast.NAMESPACES,
    **licensing.NAMESPACES,
}
"""All that an item may use."""
_NEST = PerThread(partial(Nest, "rss", "channel", "item", namespaces=_KNOWN))

_IMAGE_WIDTH, _IMAGE_HEIGHT = 144, 400
"""The largest that RSS lets a channel's image be shown, in pixels."""
_IMAGE_TYPES = ("", "image/gif", "image/jpeg", "image/png")
"""What RSS allows there; "" is an address that does not tell."""


def frame(selection: Selection, needs: Collection[str]) -> tuple[bytes, bytes]:
    """Return what stands before and after items that need these in the RSS document of a selection, UTF-8."""
    expired = [_NEST.value.serialised(each) for each in history.expired(selection)]
    needs = {*needs, "dcterms"} if expired else needs
    generator = new_feed(partial(_finish_channel, selection), _declared(selection, needs))
    _describe_channel(generator, selection)
    head, tail = feedgen_ext.frame(with_references(generator.rss_str(pretty=True)), b"  </channel>")
    return head, b"".join((*expired, tail))


def entry(selection: Selection, item: Item) -> bytes:
    """Return an item as it stands in the RSS document of a selection."""
    nest = _NEST.value
    made = _entry(selection, item).rss_entry()
    own = nest.own()
    _complete(selection, item, own)
    return with_references(nest.serialised(made, own))


def updated(moment: datetime) -> bytes:
    """Return what stands in a channel for when it was updated."""
    return f"<lastBuildDate>{rfc822(moment)}</lastBuildDate>".encode()


def needs(item: Item) -> frozenset[str]:
    """Return the prefixes of namespaces that an item uses and not every feed declares."""
    return licensing.needs(item)


def _declared(selection: Selection, needs: Collection[str]) -> Mapping[str, str]:
    """Return the namespaces to declare at the root, by prefix: the usual, and others that are used."""
    podcasts = podcast.NAMESPACES if selection.feed.podcast else {}
    used = {prefix: uri for prefix, uri in licensing.NAMESPACES.items() if prefix in needs}
    licences = {**licensing.rss_namespaces(selection), **used}
    pages = history.namespaces(replace(selection, withdrawn=()))
    return {**_NAMESPACES, **podcasts, **licences, **pages}


def _describe_channel(generator: FeedGenerator, selection: Selection) -> None:
    site, feed = selection.site, selection.feed
    urls = addresses(site, feed, selection.archive.page)
    generator.title(plain(feed.title))
    generator.description(plain(feed.description))
    generator.link(href=urls["rss"], rel="self", type="application/rss+xml")
    # The last link becomes the channel's own, whatever its rel.
    generator.link(href=urls["page"], rel="alternate")
    generator.language(feed.language)
    generator.ttl(feed.ttl)
    if site.rights:
        generator.rights(plain(podcast.holder(site.rights) if feed.podcast else site.rights))
    if feed.image and image_type(feed.image.url) in _IMAGE_TYPES:
        generator.image(feed.image.url, **_shown_size(feed.image))
    if site.author and site.author.email:
        generator.managingEditor(plain(f"{site.author.email} ({site.author.name})"))


def _shown_size(image: Image) -> dict[str, str]:
    """Return the size to show an image in: its own, or the largest of its shape that RSS allows."""
    if not image.width or not image.height:
        return {}
    scale = min(1.0, _IMAGE_WIDTH / image.width, _IMAGE_HEIGHT / image.height)
    width, height = (str(max(1, int(size * scale))) for size in (image.width, image.height))
    return {"width": width, "height": height}


def _finish_channel(selection: Selection, root: _Element) -> None:
    add_stylesheet(root, stylesheet(selection.site))
    channel = root[0]
    add(channel, "lastBuildDate", rfc822(selection.updated))
    for hub in selection.hubs:
        add(channel, _ATOM_LINK, href=hub, rel="hub")
    for rel, address in history.links(selection, "rss"):
        add(channel, _ATOM_LINK, href=address, rel=rel, type="application/rss+xml")
    history.add_marks(channel, selection)
    for name, told, attributes in licensing.rss_elements(selection.feed.license, selection.site.rsl):
        add(channel, name, told, **attributes)
    if selection.feed.podcast:
        podcast.add_channel(channel, selection.feed.podcast, addresses(selection.site, selection.feed)["rss"])


def _entry(selection: Selection, item: Item) -> FeedEntry:
    article = item.article
    entry = FeedEntry()
    entry.title(plain(article.title))
    entry.link(href=article.link)
    entry.guid(item.id, permalink=False)
    if article.summary:
        # Readers take the description as HTML, so a summary's own `<` is escaped for that first.
        entry.description(escape(article.summary, quote=False), isSummary=True)
    if article.content and selection.feed.content == "full":
        entry.content(article.content, type="CDATA")
    if article.origin:
        _name_origin(entry, article.origin)
    return entry


def _name_origin(entry: FeedEntry, origin: Origin) -> None:
    address = origin.feed_url or origin.url
    if address:
        entry.source(address, plain(origin.title))


def _complete(selection: Selection, item: Item, own: Own) -> None:
    """Add what feedgen has no element for, or checks at a cost that every item of every feed would pay."""
    article = item.article
    domain = taxonomy(selection.site)
    for tag in article.tags:
        own.add_written(_category(domain, tag))
    for enclosure in article.enclosures[:1]:
        own.add("enclosure", url=enclosure.url, length=str(enclosure.length), type=enclosure.type)
    own.add_written(f"<pubDate>{rfc822(item.published)}</pubDate>")
    if item.updated > item.published:
        own.add(_ATOM_UPDATED, rfc3339(item.updated))
    for author in article.authors:
        # `author` is for mail addresses, and both together are one too many.
        own.add_written(_creator(author.name))
    if article.language and article.language.casefold() != selection.feed.language.casefold():
        own.add(_LANGUAGE, article.language)
    if article.rights:
        own.add(_RIGHTS, plain(article.rights))
    if article.enclosures or article.via or article.related:
        # RSS has room for one enclosure; readers that know Atom's links find the others.
        add_links(own, _ATOM_LINK, article, article.enclosures[1:])
    if article.license or selection.site.rsl or licensing.has_terms(selection.site):
        _add_licence(selection, item, own)
    if article.image:
        known = [enclosure.url for enclosure in article.enclosures[:1]]
        add_media(own, article.image, known=known, text=plain)
    if selection.feed.podcast:
        podcast.add_episode(own, article)


def _add_licence(selection: Selection, item: Item, own: Own) -> None:
    has_terms = licensing.has_terms(selection.site)
    rsl = "" if has_terms else licensing.rsl_of(selection.site, item)
    for name, told, attributes in licensing.rss_elements(item.article.license, rsl):
        own.add(name, told, **attributes)
    if has_terms:
        licensing.add_terms(own, selection.site, item)


@lru_cache(maxsize=1000)
def _category(domain: str, tag: str) -> str:
    """Return the element of a tag: the next items have the same ones."""
    return written("category", plain(tag), domain=domain)


@lru_cache(maxsize=1000)
def _creator(name: str) -> str:
    return written(_CREATOR, plain(name))
