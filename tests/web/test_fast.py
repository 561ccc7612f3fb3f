from __future__ import annotations

import gzip
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import brotli
import pytest

from feedsvc import compress
from feedsvc.errors import StoreError
from feedsvc.store import rendered
from feedsvc.web import Front, create_app
from feedsvc.web.cache import ROOM, Documents
from feedsvc.web.caching import Freshness
from feedsvc.web.manner import Manner
from tests.web.newsroom import BROWSER, NOON, Newsroom, ask, make

READER = {"Accept": "application/rss+xml", "Accept-Encoding": "gzip"}


def test_feeds_are_answered_from_memory_without_flask_and_without_the_store(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front.start()
    newsroom.front._app = _refuse  # type: ignore[assignment]
    newsroom.store.close()
    for suffix, kind in [
        (".rss", "application/rss+xml"),
        (".atom", "application/atom+xml"),
        (".json", "application/feed+json"),
    ]:
        reply = newsroom.ask(f"/feeds/all{suffix}", READER)
        assert reply.status == 200
        assert reply.headers["content-type"].startswith(kind)
        assert b"Storm closes" in gzip.decompress(reply.body)
        again = newsroom.ask(f"/feeds/all{suffix}", READER | {"If-None-Match": reply.headers["etag"]})
        assert (again.status, again.body) == (304, b"")
        assert {"etag", "last-modified", "cache-control", "vary", "link"} <= set(again.headers)
        head = newsroom.ask(f"/feeds/all{suffix}", READER, "HEAD")
        assert (head.status, head.headers, head.body) == (200, reply.headers, b"")


def test_a_feed_says_what_caches_and_other_sites_may_do_with_it(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front.start()
    headers = newsroom.ask("/feeds/all.atom").headers
    assert headers["cache-control"] == "max-age=300, stale-while-revalidate=60, stale-if-error=86400"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; style-src 'self'"
    assert headers["vary"] == "Accept-Encoding, Accept, Sec-Fetch-Dest"
    assert headers["link"].startswith('<https://harbour.example/feeds/all.atom>; rel="self"')
    assert "set-cookie" not in headers


def test_a_304_repeats_what_caches_and_scripts_need_and_nothing_else(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front.start()
    whole = newsroom.ask("/feeds/all.atom").headers
    again = newsroom.ask("/feeds/all.atom", {"If-None-Match": whole["etag"]})
    assert again.status == 304
    assert again.headers.items() <= whole.items()
    assert set(again.headers) == {
        "etag", "last-modified", "vary", "cache-control", "link",
        "access-control-allow-origin", "access-control-expose-headers",
    }  # fmt: skip


def test_every_coding_unpacks_to_the_same_feed(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compress, "SMALL", 0)
    newsroom.add(make())
    newsroom.publish()
    compress.compress(newsroom.store)
    newsroom.front.start()
    plain = newsroom.ask("/feeds/all.rss").body
    assert gzip.decompress(newsroom.ask("/feeds/all.rss", {"Accept-Encoding": "gzip"}).body) == plain
    assert brotli.decompress(newsroom.ask("/feeds/all.rss", {"Accept-Encoding": "br"}).body) == plain


@pytest.mark.parametrize(
    "headers",
    [{"Range": "bytes=0-9"}, {"Authorization": "Basic YTpi"}, BROWSER, {"Accept": BROWSER["Accept"]}],
)
def test_what_the_fast_path_leaves_to_flask_gets_the_same_bytes(
    newsroom: Newsroom, headers: dict[str, str]
) -> None:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front.start()
    fast = newsroom.ask("/feeds/all.rss", READER)
    slow = newsroom.ask("/feeds/all.rss", READER | headers)
    assert (slow.status, slow.body, slow.headers["etag"]) == (200, fast.body, fast.headers["etag"])
    assert slow.headers["vary"] == fast.headers["vary"]
    assert newsroom.ask("/feeds/all.rss?utm_source=x", READER).body == fast.body


def test_a_large_feed_is_kept_without_its_plain_bytes_and_answered_with_them(newsroom: Newsroom) -> None:
    newsroom.add(*(make(f"Item {n}", content=f"<p>{'Long. ' * 200}</p>") for n in range(40)))
    newsroom.publish()
    with newsroom.store.read() as connection:
        stored = rendered.find(connection, "/feeds/all.atom")
    assert stored is not None
    first = newsroom.ask("/feeds/all.atom")
    newsroom.front.start()
    found = newsroom.front.documents.find("/feeds/all.atom")
    assert found is not None
    assert found.size == len(stored.gzip) < len(stored.body) / 2
    assert first.body == newsroom.ask("/feeds/all.atom").body == stored.body
    assert first.headers == newsroom.ask("/feeds/all.atom").headers
    part = newsroom.ask("/feeds/all.atom", {"Range": "bytes=0-9"})
    assert stored.body.startswith(part.body)


def test_a_change_is_served_within_a_quarter_of_a_second(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front.start()
    before = newsroom.ask("/feeds/all.rss")
    newsroom.add(make("Lifeboat crew honoured"))
    newsroom.publish()
    _until(lambda: newsroom.ask("/feeds/all.rss").headers["etag"] != before.headers["etag"])
    assert b"Lifeboat crew" in newsroom.ask("/feeds/all.rss").body


def test_a_document_that_was_removed_leaves_memory(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front.start()
    documents = newsroom.front.documents
    with newsroom.store.write() as tx:
        rendered.remove(tx.connection, "/feeds/storms.rss", tx.seq())
    _until(lambda: documents.find("/feeds/storms.rss") is None)


def test_what_is_embargoed_appears_at_its_second_and_not_before(newsroom: Newsroom) -> None:
    newsroom.add(make(), make("Budget agreed", published=NOON + timedelta(seconds=90)))
    newsroom.publish()
    newsroom.front.start()
    assert newsroom.ask("/feeds/all.rss").headers["cache-control"] == "max-age=90"
    newsroom.clock.turn(seconds=89, milliseconds=999)
    early = newsroom.ask("/feeds/all.rss")
    assert b"Budget" not in early.body
    assert early.headers["cache-control"] == "max-age=0"
    newsroom.clock.turn(milliseconds=1)
    late = newsroom.ask("/feeds/all.rss", {"If-None-Match": early.headers["etag"]})
    assert late.status == 200
    assert b"Budget agreed" in late.body


def test_what_expires_is_gone_at_its_second(newsroom: Newsroom) -> None:
    newsroom.add(make(), make("Tonight only", expires=NOON + timedelta(seconds=30)))
    newsroom.publish()
    newsroom.front.start()
    assert b"Tonight only" in newsroom.ask("/feeds/all.json").body
    newsroom.clock.turn(seconds=30)
    assert b"Tonight only" not in newsroom.ask("/feeds/all.json").body


def test_a_database_that_does_not_answer_costs_no_feed_that_is_in_memory(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.add(make(), make("Tonight only", expires=NOON + timedelta(seconds=30)))
    newsroom.publish()
    newsroom.front.start()
    monkeypatch.setattr(type(newsroom.store), "read", _fail)
    newsroom.clock.turn(minutes=5)
    assert newsroom.ask("/feeds/all.rss").status == 200
    assert newsroom.ask("/feeds/all.rss", BROWSER).status == 200
    reply = newsroom.ask("/tags/storm.rss")
    assert reply.status == 503
    assert reply.headers["retry-after"] == "5"


def test_a_fault_of_ours_costs_no_feed_that_is_in_memory(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.add(make(), make("Tonight only", expires=NOON + timedelta(seconds=30)))
    newsroom.publish()
    newsroom.front.start()
    monkeypatch.setattr("feedsvc.publish.document", _bug)
    newsroom.clock.turn(minutes=5)
    assert newsroom.ask("/feeds/all.rss").status == 200
    assert newsroom.ask("/tags/storm.rss").status == 500


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "BREW"])
def test_a_method_that_is_not_known_is_answered_with_those_that_are(newsroom: Newsroom, method: str) -> None:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front.start()
    for path in ("/feeds/all.rss", "/"):
        reply = newsroom.ask(path, method=method)
        assert reply.status == 405
        assert reply.headers["allow"] == "GET, HEAD, OPTIONS"


def test_options_tells_scripts_of_other_sites_that_they_may_ask_conditionally(newsroom: Newsroom) -> None:
    reply = newsroom.ask("/feeds/all.rss", {"Origin": "https://other.example"}, "OPTIONS")
    assert reply.status == 200
    assert reply.headers["allow"] == "GET, HEAD, OPTIONS"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "If-None-Match" in reply.headers["access-control-allow-headers"]


def test_an_address_with_letters_of_any_script_is_found(newsroom: Newsroom) -> None:
    newsroom.add(make(tags=("港湾",)))
    first = newsroom.ask("/tags/港湾.rss")
    newsroom.front.start()
    newsroom.front._app = _refuse  # type: ignore[assignment]
    assert newsroom.ask("/tags/港湾.rss").body == first.body


def test_memory_has_a_limit_and_what_was_not_asked_for_leaves_first(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    with newsroom.store.read() as connection:
        document = rendered.find(connection, "/feeds/all.rss")
    assert document is not None
    full = replace(document, body=b"x" * 1000, gzip=b"", br=b"")
    documents = Documents(manner, max_bytes=3000)
    for number in range(3):
        documents.put(replace(full, path=f"/{number}"), NOON + timedelta(seconds=number))
    asked = documents.find("/0")
    assert asked is not None
    asked.last_used = NOON + timedelta(hours=1)
    documents.put(replace(full, path="/3"), NOON + timedelta(seconds=3))
    assert sorted(documents.by_path) == ["/0", "/2", "/3"]


def test_an_older_document_never_replaces_a_newer_one(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    with newsroom.store.read() as connection:
        document = rendered.find(connection, "/feeds/all.rss")
    assert document is not None
    documents = Documents(manner)
    documents.put(replace(document, seq=9, etag='"new"'), NOON)
    documents.put(replace(document, seq=8, etag='"old"'), NOON)
    found = documents.find("/feeds/all.rss")
    assert found is not None
    assert found.variants["identity"].etag == '"new"'
    documents.supersede("/feeds/all.rss", 10)
    documents.put(replace(document, seq=9), NOON)
    assert documents.find("/feeds/all.rss") is None


def test_memory_is_filled_with_configured_feeds_first_and_the_rest_when_it_is_asked_for(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.add(*(make(f"Item {number}", tags=(f"tag {number}",)) for number in range(6)))
    newsroom.publish()
    for number in range(6):
        assert newsroom.ask(f"/tags/tag {number}.rss").status == 200
    newsroom.front._look()
    sizes = {path: found.size for path, found in newsroom.front.documents.by_path.items()}
    configured = sum(size for path, size in sizes.items() if "tag" not in path)
    front = Front(newsroom.service, create_app(newsroom.service))
    # As much as the feeds that are configured, and hardly more.
    monkeypatch.setattr(front.documents, "_max_bytes", configured / ROOM)
    front.start()
    there = set(front.documents.by_path)
    assert {"/feeds/all.rss", "/feeds/storms.json", "/feeds/quiet.atom"} < there
    assert not all(f"/tags/tag {number}.rss" in there for number in range(6))
    for number in range(6):
        assert f"Item {number}".encode() in ask(front, f"/tags/tag {number}.rss").body
    front.stop()


def test_the_application_alone_starts_nothing_and_still_answers(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    reply = ask(newsroom.app, "/feeds/all.rss")
    assert reply.status == 200
    assert newsroom.front._thread is None


def test_stopping_ends_the_thread(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.front.start()
    thread = newsroom.front._thread
    newsroom.close()
    assert thread is not None
    assert not thread.is_alive()


def _refuse(environ: object, start: object) -> list[bytes]:
    raise AssertionError("this request must not reach Flask")


def _fail(self: object) -> object:
    raise StoreError("the disk is gone")


def _bug(*_: object) -> object:
    raise RuntimeError("nobody foresaw this")


def _until(is_so: object, seconds: float = 3.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def manner(_path: str) -> Manner:
    return Manner((), (), Freshness(300))
