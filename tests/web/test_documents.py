from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from feedsvc import publish
from feedsvc.errors import StoreError
from feedsvc.store import Store, meta, rendered
from feedsvc.web.documents import is_navigation
from tests.web.newsroom import BROWSER, NOON, Newsroom, make


@pytest.mark.parametrize(
    ("headers", "navigates"),
    [
        (BROWSER, True),
        ({"Sec-Fetch-Dest": "document"}, True),
        ({"Accept": BROWSER["Accept"], "User-Agent": "Mozilla/5.0 Firefox/153.0"}, True),
        (
            {"Accept": BROWSER["Accept"], "User-Agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"},
            False,
        ),
        ({"Accept": BROWSER["Accept"], "User-Agent": "FreshRSS/1.28.0"}, False),
        ({"Accept": BROWSER["Accept"], "Sec-Fetch-Dest": "empty"}, False),
        ({"Accept": BROWSER["Accept"], "Sec-Fetch-Mode": "cors"}, False),
        ({"Accept": "text/html, image/gif, image/jpeg"}, False),
        ({"Accept": "application/xml,text/html,*/*;q=0.9"}, False),
        ({}, False),
    ],
)
def test_only_a_persons_browser_navigates(headers: dict[str, str], navigates: bool) -> None:
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    assert is_navigation(environ) is navigates


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [(".rss", "application/xml"), (".atom", "application/xml"), (".json", "application/json")],
)
def test_a_browser_gets_the_same_bytes_and_goes_on_to_the_feeds_page(
    newsroom: Newsroom, suffix: str, kind: str
) -> None:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front.start()
    plain = newsroom.ask(f"/feeds/all{suffix}")
    seen = newsroom.ask(f"/feeds/all{suffix}", BROWSER)
    assert seen.body == plain.body
    assert seen.headers["content-type"].partition(";")[0] == kind
    assert seen.headers["refresh"] == "0; url=/feeds/all/"
    assert seen.headers["vary"] == plain.headers["vary"]
    assert "refresh" not in plain.headers
    source = newsroom.ask(f"/feeds/all{suffix}?view=source", BROWSER)
    assert (source.body, source.headers["content-type"]) == (plain.body, "text/plain; charset=utf-8")
    reader = newsroom.ask(f"/feeds/all{suffix}?view=source")
    assert (reader.body, reader.headers["content-type"]) == (plain.body, plain.headers["content-type"])
    assert "refresh" not in source.headers
    again = newsroom.ask(f"/feeds/all{suffix}", BROWSER | {"If-None-Match": seen.headers["etag"]})
    assert (again.status, again.headers["refresh"]) == (304, "0; url=/feeds/all/")


def test_a_tags_feed_leads_a_browser_to_the_tags_page(newsroom: Newsroom) -> None:
    newsroom.add(make(tags=("sea wall",)))
    reply = newsroom.ask("/tags/sea wall.atom", BROWSER)
    assert (reply.status, reply.headers["refresh"]) == (200, "0; url=/tags/sea%20wall")


def test_feeds_of_tags_and_authors_are_there_as_soon_as_they_are_asked_for(newsroom: Newsroom) -> None:
    newsroom.add(make())
    for path in ("/tags/storm.rss", "/tags/storm.atom", "/authors/Anna Berg.json", "/authors/Anna Berg.rss"):
        reply = newsroom.ask(path)
        assert reply.status == 200, path
        assert b"Storm closes" in reply.body


@pytest.mark.parametrize("path", ["/feeds/all.rss", "/feeds/all.json", "/tags/storm.atom", "/feeds.opml"])
def test_before_the_first_look_a_feed_asks_to_be_asked_again(newsroom: Newsroom, path: str) -> None:
    with newsroom.store.write() as tx:
        meta.put(tx.connection, meta.LOOKED, "0")
    newsroom.front.start()
    reply = newsroom.ask(path, {"Accept": "application/rss+xml, application/json"})
    assert (reply.status, reply.headers["retry-after"]) == (503, "2")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.body.startswith(b"This newsroom has just opened")
    newsroom.add(make())
    newsroom.publish()
    assert newsroom.ask(path).status == 200


@pytest.mark.parametrize(
    "path",
    ["/feeds/nowhere.rss", "/feeds/all.xml", "/tags/nothing.rss", "/authors/Nobody.json", "/feeds/.rss"],
)
def test_a_feed_that_does_not_exist_is_not_found(newsroom: Newsroom, path: str) -> None:
    newsroom.add(make())
    newsroom.publish()
    assert newsroom.ask(path).status == 404


