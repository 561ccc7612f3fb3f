"""Write a tidy selection as JSON Feed 1.1 (https://jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from html import escape

from feedsvc.formats import history, jsonextra
from feedsvc.formats.addresses import addresses
from feedsvc.formats.dates import rfc3339
from feedsvc.formats.jsonextra import Object, filled
from feedsvc.model import Article, Enclosure, Feed, Item, Person, Selection, Site

VERSION = "https://jsonfeed.org/version/1.1"

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def frame(selection: Selection, _needs: Collection[str]) -> tuple[bytes, bytes]:
    """Return what stands before and after the items in the JSON document of a selection, UTF-8.

    Keys are in the specification's order, nothing is null or empty. Each item is one line, so that two
    versions of a feed can be compared.
    """
    site, feed = selection.site, selection.feed
    urls = addresses(site, feed, selection.archive.page)
    document = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": urls["page"],
        "feed_url": urls["json"],
        "next_url": dict(history.links(selection, "json")).get("prev-archive"),
        "description": feed.description,
        "icon": feed.image.url if feed.image else None,
        "favicon": site.icon,
        **_authors((site.author or Person(site.title, url=f"{site.url}/"),)),
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": hub} for hub in selection.hubs],
        "_feedsvc": jsonextra.of_feed(selection),
    }
    head = _line(filled(document)).removesuffix("}")
    # The one list that is always there, full or not.
    return f'{head},"items":[\n'.encode(), b"\n]}\n"


def entry(selection: Selection, item: Item) -> bytes:
    """Return an item as it stands in the JSON document of a selection."""
    return _line(_item(item, selection.site, selection.feed)).encode()


def updated(moment: datetime) -> bytes:
    """Return what stands in a feed for when it was updated."""
    return f'"updated":"{rfc3339(moment)}"'.encode()


def _item(item: Item, site: Site, feed: Feed) -> Object:
    article = item.article
    link = article.link or ""
    return filled(
        {
            "id": item.id,
            "url": link,
            "external_url": "" if f"{link}/".startswith(f"{site.url}/") else link,
            "title": article.title,
            "content_html": _content(article, feed),
            "summary": article.summary,
            "image": article.image.url if article.image else None,
            "date_published": rfc3339(item.published),
            "date_modified": rfc3339(item.updated),
            **_authors(article.authors),
            "tags": list(article.tags),
            "language": article.language,
            "attachments": [_attachment(enclosure) for enclosure in article.enclosures],
            "_feedsvc": jsonextra.of_item(item),
        }
    )


def _content(article: Article, feed: Feed) -> str:
    """Return the HTML that every item must have: its content, else its summary, else its title."""
    if article.content and feed.content == "full":
        return article.content
    return f"<p>{escape(article.summary or article.title, quote=False)}</p>"


def _authors(people: tuple[Person, ...]) -> Object:
    """Return `authors`, and `author` as version 1.0 had it, for readers that know no other."""
    authors = [filled({"name": person.name, "url": person.url}) for person in people]
    return {"authors": authors, "author": authors[0]} if authors else {}


def _attachment(enclosure: Enclosure) -> Object:
    return filled(
        {
            "url": enclosure.url,
            "mime_type": enclosure.type,
            "title": enclosure.title,
            "size_in_bytes": enclosure.length,
            "duration_in_seconds": enclosure.duration,
        }
    )


def _line(fields: Object) -> str:
    return _JSON.encode(fields)
