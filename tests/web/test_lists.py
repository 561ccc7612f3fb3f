"""What machines read beside the feeds: OPML, sitemap, robots.txt, and the static files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from feedsvc import lists
from feedsvc.web import static
from tests.web.newsroom import NOON, Newsroom, make


def test_the_list_of_feeds_names_every_feed(newsroom: Newsroom) -> None:
    reply = newsroom.ask("/feeds.opml")
    assert reply.headers["content-type"] == "text/x-opml; charset=utf-8"
    outlines = ElementTree.fromstring(reply.body).findall("./body/outline")
    assert [outline.get("xmlUrl") for outline in outlines] == [
        "https://harbour.example/feeds/all.rss",
        "https://harbour.example/feeds/storms.rss",
        "https://harbour.example/feeds/quiet.rss",
    ]


def test_the_sitemap_names_every_item_with_its_true_date(newsroom: Newsroom) -> None:
    newsroom.add(make(), make("Later", published=NOON + timedelta(days=1)))
    reply = newsroom.ask("/sitemap.xml")
    assert reply.headers["content-type"] == "application/xml; charset=utf-8"
    found = sitemap(newsroom, "/sitemap.xml")
    assert found == {
        "https://harbour.example/": "2026-11-24T11:00:00Z",
        "https://harbour.example/items/storm-closes-the-harbour-road": "2026-11-24T11:00:00Z",
    }


def test_a_site_that_outgrows_one_sitemap_has_an_index_of_them(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PORTION", 3)
    for number in range(7):
        hours = timedelta(hours=9 - number)
        newsroom.add(make(f"Item {number}", published=NOON - hours, updated=NOON - hours))
        newsroom.publish()
    newsroom.add(make("Not published yet", published=NOON - timedelta(minutes=9), updated=NOON))
    index = sitemap(newsroom, "/sitemap.xml")
    assert index == {
        "https://harbour.example/sitemap-1.xml": "2026-11-24T05:00:00Z",
        "https://harbour.example/sitemap-2.xml": "2026-11-24T08:00:00Z",
        "https://harbour.example/sitemap-3.xml": "2026-11-24T12:00:00Z",
    }
    portions = [sitemap(newsroom, address.removeprefix("https://harbour.example")) for address in index]
    slugs = [[address.rpartition("/")[2] for address in portion] for portion in portions]
    assert slugs == [
        ["item-0", "item-1", "item-2"],
        ["item-3", "item-4", "item-5"],
        ["item-6", "not-published-yet", ""],
    ]
    for path in ("/sitemap-0.xml", "/sitemap-4.xml", "/sitemap-01.xml", "/sitemap-x.xml"):
        assert newsroom.ask(path).status == 404


def test_a_portion_of_the_sitemap_changes_only_with_an_item_in_it(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PORTION", 2)
    hour = timedelta(hours=1)
    first, *_ = newsroom.add(*(make(f"Item {number}", published=NOON - hour) for number in range(5)))
    newsroom.publish()
    before = sitemap(newsroom, "/sitemap.xml")
    etags = [newsroom.ask(f"/sitemap-{nth}.xml").headers["etag"] for nth in (1, 2, 3)]
    newsroom.clock.turn(minutes=10)
    newsroom.change(replace(first, state="withdrawn", withdrawn_at=newsroom.clock()))
    newsroom.publish()
    after = sitemap(newsroom, "/sitemap.xml")
    changed = [address for address in after if after[address] != before[address]]
    assert changed == ["https://harbour.example/sitemap-1.xml"]
    assert after[changed[0]] == "2026-11-24T12:10:00Z"
    found = [newsroom.ask(f"/sitemap-{nth}.xml").headers["etag"] for nth in (1, 2, 3)]
    assert [old != new for old, new in zip(etags, found, strict=True)] == [True, False, False]
    assert [address.rpartition("/")[2] for address in sitemap(newsroom, "/sitemap-1.xml")] == ["item-1"]
    newsroom.add(make("Item 5", published=NOON))
    newsroom.publish()
    assert list(sitemap(newsroom, "/sitemap-3.xml"))[:2] == [
        "https://harbour.example/items/item-4",
        "https://harbour.example/items/item-5",
    ]


def test_an_item_that_gets_its_number_later_changes_its_portion(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PORTION", 2)
    hour = timedelta(hours=1)
    newsroom.add(*(make(f"Item {number}", published=NOON - hour) for number in range(3)))
    newsroom.publish()
    newsroom.add(make("Later", published=NOON, updated=NOON))
    last = "https://harbour.example/sitemap-2.xml"
    assert sitemap(newsroom, "/sitemap.xml")[last] == "2026-11-24T12:00:00Z"
    newsroom.publish()
    assert sitemap(newsroom, "/sitemap.xml")[last] == "2026-11-24T12:00:00Z"


def test_the_news_sitemap_holds_what_is_no_older_than_two_days_and_not_longer(newsroom: Newsroom) -> None:
    newsroom.add(
        make("New & <good>"),
        make("Nearly old", published=NOON - timedelta(days=2) + timedelta(seconds=20)),
        make("Old", published=NOON - timedelta(days=2)),
        make("Elsewhere", link="https://agency.example/1"),
    )
    reply = newsroom.ask("/news-sitemap.xml")
    assert (reply.headers["content-type"], reply.headers["cache-control"]) == (
        "application/xml; charset=utf-8",
        "max-age=20",
    )
    assert _news(reply.body) == ["New & <good>", "Nearly old"]
    newsroom.clock.turn(seconds=20)
    assert _news(newsroom.ask("/news-sitemap.xml").body) == ["New & <good>"]


def test_robots_are_told_where_the_sitemap_is(newsroom: Newsroom) -> None:
    reply = newsroom.ask("/robots.txt")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert b"Sitemap: https://harbour.example/sitemap.xml\n" in reply.body
    assert b"Sitemap: https://harbour.example/news-sitemap.xml\n" in reply.body


def test_a_static_file_with_its_version_is_kept_for_ever(newsroom: Newsroom) -> None:
    named = newsroom.ask(static.address("site.css"))
    assert named.status == 200
    assert named.headers["content-type"] == "text/css; charset=utf-8"
    assert named.headers["cache-control"] == "max-age=31536000, immutable"
    bare = newsroom.ask("/static/site.css")
    assert bare.body == named.body
    assert bare.headers["cache-control"] == "max-age=3600"
    assert newsroom.ask("/static/site.css?v=other").headers["cache-control"] == "max-age=3600"
    assert newsroom.ask("/static/site.css", {"If-None-Match": bare.headers["etag"]}).status == 304


def test_only_the_files_that_are_there_are_served(newsroom: Newsroom) -> None:
    for path in ("/static/nothing.css", "/static/../app.py", "/static/%2e%2e/app.py"):
        assert newsroom.ask(path).status == 404
    assert newsroom.ask("/favicon.ico").headers["location"].startswith("/static/favicon.svg?v=")


def sitemap(newsroom: Newsroom, path: str) -> dict[str, str | None]:
    """Return each address of a sitemap, or of an index of them, with when it last changed."""
    reply = newsroom.ask(path)
    assert reply.headers["content-type"] == "application/xml; charset=utf-8"
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    return {
        str(each.findtext("s:loc", namespaces=space)): each.findtext("s:lastmod", namespaces=space)
        for each in ElementTree.fromstring(reply.body)
    }


def _news(body: bytes) -> list[str | None]:
    titles = ElementTree.fromstring(body).iter("{http://www.google.com/schemas/sitemap-news/0.9}title")
    return [title.text for title in titles]
