"""How often feeds were asked for is counted, whoever answers, and put down now and then."""

from __future__ import annotations

import pytest

from feedsvc.errors import StoreError
from feedsvc.store import Counts, Store, audience
from feedsvc.web import audience as module
from tests.web.newsroom import BROWSER, Newsroom, make

READER = {"Accept-Encoding": "gzip"}


def told(newsroom: Newsroom) -> dict[tuple[str, str], Counts]:
    newsroom.front.audience.flush()
    with newsroom.store.read() as connection:
        return audience.since(connection)


@pytest.fixture
def open_room(newsroom: Newsroom) -> Newsroom:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front._look()
    return newsroom


def test_requests_unchanged_answers_and_bytes_are_counted_by_feed_and_format(open_room: Newsroom) -> None:
    first = open_room.ask("/feeds/all.rss", READER)
    open_room.ask("/feeds/all.rss", READER | {"If-None-Match": first.headers["etag"]})
    open_room.ask("/feeds/all.rss", method="HEAD")
    page = open_room.ask("/feeds/all.atom", BROWSER)
    archive = open_room.ask("/feeds/all/archive/1.atom", READER)
    assert archive.status == 200
    assert told(open_room) == {
        ("/feeds/all", "rss"): Counts(3, 1, len(first.body)),
        ("/feeds/all", "atom"): Counts(2, 0, len(page.body) + len(archive.body)),
    }


def test_what_flask_answers_counts_as_what_it_is(open_room: Newsroom) -> None:
    tag = open_room.ask("/tags/storm.json")
    open_room.ask("/tags/storm.json?again", {"If-None-Match": tag.headers["etag"]})
    open_room.ask("/tags/storm.json?again", method="HEAD")
    found = [open_room.ask(f"/search/{word}.rss") for word in ("storm", "sea%20wall", "nobody")]
    assert told(open_room) == {
        ("/search", "rss"): Counts(3, 0, sum(len(each.body) for each in found)),
        ("/tags/storm", "json"): Counts(3, 1, len(tag.body)),
    }


def test_pages_and_feeds_that_are_not_there_are_not_counted(open_room: Newsroom) -> None:
    for path in ("/", "/feeds/", "/feeds/none.rss", "/feeds/all", "/tags/none.rss", "/sitemap.xml"):
        open_room.ask(path)
    open_room.ask("/feeds/all.rss", method="POST")
    assert told(open_room) == {}


def test_counts_add_up_over_flushes(open_room: Newsroom) -> None:
    for number in range(3):
        open_room.ask("/feeds/all.rss", {"If-None-Match": "*"})
        assert told(open_room)["/feeds/all", "rss"] == Counts(number + 1, number + 1, 0)


def test_without_the_database_counts_wait(open_room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object) -> object:
        raise StoreError("the disk is full")

    open_room.ask("/feeds/all.rss", {"If-None-Match": "*"})
    with monkeypatch.context() as patched:
        patched.setattr(Store, "write", fail)
        open_room.front.audience.flush()
        open_room.ask("/feeds/all.rss", {"If-None-Match": "*"})
        open_room.ask("/feeds/all.json", {"If-None-Match": "*"})
        open_room.front.audience.flush()
    assert told(open_room) == {
        ("/feeds/all", "rss"): Counts(2, 2, 0),
        ("/feeds/all", "json"): Counts(1, 1, 0),
    }


def test_memory_has_an_end(open_room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY", 3)
    for number in range(20):
        open_room.ask(f"/search/word{number}.rss")
    assert len(open_room.front.audience._counts) == 4
    assert sum(each.requests for each in told(open_room).values()) == 20


def test_the_end_of_a_process_flushes(open_room: Newsroom) -> None:
    open_room.front.start()
    open_room.ask("/feeds/all.rss", {"If-None-Match": "*"})
    open_room.front.stop()
    with open_room.store.read() as connection:
        assert audience.since(connection)["/feeds/all", "rss"].requests == 1


def test_counting_is_no_change_that_anybody_would_have_to_load(open_room: Newsroom) -> None:
    etag = open_room.ask("/").headers["etag"]
    seq = open_room.front.documents.seq
    open_room.ask("/feeds/all.rss")
    told(open_room)
    open_room.front._look()
    assert open_room.front.documents.seq == seq
    assert open_room.ask("/").headers["etag"] == etag
