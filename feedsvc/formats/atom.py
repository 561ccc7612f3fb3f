"""Write a tidy selection as Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache, partial

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml.etree import _Element

from feedsvc.formats import feedgen_ext, history, licensing
from feedsvc.formats.addresses import addresses, feed_id, stylesheet, taxonomy
from feedsvc.formats.dates import rfc3339
from feedsvc.formats.feedgen_ext import (
    MEDIA,
    XML_LANG,
    Nest,
    Own,
    add,
    add_links,
    add_media,
    add_stylesheet,
    new_feed,
    written,
)
from feedsvc.memo import PerThread
from feedsvc.model import Item, Origin, Person, Selection

_KNOWN = {"media": MEDIA}
"""All that an entry may use; Atom's own namespace is the default."""
_NEST = PerThread(partial(Nest, "feed", "entry", namespaces=_KNOWN))


def frame(selection: Selection, _needs: Collection[str]) -> tuple[bytes, bytes]:
    """Return what stands before and after the entries in the Atom document of a selection, UTF-8."""
    generator = new_feed(partial(_finish_feed, selection), {**_KNOWN, **history.namespaces(selection)})
    _describe_feed(generator, selection)
    return feedgen_ext.frame(generator.atom_str(pretty=True), b"</feed>")


def entry(selection: Selection, item: Item) -> bytes:
    """Return an entry as it stands in the Atom document of a selection."""
    nest = _NEST.value
    made = _entry(selection, item).atom_entry()
    _mend(selection, item, made)
    own = nest.own()
    _complete(selection, item, own)
    return nest.serialised(made, own)


def updated(moment: datetime) -> bytes:
    """Return what stands in a feed for when it was updated."""
    return f"<updated>{rfc3339(moment)}</updated>".encode()


def _describe_feed(generator: FeedGenerator, selection: Selection) -> None:
    site, feed = selection.site, selection.feed
    urls = addresses(site, feed, selection.archive.page)
    generator.id(feed_id(selection.site, feed))
    generator.title(feed.title)
    generator.updated(selection.updated)
    generator.author(_person(site.author or Person(site.title, url=f"{site.url}/")))
    # Readers that take the first link must find the page.
    generator.link(href=urls["page"], rel="alternate", type="text/html")
    generator.link(href=urls["atom"], rel="self", type="application/atom+xml")
    for hub in selection.hubs:
        generator.link(href=hub, rel="hub")
    for rel, address in history.links(selection, "atom"):
        generator.link(href=address, rel=rel, type="application/atom+xml")
    generator.language(feed.language)
    if feed.description != feed.title:
        generator.subtitle(feed.description)
    if site.rights:
        generator.rights(site.rights)
    if site.icon:
        generator.icon(site.icon)
    if feed.image:
        generator.logo(feed.image.url)


def _finish_feed(selection: Selection, root: _Element) -> None:
    add_stylesheet(root, stylesheet(selection.site))
    for date in root.iterchildren("updated"):
        date.text = rfc3339(selection.updated)
    for address, kind in licensing.atom_links(selection.feed.license, selection.site.rsl):
        add(root, "link", href=address, rel="license", type=kind)
    history.add_marks(root, selection)
    history.add_tombstones(root, selection)


def _entry(selection: Selection, item: Item) -> FeedEntry:
    feed, article = selection.feed, item.article
    entry = FeedEntry()
    entry.id(item.id)
    entry.title(article.title)
    entry.updated(item.updated)
    entry.link(href=article.link)
    entry.author([_person(author) for author in article.authors])
    if article.summary:
        entry.summary(article.summary, type="text")
    if article.content and feed.content == "full":
        entry.content(article.content, type="html")
    elif not article.summary:
        # An entry must say something beside its title, even where that is all there is.
        entry.summary(article.title, type="text")
    return entry


def _mend(selection: Selection, item: Item, entry: _Element) -> None:
    """Say what feedgen leaves out of the elements that it writes."""
    # Found by their places, which feedgen never changes: nothing else is as quick.
    entry[1].set("type", "text")
    entry[2].text = rfc3339(item.updated)
    last = entry[-1]
    link = last if last.tag == "link" else entry[-2]
    link.set("rel", "alternate")
    language, usual = item.article.language, selection.feed.language
    if language and language != usual and language.casefold() != usual.casefold():
        entry.set(XML_LANG, language)


def _complete(selection: Selection, item: Item, own: Own) -> None:
    """Add what feedgen has no element for, or checks at a cost that every item of every feed would pay."""
    article, scheme = item.article, taxonomy(selection.site)
    for tag in article.tags:
        own.add_written(_category(scheme, tag))
    own.add_written(f"<published>{rfc3339(item.published)}</published>")
    if article.rights:
        own.add("rights", article.rights)
    if article.enclosures or article.via or article.related:
        add_links(own, "link", article, article.enclosures)
    if article.license or selection.site.rsl:
        for address, kind in licensing.atom_links(article.license, licensing.rsl_of(selection.site, item)):
            own.add("link", href=address, rel="license", type=kind)
    if article.origin:
        own.add("source", _source(own.below(), item, article.origin))
    if article.image:
        add_media(own, article.image, known=[enclosure.url for enclosure in article.enclosures])


@lru_cache(maxsize=1000)
def _category(scheme: str, tag: str) -> str:
    """Return the element of a tag: the next items have the same ones."""
    return written("category", term=tag, scheme=scheme, label=tag)


def _source(own: Own, item: Item, origin: Origin) -> Own:
    """Return what atom:source holds (RFC 4287 §4.2.11); without a date of its own it has the item's."""
    if origin.id:
        own.add("id", origin.id)
    own.add("title", origin.title)
    own.add("updated", rfc3339(origin.updated or item.updated))
    if origin.url:
        own.add("link", href=origin.url, rel="alternate")
    if origin.feed_url:
        own.add("link", href=origin.feed_url, rel="self")
    if origin.rights:
        own.add("rights", origin.rights)
    return own


def _person(person: Person) -> dict[str, str]:
    told = {"name": person.name}
    if person.email:
        told["email"] = person.email
    if person.url:
        told["uri"] = person.url
    return told
