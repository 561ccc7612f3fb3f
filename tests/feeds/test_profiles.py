from __future__ import annotations

from feedsvc import feeds
from tests.formats.samples import SITE, item


def test_a_tag_has_a_feed_of_its_items() -> None:
    feed = feeds.tag_feed(SITE, "Storm & sea")
    assert feed.title == "Storm & sea – Harbour Herald"
    assert feeds.matches(feed.rule, item(tags=("storm & Sea",)))
    assert not feeds.matches(feed.rule, item(tags=("storm",)))
    assert feeds.addresses(SITE, feed)["rss"] == "https://herald.example/tags/Storm%20&%20sea.rss"
    assert feeds.addresses(SITE, feed)["page"] == "https://herald.example/tags/Storm%20&%20sea"


def test_an_author_has_a_feed_at_their_name() -> None:
    feed = feeds.author_feed(SITE, "Anna Berg")
    assert feed.path == "/authors/Anna Berg"
    assert feed.rule.authors == ("Anna Berg",)


def test_no_configured_feed_can_have_the_slug_of_such_a_feed() -> None:
    assert "/" in feeds.tag_feed(SITE, "all").slug
