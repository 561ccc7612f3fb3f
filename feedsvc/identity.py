"""Mint what stays for ever: an item's id, its slug, and the hash that tells one content from another.

An id never depends on title, URL, domain or file name after it was minted. The same files give the
same ids on every machine.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Set as AbstractSet

from feedsvc import article
from feedsvc.model import Arrival
from feedsvc.store import canonical_article

NAMESPACE = uuid.UUID("6f2d5a52-6d0c-5d0f-9d57-52b1f2a0c6f3")
"""Of every id that feedsvc mints by name (RFC 9562 §5.5); changing it would change every such id."""

MAX_ID = 2000
MAX_SLUG = 80
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_MEDIA = r"https?://[^\s\"'<>\\]+?/media/{}/"
_HOST = re.compile(r"https?://[^/?#@\s]+\.[^/?#@\s]+([/?#]|$)", re.IGNORECASE)


def minted(source: str, guid: str) -> str:
    """Return the `urn:uuid:` id of what a source calls `guid`: the same two names, the same id."""
    name = json.dumps([source, guid], ensure_ascii=False, separators=(",", ":"))
    return uuid.uuid5(NAMESPACE, name).urn


def site_id(url: str) -> str:
    """Return the id that a new installation gets: made of its first address, kept when that changes."""
    return uuid.uuid5(NAMESPACE, url).urn


def id_of(arrival: Arrival, source: str) -> str:
    """Return a new item's id: its author's or its source's own where that is a URI, else a minted one."""
    if arrival.id and is_uri(arrival.id):
        return arrival.id
    return minted(source, arrival.guid)


def is_uri(text: str) -> bool:
    """Say whether a text can be an atom:id as it stands: an absolute URI in ASCII (RFC 3986)."""
    if len(text) > MAX_ID or not _URI.fullmatch(text):
        return False
    return bool(_HOST.match(text)) if text.lower().startswith("http") else True


def slug_of(arrival: Arrival, source: str) -> str:
    """Return the slug that a new item wishes for: the author's, else one from its title."""
    wish = chosen_slug(arrival) or _short(article.slug(arrival.article.title))
    return wish or minted(source, arrival.guid).rpartition("-")[2]


def chosen_slug(arrival: Arrival) -> str:
    """Return the slug that the author wrote, made fit for a URL; empty where there is none."""
    return _short(article.slug(arrival.slug or ""))


def free_slug(wish: str, taken: AbstractSet[str]) -> str:
    """Return the wish, or the wish with the first number from 2 up that makes it free."""
    if wish not in taken:
        return wish
    number = 2
    while f"{wish}-{number}" in taken:
        number += 1
    return f"{wish}-{number}"


def content_hash(arrival: Arrival, source: str) -> str:
    """Return the hash of everything about an arrival that anybody can see, state and slug included.

    Where we serve its files is left out: moving to another domain corrects no article.
    """
    article_text = re.sub(_MEDIA.format(re.escape(source)), "media:", canonical_article(arrival.article))
    seen = json.dumps([article_text, arrival.slug, arrival.draft, list(arrival.media)], ensure_ascii=False)
    return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()


def _short(slug: str) -> str:
    if len(slug) <= MAX_SLUG:
        return slug
    return slug[:MAX_SLUG].rpartition("-")[0] or slug[:MAX_SLUG]
