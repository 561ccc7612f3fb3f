"""What people look for: a page, and a feed of every search."""

from __future__ import annotations

import json

import feedparser
import pytest

from feedsvc.store import rendered
from tests.web.newsroom import BROWSER, Newsroom, make


def test_a_search_leads_to_its_results(newsroom: Newsroom) -> None:
    newsroom.add(make("Storm closes the pier"), make("Market moves"))
    form = newsroom.ask("/search", BROWSER)
    assert b'name="q"' in form.body
    reply = newsroom.ask("/search?q=+pier++STORM+", BROWSER)
    assert (reply.status, reply.headers["location"]) == (302, "/search/pier%20STORM")
    page = newsroom.ask("/search/pier STORM", BROWSER)
    assert b"Storm closes the pier" in page.body
    assert b"Market moves" not in page.body


@pytest.mark.parametrize("suffix", ["rss", "atom", "json"])
def test_every_search_is_a_feed_to_follow(newsroom: Newsroom, suffix: str) -> None:
    newsroom.add(make("Storm closes the pier"), make("Market moves"))
    newsroom.publish()
    with newsroom.store.read() as connection:
        before = rendered.paths(connection)
    reply = newsroom.ask(f"/search/pier.{suffix}")
    if suffix == "json":
        assert [item["title"] for item in json.loads(reply.body)["items"]] == ["Storm closes the pier"]
    else:
        assert [entry.title for entry in feedparser.parse(reply.body).entries] == ["Storm closes the pier"]
    assert f'<https://harbour.example/search/pier.{suffix}>; rel="self"' in reply.headers["link"]
    seen = newsroom.ask(f"/search/pier.{suffix}", BROWSER)
    assert (seen.body, seen.headers["refresh"]) == (reply.body, "0; url=/search/pier")
    assert seen.headers["vary"] == reply.headers["vary"] == "Accept-Encoding, Accept, Sec-Fetch-Dest"
    again = newsroom.ask(f"/search/pier.{suffix}", {"If-None-Match": reply.headers["etag"]})
    assert again.status == 304
    newsroom.add(make("The pier opens"))
    assert b"The pier opens" in newsroom.ask(f"/search/pier.{suffix}").body
    with newsroom.store.read() as connection:
        assert rendered.paths(connection) == before


def test_a_search_that_finds_nothing_yet_is_an_empty_feed(newsroom: Newsroom) -> None:
    reply = newsroom.ask("/search/lighthouse.rss")
    assert (reply.status, len(feedparser.parse(reply.body).entries)) == (200, 0)


@pytest.mark.parametrize("asked", [" ", "...", "-.atom", "x" * 300])
def test_what_has_no_words_or_too_many_is_not_found(newsroom: Newsroom, asked: str) -> None:
    assert newsroom.ask(f"/search/{asked}").status == 404
