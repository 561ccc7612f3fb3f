from __future__ import annotations

from dataclasses import replace

from feedsvc import formats
from tests.formats.samples import FEED, SITE, item


def test_a_feed_has_an_address_in_each_format_and_a_page() -> None:
    assert formats.addresses(SITE, FEED) == {
        "rss": "https://herald.example/feeds/world.rss",
        "atom": "https://herald.example/feeds/world.atom",
        "json": "https://herald.example/feeds/world.json",
        "page": "https://herald.example/feeds/world/",
    }


def test_the_page_of_everything_is_the_home_of_the_site() -> None:
    feed = replace(FEED, slug="all", path="/feeds/all")
    site = replace(SITE, url="https://bücher.example/news/")
    assert formats.addresses(site, feed)["page"] == "https://xn--bcher-kva.example/news/"
    assert formats.item_page(site, item()) == "https://xn--bcher-kva.example/news/items/item-1"


def test_the_id_of_a_feed_depends_on_the_site_s_id_and_its_path_alone() -> None:
    site = replace(SITE, id="urn:uuid:6f6d9a52-54b5-5f8a-9a0c-6a0a4f0b7f7e")
    moved = replace(site, url="https://new.example", title="Another title")
    minted = formats.feed_id(site, FEED)
    assert minted.startswith("urn:uuid:")
    assert formats.feed_id(moved, replace(FEED, title="Other", slug="other")) == minted
    assert formats.feed_id(site, replace(FEED, path="/feeds/other")) != minted
    assert formats.feed_id(replace(site, id="urn:uuid:another"), FEED) != minted


def test_any_path_has_an_id() -> None:
    assert formats.feed_id(SITE, replace(FEED, path="/tags/\ud800x")) == formats.feed_id(
        SITE, replace(FEED, path="/tags/x")
    )
