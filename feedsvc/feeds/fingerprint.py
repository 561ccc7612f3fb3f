"""Tell, without rendering, whether a feed's bytes would be others than before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from feedsvc import formats
from feedsvc.model import Archive, Feed, Item, Rule, Site

_NO_ARCHIVE = Archive()


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
    settings = (formats.RENDERER, shown, replace(site, timezone=""), tuple(hubs), archive)
    digest = sha256(repr(settings).encode("utf-8", "surrogatepass"))
    for item in items:
        told = (item.id, item.slug, item.hash, item.published.timestamp(), item.updated.timestamp())
        digest.update(repr(told).encode("utf-8", "surrogatepass"))
    for item in withdrawn:
        digest.update(repr((item.id, item.withdrawn_at)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
