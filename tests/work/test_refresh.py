"""Refreshing on a schedule: an upstream from its address to our feed, and what becomes due when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feedsvc.errors import NotFound
from feedsvc.service import client
from feedsvc.sources import folder
from feedsvc.store import SourceState, items, schedule, sources
from feedsvc.work import refresh, refresh_now, tasks
from tests.desk import CONFIG, NOON, Desk, desk
from tests.upstream_server import EvilServer, evil_upstream

HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def upstream() -> Iterator[EvilServer]:
    with evil_upstream() as server:
        yield server


def room_with(upstream: EvilServer, place: Path, path: str, url: str = "") -> Desk:
    text = f"""{CONFIG}
[sources.agency]
url = "{upstream.url}{path}"
every = "30m"
tags = ["wire"]

[limits]
allow_networks = ["127.0.0.0/8"]
fetch_seconds = 2
"""
    return Desk(place, text, url)


@pytest.fixture
def room(upstream: EvilServer, tmp_path: Path, database_url: str) -> Iterator[Desk]:
    opened = room_with(upstream, tmp_path, "/ok", database_url)
    tasks.arrange(opened.service, NOON)
    yield opened
    opened.close()


def ask(room: Desk) -> str:
    return refresh.refresh_source(room.service, client(room.service.settings), "agency", 0.0).error


def state(room: Desk) -> SourceState:
    with room.service.store.read() as connection:
        found = sources.state(connection, "agency")
    assert found is not None
    return found


def point_at(room: Desk, url: str) -> None:
    settings = room.service.settings
    source = settings.sources["agency"].model_copy(update={"url": url})
    changed = settings.model_copy(update={"sources": {"agency": source}})
    object.__setattr__(room.service, "settings", changed)


def test_what_an_upstream_publishes_is_in_our_feeds_with_its_origin(room: Desk) -> None:
    assert ask(room) == ""
    room.publish()
    (entry,) = json.loads(room.bytes("/feeds/all.json"))["items"]
    assert (entry["title"], entry["url"]) == ("Ferry returns", "https://harbour.example/ferry")
    assert entry["tags"] == ["wire"]
    atom = room.bytes("/feeds/all.atom").decode()
    assert "<source>" in atom and "Harbour News" in atom


def test_the_second_time_only_what_changed_is_asked_for(room: Desk, upstream: EvilServer) -> None:
    ask(room)
    ask(room)
    first, second = upstream.asked
    assert "If-None-Match" not in first[1]
    assert second[1]["If-None-Match"] == '"quay-1"'
    assert state(room).failures == 0
    with room.service.store.read() as connection:
        assert len(items.known(connection, "agency")) == 1


def test_a_source_that_fails_keeps_its_items_and_says_in_one_sentence_what_is_wrong(
    room: Desk, upstream: EvilServer
) -> None:
    ask(room)
    for path in ("/html-200", "/empty", "/410", "/no-such-thing"):
        point_at(room, upstream.url + path)
        error = ask(room)
        assert error and "\n" not in error
        assert state(room).error == error
    room.publish()
    assert room.titles() == ["Ferry returns"]


def test_a_source_that_is_gone_is_asked_no_more_until_it_has_another_address(
    room: Desk, upstream: EvilServer
) -> None:
    point_at(room, upstream.url + "/410")
    tasks.arrange(room.service, NOON)
    ask(room)
    assert refresh.is_paused(room.service, "agency")
    point_at(room, upstream.url + "/ok")
    tasks.arrange(room.service, NOON)
    assert not refresh.is_paused(room.service, "agency")


def test_a_refresh_is_due_again_after_the_interval_and_later_after_failures(
    room: Desk, upstream: EvilServer
) -> None:
    ask(room)
    assert state(room).next_at == NOON + timedelta(minutes=45)  # the feed's own ttl
    point_at(room, upstream.url + "/no-such-thing")
    waits = []
    for _ in range(3):
        ask(room)
        due = state(room).next_at
        assert due is not None
        waits.append(due - NOON)
    assert waits == sorted(waits) and waits[0] >= HALF_HOUR and waits[2] > waits[0]


def test_the_schedule_knows_when_a_source_is_asked_again(room: Desk, upstream: EvilServer) -> None:
    for path in ("/ok", "/no-such-thing"):
        point_at(room, upstream.url + path)
        ask(room)
        due = state(room).next_at
        assert due is not None
        name = schedule.of_source("agency")
        with room.service.store.write() as tx:
            assert name not in schedule.claim(tx.connection, due - timedelta(milliseconds=1), 10)
            assert name in schedule.claim(tx.connection, due, 10)


def test_what_is_due_is_enqueued_once_and_not_before(room: Desk) -> None:
    counts = room.service.queue.counts
    tasks.enqueue_due(room.service)
    due = counts()["todo"]
    assert due == 2  # the source's first refresh and the daily sweep
    tasks.enqueue_due(room.service)
    assert counts()["todo"] == due
    room.clock.turn(hours=2)
    tasks.enqueue_due(room.service)
    assert counts()["todo"] == due + 1  # the publishing; the refresh is waiting already


def test_arranging_again_keeps_what_is_due_when_and_forgets_what_is_configured_no_more(room: Desk) -> None:
    name = schedule.of_source("agency")
    with room.service.store.write() as tx:
        schedule.put(tx.connection, name, HALF_HOUR, NOON + HALF_HOUR)
        schedule.put(tx.connection, schedule.of_source("old"), HALF_HOUR, NOON)
    tasks.arrange(room.service, NOON)
    with room.service.store.read() as connection:
        assert schedule.of_source("old") not in schedule.names(connection)
    with room.service.store.write() as tx:
        assert name not in schedule.claim(tx.connection, NOON, 10)


def test_a_refresh_by_hand_takes_everything_in_and_publishes_it(room: Desk) -> None:
    room.save("a.md", "Storm", date="2026-11-25")
    outcomes = list(refresh_now(room.service))
    assert [outcome.source for outcome in outcomes] == ["items", "agency"]
    assert [outcome.new for outcome in outcomes] == [1, 1]
    assert set(room.titles()) == {"Storm", "Ferry returns"}


def test_a_source_that_is_not_there_is_an_error(room: Desk) -> None:
    with pytest.raises(NotFound):
        list(refresh_now(room.service, "agnecy"))


def test_one_source_that_fails_does_not_keep_the_folder_from_being_published(
    upstream: EvilServer, tmp_path: Path
) -> None:
    broken = room_with(upstream, tmp_path, "/html-200")
    broken.save("a.md", "Storm")
    outcomes = list(refresh_now(broken.service))
    assert [bool(outcome.error) for outcome in outcomes] == [False, True]
    assert broken.titles() == ["Storm"]
    broken.close()


def test_a_folder_of_any_size_is_read_whole_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "BATCH_FILES", 1)
    monkeypatch.setattr(refresh, "LOOKS", 4)
    with desk(tmp_path) as room:
        for number in range(5):
            room.save(f"{number}.md", f"Item {number}")
        assert refresh.refresh_folder(room.service).new == 5


def test_an_embed_tells_while_a_source_of_its_items_is_behind_and_no_feed_changes_for_it(
    room: Desk, upstream: EvilServer
) -> None:
    ask(room)
    room.publish()
    feed = room.bytes("/feeds/all.atom")
    assert "_stale" not in json.loads(room.bytes("/embed/all.json"))
    point_at(room, f"{upstream.url}/500")
    for failures in range(1, 4):
        assert ask(room)
        room.publish()
        told = json.loads(room.bytes("/embed/all.json"))
        assert told.get("_stale", False) == (failures == sources.BEHIND)
    point_at(room, f"{upstream.url}/ok")
    assert not ask(room)
    room.publish()
    assert "_stale" not in json.loads(room.bytes("/embed/all.json"))
    assert room.bytes("/feeds/all.atom") == feed
