"""Write a tidy selection as Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml.etree import SubElement, _Element

from feedsvc.formats import feedgen_ext, history, licensing
from feedsvc.formats.addresses import addresses, feed_id, stylesheet, taxonomy
from feedsvc.formats.dates import rfc3339
from feedsvc.formats.feedgen_ext import (
    MEDIA,
    XML_LANG,
    Nest,
    add,
    add_links,
    add_media,
    add_stylesheet,
    new_feed,
)
from feedsvc.memo import PerThread
from feedsvc.model import Item, Person, Selection

_KNOWN = {"media": MEDIA}
"""All that an entry may use; Atom's own namespace is the default."""
_NEST = PerThread(partial(Nest, "feed", namespaces=_KNOWN))


def frame(selection: Selection, _needs: Collection[str]) -> tuple[bytes, bytes]:
    """Return what stands before and after the entries in the Atom document of a selection, UTF-8."""
    generator = new_feed(partial(_finish_feed, selection), {**_KNOWN, **history.namespaces(selection)})
    _describe_feed(generator, selection)
    return feedgen_ext.frame(generator.atom_str(pretty=True), b"</feed>")


def entry(selection: Selection, item: Item) -> bytes:
    """Return an entry as it stands in the Atom document of a selection."""
    made = _entry(selection, item).atom_entry()
    return _NEST.value.serialised(made, partial(_finish_entry, selection, item))


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
        _say_utc(date)
    licensing.add_to_atom(root, selection.feed.license, selection.site.rsl)
    history.add_marks(root, selection)
    history.add_tombstones(root, selection)


def _entry(selection: Selection, item: Item) -> FeedEntry:
    feed, article = selection.feed, item.article
    entry = FeedEntry()
    entry.id(item.id)
    entry.title(article.title)
    entry.updated(item.updated)
    entry.published(item.published)
    entry.link(href=article.link)
    entry.author([_person(author) for author in article.authors])
    if article.summary:
        entry.summary(article.summary, type="text")
    if article.content and feed.content == "full":
        entry.content(article.content, type="html")
    elif not article.summary:
        # An entry must say something beside its title, even where that is all there is.
        entry.summary(article.title, type="text")
    if article.rights:
        entry.rights(article.rights)
    return entry


def _finish_entry(selection: Selection, item: Item, entry: _Element) -> None:
    feed, article = selection.feed, item.article
    title, updated, link, published = entry.iterchildren("title", "updated", "link", "published")
    title.set("type", "text")
    link.set("rel", "alternate")
    for date in (updated, published):
        _say_utc(date)
    # Not by feedgen, which checks all that it is told at a cost that every item of every feed would pay.
    scheme = taxonomy(selection.site)
    for tag in article.tags:
        published.addprevious(SubElement(entry, "category", {"term": tag, "scheme": scheme, "label": tag}))
    if article.language and article.language.casefold() != feed.language.casefold():
        entry.set(XML_LANG, article.language)
    add_links(entry, "link", article, article.enclosures)
    licensing.add_to_atom(entry, article.license, licensing.rsl_of(selection.site, item))
    _add_source(entry, item)
    if article.image:
        enclosures = {enclosure.url for enclosure in article.enclosures}
        add_media(entry, article.image, known=article.image.url if article.image.url in enclosures else "")


def _say_utc(date: _Element) -> None:
    date.text = date.text.replace("+00:00", "Z")


def _add_source(entry: _Element, item: Item) -> None:
    """Append atom:source (RFC 4287 §4.2.11); without a date of its own it has the item's."""
    origin = item.article.origin
    if origin is None:
        return
    source = add(entry, "source")
    if origin.id:
        add(source, "id", origin.id)
    add(source, "title", origin.title)
    add(source, "updated", rfc3339(origin.updated or item.updated))
    if origin.url:
        add(source, "link", href=origin.url, rel="alternate")
    if origin.feed_url:
        add(source, "link", href=origin.feed_url, rel="self")
    if origin.rights:
        add(source, "rights", origin.rights)


def _person(person: Person) -> dict[str, str]:
    fields = {"name": person.name, "email": person.email, "uri": person.url}
    return {key: value for key, value in fields.items() if value}
