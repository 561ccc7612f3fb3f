"""Say in JSON Feed, under `_feedsvc`, what Atom and RSS have elements for and JSON Feed has not.

docs/subscribers.md lists the fields; what is not known is left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from feedsvc.formats import history
from feedsvc.formats.dates import rfc3339
from feedsvc.model import Image, Item, Link, Origin, Selection

Object = dict[str, object]


def filled(fields: Object) -> Object:
    """Return the fields that say something."""
    return {key: value for key, value in fields.items() if value}


def of_feed(selection: Selection) -> Object:
    """Return when the feed was updated, which JSON Feed cannot say, and the terms that it comes under."""
    site, feed = selection.site, selection.feed
    return filled(
        {
            "updated": rfc3339(selection.updated),
            "ttl": feed.ttl,
            "rights": site.rights,
            "license": feed.license,
            "rsl": site.rsl,
            "withdrawn": [_tombstone(item) for item in history.tombstones(selection)],
        }
    )


def of_item(item: Item) -> Object:
    """Return an item's terms, where it is from, what else to read, and what its image shows."""
    article = item.article
    told: Object = {}
    # Asked of every item of every feed, and most have nothing of this.
    if article.rights:
        told["rights"] = article.rights
    if article.license:
        told["license"] = article.license
    if article.origin:
        told["source"] = _source(article.origin)
    if article.via:
        told["via"] = _links(article.via)
    if article.related:
        told["related"] = _links(article.related)
    if article.image and (image := _image(article.image)):
        told["image"] = image
    if article.expires:
        told["expires"] = rfc3339(article.expires)
    return told


def _tombstone(item: Item) -> Object:
    return filled({"id": item.id, "withdrawn": rfc3339(item.withdrawn_at) if item.withdrawn_at else None})


def _source(origin: Origin) -> Object:
    return filled(
        {
            "title": origin.title,
            "url": origin.url,
            "feed_url": origin.feed_url,
            "id": origin.id,
            "updated": rfc3339(origin.updated) if origin.updated else None,
            "rights": origin.rights,
        }
    )


def _links(links: Iterable[Link]) -> list[Object]:
    return [filled({"url": link.url, "title": link.title}) for link in links]


def _image(image: Image) -> Object:
    return filled({"alt": image.alt, "credit": image.credit, "width": image.width, "height": image.height})
