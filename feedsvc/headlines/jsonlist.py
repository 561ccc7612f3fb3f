"""Write headlines as JSON Feed 1.1, as the script reads them."""

from __future__ import annotations

import json

from feedsvc import formats
from feedsvc.headlines.headline import Headline, Headlines
from feedsvc.headlines.strings import strings
from feedsvc.headlines.when import rfc3339

VERSION = "https://jsonfeed.org/version/1.1"

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def json_list(made: Headlines) -> bytes:
    """Return the headlines as a JSON Feed with `_strings`, the words in their language, and `_stale`."""
    urls = formats.addresses(made.site, made.feed)
    document: dict[str, object] = {
        "version": VERSION,
        "title": formats.sendable(made.feed.title),
        "home_page_url": urls["page"],
        "feed_url": urls["json"],
        "language": made.feed.language,
        "items": [_item(each) for each in made.items],
        "_strings": dict(strings(made.language)),
    }
    if made.stale:
        document["_stale"] = True
    return _JSON.encode(document).encode()


def _item(each: Headline) -> dict[str, object]:
    image = each.image
    fields: dict[str, object] = {
        "id": each.id,
        "url": each.url,
        "title": each.title,
        "content_text": each.summary or each.title,
        "summary": each.summary,
        "image": formats.uri(image.url) if image else "",
        "_image": _sizes(image.alt, image.width, image.height) if image else {},
        "date_published": rfc3339(each.published),
        "language": each.language,
        "authors": [{"name": name} for name in each.authors],
        "tags": list(each.tags),
        "_source": _source(each.source) if each.source else {},
    }
    return {name: value for name, value in fields.items() if value}


def _sizes(alt: str, width: int | None, height: int | None) -> dict[str, object]:
    known = {"alt": formats.sendable(alt), "width": width, "height": height}
    return {name: value for name, value in known.items() if value}


def _source(source: tuple[str, str]) -> dict[str, str]:
    title, url = source
    return {"title": title, "url": url} if url else {"title": title}
