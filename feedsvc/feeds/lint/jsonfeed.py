"""Judge JSON Feed 1.0 and 1.1 (https://jsonfeed.org/version/1.1). Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from feedsvc.feeds.lint.facts import Facts, Link
from feedsvc.feeds.lint.finding import Finding, about, found
from feedsvc.feeds.lint.html import html
from feedsvc.feeds.lint.json_parts import Kinds, Object, authors, extra, filled, kinds, lists, urls
from feedsvc.feeds.lint.values import is_only_ours, language, media_type, plain_text, rfc3339, web_address
from feedsvc.feeds.lint.xml import Refused

VERSIONS: Final = ("https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1")
_FEED: Final = {
    **dict.fromkeys(
        [
            "version",
            "title",
            "home_page_url",
            "feed_url",
            "description",
            "user_comment",
            "next_url",
            "icon",
            "favicon",
            "language",
        ],
        str,
    ),
    **{"author": dict, "authors": list, "expired": bool, "hubs": list, "items": list},
}
_ITEM: Final = {
    **dict.fromkeys(
        [
            "url",
            "external_url",
            "title",
            "content_html",
            "content_text",
            "summary",
            "image",
            "banner_image",
            "date_published",
            "date_modified",
            "language",
        ],
        str,
    ),
    **{"author": dict, "authors": list, "tags": list, "attachments": list},
}
_ATTACHMENT: Final[Kinds] = {
    **dict.fromkeys(("url", "mime_type", "title"), str),
    **{"size_in_bytes": (int, float), "duration_in_seconds": (int, float)},
}
_MAX_BYTES = 250_000


def read(body: bytes) -> tuple[Object, list[Finding]]:
    """Return the object that a document is, and what is odd about its writing; Refused if it is none."""
    twice: list[str] = []

    def pairs(found_pairs: list[tuple[str, object]]) -> Object:
        document = dict(found_pairs)
        if len(document) < len(found_pairs):
            counts = Counter(name for name, _ in found_pairs)
            twice.extend(name for name, count in counts.items() if count > 1)
        return document

    try:
        text = body.decode("utf-8-sig")
        feed = json.loads(text, object_pairs_hook=pairs, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise Refused("F301", f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise Refused("F301", error.msg, error.lineno, error.colno) from None
    except RecursionError:
        raise Refused("F004", "lists or objects in lists or objects") from None
    except ValueError as error:
        raise Refused("F301", str(error)) from None
    if not isinstance(feed, dict):
        raise Refused("F002", "a JSON document, but no object", 1, 1)
    return feed, [found("F302", told=name) for name in dict.fromkeys(twice)]


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def facts(feed: Object) -> Facts:
    """Return what the feed says about itself."""
    hubs = [hub.get("url") for hub in lists(feed, "hubs") if isinstance(hub, dict)]
    links = {"self": [feed.get("feed_url")], "next": [feed.get("next_url")], "hub": hubs}
    ids = [str(item["id"]) for item in lists(feed, "items") if isinstance(item, dict) and item.get("id")]
    return Facts(
        "json",
        title=str(feed.get("title") or ""),
        links={
            rel: tuple(Link(href) for href in hrefs if isinstance(href, str) and href)
            for rel, hrefs in links.items()
        },
        items=len(lists(feed, "items")),
        item_ids=tuple(ids),
    )


def jsonfeed(feed: Object, size: int, now: datetime | None) -> Iterator[Finding]:
    """Yield what is wrong with a JSON Feed."""
    yield from _head(feed)
    if size > _MAX_BYTES:
        yield found("F323", told=f"{size:,} bytes")
    items = feed.get("items")
    if not isinstance(items, list):
        yield found("F305", told="no items")
        return
    yield from _items(items, now)


def _head(feed: Object) -> Iterator[Finding]:
    version = feed.get("version")
    if version == VERSIONS[0]:
        yield found("F321", told=str(version))
    elif version not in VERSIONS:
        yield found("F303", told=str(version)[:80])
    if not feed.get("title"):
        yield found("F304")
    elif isinstance(feed["title"], str):
        yield from plain_text(feed["title"], None, "title")
    yield from kinds(feed, _FEED)
    yield from filled(feed, but=("items",))
    yield from extra(feed, _FEED)
    yield from urls(feed, ("home_page_url", "feed_url", "next_url", "icon", "favicon"))
    yield from authors(feed)
    yield from _hubs(feed)
    if not feed.get("feed_url"):
        yield found("F319")
    if not feed.get("home_page_url"):
        yield found("F320")
    if not feed.get("language"):
        yield found("F324")
    elif isinstance(feed["language"], str):
        yield from language(feed["language"], None)
    if feed.get("next_url") and feed.get("next_url") == feed.get("feed_url"):
        yield found("F314", told=str(feed["next_url"]))


def _hubs(feed: Object) -> Iterator[Finding]:
    for hub in lists(feed, "hubs"):
        if not isinstance(hub, dict) or not hub.get("type") or not hub.get("url"):
            yield found("F322", told=str(hub)[:80])
    if lists(feed, "hubs") and not feed.get("feed_url"):
        yield found("F635")


def _items(items: Sequence[object], now: datetime | None) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, item in enumerate(items, 1):
        if not isinstance(item, dict):
            yield from about(f"item {place}", "", [found("F305", told=f"item {place} is {_kind(item)}")])
            continue
        own = item.get("id")
        identity = str(own) if isinstance(own, (str, int, float)) and own != "" else ""
        findings = list(_item(item, now))
        if not identity:
            findings.append(found("F306"))
        elif not isinstance(own, str):
            findings.append(found("F307", told=identity))
        if identity and identity in seen:
            findings.append(found("F310", told=identity))
        seen.add(identity)
        title = item.get("title")
        yield from about(identity or f"item {place}", title if isinstance(title, str) else "", findings)


def _item(item: Object, now: datetime | None) -> Iterator[Finding]:
    if not item.get("content_html") and not item.get("content_text"):
        yield found("F308")
    yield from kinds(item, _ITEM)
    yield from filled(item)
    yield from extra(item, {**_ITEM, "id": str})
    yield from urls(item, ("url", "external_url", "image", "banner_image"))
    yield from authors(item)
    yield from _texts(item)
    for name in ("date_published", "date_modified"):
        if isinstance(value := item.get(name), str) and value:
            yield from rfc3339(value, None, now, name)
    if isinstance(tag := item.get("language"), str):
        yield from language(tag, None)
    for number, attachment in enumerate(lists(item, "attachments"), 1):
        yield from _attachment(attachment, number)


def _texts(item: Object) -> Iterator[Finding]:
    content = item.get("content_html")
    if isinstance(content, str):
        yield from html(content, None)
    for name in ("title", "summary"):
        if isinstance(value := item.get(name), str) and value:
            findings = plain_text(value, None, name)
            # A summary may well speak of references; a title rarely does.
            yield from (each for each in findings if name == "title" or each.code != "F613")
    for number, tag in enumerate(lists(item, "tags"), 1):
        if not isinstance(tag, str):
            yield found("F311", told=f"tag {number} is {_kind(tag)}")


def _attachment(attachment: object, number: int) -> Iterator[Finding]:
    if not isinstance(attachment, dict):
        yield found("F311", told=f"attachment {number} is {_kind(attachment)}")
        return
    if not attachment.get("url") or not attachment.get("mime_type"):
        yield found("F315", told=f"attachment {number}")
    yield from kinds(attachment, _ATTACHMENT)
    yield from extra(attachment, _ATTACHMENT)
    url, kind = attachment.get("url"), attachment.get("mime_type")
    if isinstance(url, str) and url:
        yield from web_address(url, None, ascii_only=False, label="attachment")
        if is_only_ours(url):
            yield found("F604", told=url)
    if isinstance(kind, str):
        yield from media_type(kind, None)


def _kind(value: object) -> str:
    names: Mapping[type, str] = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return "null" if value is None else names.get(type(value), "a number")