def test_a_cold_feed_is_made_once_however_many_ask_at_once(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.add(make())
    made: list[str] = []
    original = publish.document

    def counted(store: object, catalog: object, path: str, now: object, **how: bool) -> object:
        made.append(path)
        return original(store, catalog, path, now, **how)  # type: ignore[arg-type]

    monkeypatch.setattr("feedsvc.publish.document", counted)
    replies: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: replies.append(newsroom.ask("/tags/storm.rss").body))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(replies)) == 1
    assert made == ["/tags/storm.rss"]


def test_a_cold_feed_is_served_where_nothing_can_be_written_and_kept_when_it_can(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.add(make())
    with monkeypatch.context() as full:
        tries = fill_the_disk(full)
        for _ in range(3):
            reply = newsroom.ask("/tags/storm.rss")
            assert reply.status == 200
            assert b"Storm closes the harbour road" in reply.body
        assert len(tries) == 1, "each try may take seconds"
    newsroom.clock.turn(seconds=5)
    newsroom.ask("/tags/storm.rss")
    with newsroom.store.read() as connection:
        assert rendered.find(connection, "/tags/storm.rss") is not None


def test_an_embargo_and_an_expiry_hold_where_nothing_can_be_written(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = NOON + timedelta(seconds=60)
    newsroom.add(make("Old bridge", expires=soon), make("New bridge", published=soon))
    newsroom.publish()
    newsroom.front.start()
    fill_the_disk(monkeypatch)
    before = newsroom.ask("/feeds/all.rss").body
    newsroom.clock.turn(seconds=60)
    after = newsroom.ask("/feeds/all.rss").body
    assert (b"Old bridge" in before, b"New bridge" in before) == (True, False)
    assert (b"Old bridge" in after, b"New bridge" in after) == (False, True)


def fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Have every write fail; return what grows with each try."""
    tries: list[None] = []

    def full(store: Store) -> None:
        tries.append(None)
        raise StoreError("the disk with the database is full")

    monkeypatch.setattr(Store, "write", full)
    return tries


def test_a_page_of_an_archive_is_kept_longer_by_caches_and_asked_for_again(newsroom: Newsroom) -> None:
    newsroom.add(*(make(f"Item {number}") for number in range(3)))
    newsroom.publish()
    newsroom.front.start()
    feed = newsroom.ask("/feeds/all.rss")
    assert '</feeds/all/archive/1.rss>; rel="prev-archive"' in feed.headers["link"].replace(
        newsroom.site.url, ""
    )
    page = newsroom.ask("/feeds/all/archive/1.rss")
    assert page.status == 200
    assert "max-age=3600" in page.headers["cache-control"]
    assert "immutable" not in page.headers["cache-control"]
    assert newsroom.ask("/feeds/all/archive/1.rss", {"If-None-Match": page.headers["etag"]}).status == 304
    assert newsroom.ask("/feeds/all/archive/2.rss").status == 404
    assert newsroom.ask("/feeds/none/archive/1.rss").status == 404
    assert newsroom.ask("/feeds/all/archive/1.rss", BROWSER).headers["refresh"] == "0; url=/feeds/all/"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/feeds/old.rss", "/feeds/storms.rss"),
        ("/feeds/old.json", "/feeds/storms.json"),
        ("/feeds/old/", "/feeds/storms/"),
        ("/feeds/old", "/feeds/storms/"),
        ("/feeds/old/archive/3.atom", "/feeds/storms.atom"),
        ("/feeds/away.atom", "https://other.example/feed"),
    ],
)
def test_a_feed_that_has_moved_leads_on_for_good(tmp_path: Path, path: str, location: str) -> None:
    newsroom = Newsroom(tmp_path, ended={"old": "storms", "away": "https://other.example/feed", "over": ""})
    newsroom.publish()
    reply = newsroom.ask(path)
    assert (reply.status, reply.headers["location"]) == (301, location)
    newsroom.close()


def test_readers_of_a_feed_that_has_ended_are_told_to_stop(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path, ended={"over": ""})
    newsroom.publish()
    for path in ("/feeds/over.rss", "/feeds/over.atom", "/feeds/over/", "/feeds/over/archive/1.json"):
        assert newsroom.ask(path).status == 410
    assert "This feed has ended" in newsroom.ask("/feeds/over/", BROWSER).body.decode()
    newsroom.close()


def test_a_languages_feed_holds_its_items_and_is_in_that_language(newsroom: Newsroom) -> None:
    newsroom.add(make("Sturm", language="de-CH"), make("Storm", language="en"))
    feed = newsroom.ask("/languages/de.json")
    told = json.loads(feed.body)
    assert (told["language"], [item["title"] for item in told["items"]]) == ("de", ["Sturm"])
    assert newsroom.ask("/languages/fr.rss").status == 404
    assert b"/languages/de-CH" in newsroom.ask("/languages/").body
