"""Write the feeds of bench.render with feedgen alone, as its manual shows and a user would: the rival."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Sequence

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from feedsvc.formats import addresses, feed_id, item_page
from feedsvc.model import Article, Format, Item, Selection

GZIP_LEVEL = 6
"""What nginx and most others take."""


def render(selection: Selection, format_: Format) -> bytes:
    """Return the feed with everything in it that feedsvc writes of the same selection."""
    if format_ == "json":
        return _json(selection)
    generator = _generator(selection, (format_,))
    body: bytes = generator.rss_str(pretty=True) if format_ == "rss" else generator.atom_str(pretty=True)
    return body


def publish(selections: Sequence[Selection]) -> list[bytes]:
    """Return every feed in every format, compressed; feedgen is told each feed once, for both its formats."""
    return [gzip.compress(body, GZIP_LEVEL) for selection in selections for body in _all(selection)]


def _all(selection: Selection) -> tuple[bytes, bytes, bytes]:
    generator = _generator(selection, ("rss", "atom"))
    return generator.rss_str(pretty=True), generator.atom_str(pretty=True), _json(selection)


def _generator(selection: Selection, formats: Collection[Format]) -> FeedGenerator:
    """Return the feed as feedgen is told it: no more than these formats need."""
    feed = _feed(selection, formats)
    for item in selection.items:
        article = item.article
        entry = feed.add_entry(order="append")
        entry.id(item.id)
        entry.title(article.title)
        entry.link(href=item_page(selection.site, item))
        entry.description(article.summary, isSummary=True)
        # Cheaper, but Atom has no such type.
        entry.content(article.content, type="html" if "atom" in formats else "CDATA")
        entry.published(item.published)
        if "atom" in formats:
            entry.updated(item.updated)
            entry.author([{"name": author.name} for author in article.authors])
        if "rss" in formats:
            entry.dc.dc_creator([author.name for author in article.authors])
        entry.category(
            [{"term": tag, "scheme": f"{selection.site.url}/tags/", "label": tag} for tag in article.tags]
        )
        _add_image(entry, article)
    return feed


def _feed(selection: Selection, formats: Collection[Format]) -> FeedGenerator:
    urls = addresses(selection.site, selection.feed)
    feed = FeedGenerator()
    feed.load_extension("media")
    if "rss" in formats:
        feed.load_extension("dc", atom=False)
    feed.id(feed_id(selection.site, selection.feed))
    feed.title(selection.feed.title)
    feed.description(selection.feed.description or selection.feed.title)
    feed.author({"name": selection.site.title})
    feed.link(href=urls["rss" if "rss" in formats else "atom"], rel="self")
    feed.link(href=urls["page"], rel="alternate")
    feed.language(selection.feed.language)
    feed.ttl(selection.feed.ttl)
    feed.updated(selection.updated)
    feed.lastBuildDate(selection.updated)
    return feed


def _add_image(entry: FeedEntry, article: Article) -> None:
    image = article.image
    if image is None:
        return
    size = {"width": str(image.width), "height": str(image.height)}
    entry.media.content({"url": image.url, "type": "image/jpeg", "medium": "image", **size}, group=None)
    entry.media.thumbnail({"url": image.url, **size}, group=None)


def _json(selection: Selection) -> bytes:
    """Return the JSON Feed as a user writes it, since feedgen has none."""
    urls = addresses(selection.site, selection.feed)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": selection.feed.title,
        "home_page_url": urls["page"],
        "feed_url": urls["json"],
        "description": selection.feed.description or selection.feed.title,
        "authors": [{"name": selection.site.title}],
        "language": selection.feed.language,
        "items": [_object(selection, item) for item in selection.items],
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _object(selection: Selection, item: Item) -> dict[str, object]:
    article = item.article
    return {
        "id": item.id,
        "url": item_page(selection.site, item),
        "title": article.title,
        "content_html": article.content,
        "summary": article.summary,
        "image": article.image.url if article.image else None,
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "authors": [{"name": author.name} for author in article.authors],
        "tags": list(article.tags),
        "language": article.language,
    }
