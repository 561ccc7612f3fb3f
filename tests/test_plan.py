"""Which feeds a change touches: a run costs what changed, and misses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from feedsvc import plan as planning
from feedsvc import publish as publishing
from tests.desk import CONFIG, Desk, desk

FEEDS = """
[feeds.calm]
exclude_tags = ["storm"]

[feeds.words]
text = "lighthouse"
"""


@pytest.fixture
def room(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk(tmp_path, CONFIG + FEEDS, url=database_url) as opened:
        opened.save("a.md", "Storm closes the pier", tags="[storm, Pier]", author="Ada Moor")
        opened.save("b.md", "Market moves to Friday", tags="market")
        opened.look()
        opened.publish()
        for path in ("/tags/pier.rss", "/tags/market.rss", "/authors/Ada Moor.json"):
            publishing.document(opened.service.store, opened.service.catalog, path, opened.clock())
        yield opened


def touched(room: Desk) -> set[str]:
    with room.service.store.read() as connection:
        due = planning.due(connection, room.service.catalog, room.clock())
    assert not due.begins_all
    return {feed.path for feed in due.feeds}


def test_nothing_is_looked_at_where_nothing_changed(room: Desk) -> None:
    assert touched(room) == set()
    room.clock.turn(hours=5)
    assert touched(room) == set()


def test_a_change_touches_the_feeds_that_hold_the_item_or_may_take_it_in(room: Desk) -> None:
    room.clock.turn(minutes=1)
    room.save("a.md", "The pier is open, the lighthouse too", tags="[Pier]", author="Ada Moor")
    room.look()
    assert touched(room) == {
        "/feeds/all",
        "/feeds/storms",
        "/feeds/calm",
        "/feeds/words",
        "/tags/pier",
        "/authors/Ada Moor",
    }
    room.publish()
    assert touched(room) == set()
    assert room.titles("storms") == []
    assert room.titles("words") == ["The pier is open, the lighthouse too"]


def test_an_item_that_names_a_feed_touches_it_whatever_its_tags(room: Desk) -> None:
    room.save("c.md", "Fog", feeds="[storms]", tags="fog")
    room.look()
    assert touched(room) == {"/feeds/all", "/feeds/storms", "/feeds/calm"}


def test_a_feed_is_looked_at_when_its_moment_has_come(room: Desk) -> None:
    room.save("c.md", "Tomorrow's market", tags="market", date="2026-11-25T18:00:00Z")
    room.look()
    room.publish()
    assert touched(room) == set()
    room.clock.turn(hours=6)
    assert touched(room) == {"/feeds/all", "/feeds/calm", "/tags/market"}


def test_another_configuration_touches_every_feed(room: Desk) -> None:
    catalog = replace(room.service.catalog, hubs=("https://hub.example/",))
    with room.service.store.read() as connection:
        due = planning.due(connection, catalog, room.clock())
    assert due.begins_all
    assert {"/feeds/all", "/tags/pier"} < {feed.path for feed in due.feeds}


def test_with_very_many_changes_every_feed_is_looked_at(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MANY", 3)
    for number in range(3):
        room.save(f"new-{number}.md", f"Item {number}")
    room.look()
    with room.service.store.read() as connection:
        assert planning.due(connection, room.service.catalog, room.clock()).begins_all
    room.publish()
    assert len(room.titles()) == 5
    assert touched(room) == set()
