"""Tell, without rendering, whether a feed's bytes would be others than before."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from hashlib import sha256
from operator import attrgetter

from feedsvc import formats, headlines
from feedsvc.model import Archive, Feed, Item, Rule, Site

_NO_ARCHIVE = Archive()

HASH_CHARS = 64
"""Of SHA-256 in hexadecimal digits."""


def fingerprint(
    feed: Feed,
    site: Site,
    items: Sequence[Item],
    hubs: Sequence[str],
    archive: Archive = _NO_ARCHIVE,
    withdrawn: Sequence[Item] = (),
) -> str:
    """Return a text that changes when the rendered bytes may: with an item, the configuration, the renderer.

    The rule, the order and the limit count only through the items that they choose, and an item's content
    through its `hash`. When the feed was updated is left out, since that follows from this.
    """
    shown = replace(feed, rule=Rule(), order="published", limit=0)
    settings = (formats.RENDERER, headlines.RENDERER, shown, replace(site, timezone=""), tuple(hubs), archive)
    digest = sha256(repr(settings).encode("utf-8", "surrogatepass"))
    for item in items:
        digest.update(_told(item).encode("utf-8", "surrogatepass"))
    for item in withdrawn:
        digest.update(repr((item.id, item.withdrawn_at)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


entry_version: Callable[[Item], Hashable] = attrgetter("hash", "slug", "published", "updated")
"""What changes when an item's entry may, within one setting and renderer."""


def is_versioned(item: Item) -> bool:
    """Say whether an item's hash speaks for its content: only one of `identity.content_hash` does."""
    return len(item.hash) == HASH_CHARS


def _told(item: Item) -> str:
    return repr((item.id, item.slug, item.hash, item.published.timestamp(), item.updated.timestamp()))
