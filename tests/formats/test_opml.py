from __future__ import annotations

from dataclasses import replace

from lxml import etree

from feedsvc import formats
from tests.formats.samples import FEED, SITE


def test_opml_lists_every_feed_in_order_with_what_readers_need() -> None:
    feeds = [FEED, replace(FEED, slug="q-a", title="Q&A <b>\x00", path="/tags/Q&A")]
    root = etree.fromstring(formats.opml(SITE, feeds))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title") == "Harbour Herald"
    assert [dict(outline.attrib) for outline in root.findall("body/outline")] == [
        {
            "type": "rss",
            "text": "World",
            "title": "World",
            "xmlUrl": "https://herald.example/feeds/world.rss",
            "htmlUrl": "https://herald.example/feeds/world/",
        },
        {
            "type": "rss",
            "text": "Q&A <b>",
            "title": "Q&A <b>",
            "xmlUrl": "https://herald.example/tags/Q&A.rss",
            "htmlUrl": "https://herald.example/tags/Q&A",
        },
    ]


def test_opml_without_feeds_is_still_opml() -> None:
    assert etree.fromstring(formats.opml(SITE, [])).find("body") is not None
