"""What machines read beside the feeds: OPML, sitemap, robots.txt, and the static files."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

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
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    found = {
        str(url.findtext("s:loc", namespaces=space)): url.findtext("s:lastmod", namespaces=space)
        for url in ElementTree.fromstring(reply.body).findall("s:url", space)
    }
    assert found == {
        "https://harbour.example/": "2026-11-24T11:00:00Z",
        "https://harbour.example/items/storm-closes-the-harbour-road": "2026-11-24T11:00:00Z",
    }


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


def _news(body: bytes) -> list[str | None]:
    titles = ElementTree.fromstring(body).iter("{http://www.google.com/schemas/sitemap-news/0.9}title")
    return [title.text for title in titles]
