from __future__ import annotations

from dataclasses import replace

import pytest

from feedsvc import feeds
from feedsvc.model import FORMATS, Archive, Format
from tests.formats.samples import selection

HUBS = ("https://hub.example/a b", "https://hub.example/c")


def test_hubs_and_self_come_first_then_page_and_siblings() -> None:
    assert feeds.links(selection(hubs=HUBS), "rss") == (
        '<https://hub.example/a%20b>; rel="hub"',
        '<https://hub.example/c>; rel="hub"',
        '<https://herald.example/feeds/world.rss>; rel="self"',
        '<https://herald.example/feeds/world/>; rel="alternate"; type="text/html"',
        '<https://herald.example/feeds/world.atom>; rel="alternate"; type="application/atom+xml"',
        '<https://herald.example/feeds/world.json>; rel="alternate"; type="application/feed+json"',
        "<https://herald.example/oembed?url=https%3A%2F%2Fherald.example%2Ffeeds%2Fworld%2F&format=json>; "
        'rel="alternate"; type="application/json+oembed"',
    )


@pytest.mark.parametrize("format_", FORMATS)
def test_there_is_one_self_and_it_is_the_address_of_the_format(format_: Format) -> None:
    (own,) = [value for value in feeds.links(selection(), format_) if 'rel="self"' in value]
    assert own == f'<{feeds.addresses(selection().site, selection().feed)[format_]}>; rel="self"'


def test_only_a_feed_that_can_be_embedded_says_how() -> None:
    told = selection()
    tag = replace(told, feed=replace(told.feed, path="/tags/storm"))
    for other in (tag, replace(told, archive=Archive(2, 1))):
        assert "oembed" not in ", ".join(feeds.links(other, "rss"))
