"""Look at a rendered body once more before it goes live: well-formed, complete, no id twice."""

from __future__ import annotations

import json
from collections.abc import Iterable

from lxml.etree import XMLParser, XMLSyntaxError, _Element, fromstring

from feedsvc.errors import ParseError
from feedsvc.formats.feedgen_ext import ATOM
from feedsvc.formats.jsonfeed import VERSION
from feedsvc.model import Format


def check(body: bytes, format: Format) -> None:  # the word of the model
    """Raise ParseError with the first thing that makes these bytes no valid feed of this format."""
    {"rss": _check_rss, "atom": _check_atom, "json": _check_json}[format](body)


def _check_rss(body: bytes) -> None:
    root = parse(body)
    _require(root.tag == "rss" and root.get("version") == "2.0", 'the root is not <rss version="2.0">')
    channel = root.find("channel")
    _require(channel is not None, "there is no <channel>")
    for name in ("title", "link", "description"):
        _require(_has_text(channel, name), f"the channel has no <{name}>")
    items = channel.findall("item")
    for item in items:
        _require(
            _has_text(item, "title") or _has_text(item, "description"), f"{_named(item, 'guid')} is empty"
        )
    _require_unique(item.findtext("guid") for item in items)


def _check_atom(body: bytes) -> None:
    root = parse(body)
    _require(root.tag == f"{{{ATOM}}}feed", "the root is not an Atom <feed>")
    _require(_has_text(root, f"{{{ATOM}}}author/{{{ATOM}}}name"), "the feed has no <author>")
    entries = root.findall(f"{{{ATOM}}}entry")
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            tag = f"{{{ATOM}}}{name}"
            _require(_has_text(element, tag), f"{_named(element, f'{{{ATOM}}}id')} has no <{name}>")
    _require_unique(entry.findtext(f"{{{ATOM}}}id") for entry in entries)


def _check_json(body: bytes) -> None:
    try:
        feed = json.loads(body.decode("utf-8"))
    except ValueError as error:
        raise ParseError(f"it is no JSON in UTF-8: {error}") from error
    _require(isinstance(feed, dict) and feed.get("version") == VERSION, f"its version is not {VERSION}")
    _require(bool(feed.get("title")), "it has no title")
    items = feed.get("items")
    _require(isinstance(items, list), "it has no list of items")
    for item in items:
        _require(isinstance(item, dict) and isinstance(item.get("id"), str), "an item's id is not a string")
        _require(bool(item.get("content_html") or item.get("content_text")), f"{item['id']} has no content")
    _require_unique(item["id"] for item in items)


def parse(body: bytes) -> _Element:
    """Return the root of an XML document; ParseError where it is not well-formed. No entity is resolved."""
    parser = XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        return fromstring(body, parser)
    except XMLSyntaxError as error:
        raise ParseError(f"it is not well-formed XML: {error}") from error


def _has_text(element: _Element, name: str) -> bool:
    return bool((element.findtext(name) or "").strip())


def _named(element: _Element, id_tag: str) -> str:
    return element.findtext(id_tag) or "an item without an id"


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise ParseError(complaint)


def _require_unique(ids: Iterable[str | None]) -> None:
    seen: set[str] = set()
    for name in ids:
        _require(bool(name), "an item has no id")
        _require(name not in seen, f"the id {name} is there twice")
        seen.add(name or "")
