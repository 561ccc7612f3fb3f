"""Where every feed has to be looked at, news do not wait for all of them, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from feedsvc import plan as planning
from feedsvc.catalog import Catalog
from feedsvc.publish import publish_some
from feedsvc.store import meta
from tests.desk import CONFIG, Desk, desk

MANY_FEEDS = CONFIG + "".join(f'[feeds.f{number}]\ntags = ["storm"]\n' for number in range(6))


@pytest.fixture
def room(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(planning, "AT_ONCE", 3)
    with desk(tmp_path, MANY_FEEDS, database_url) as opened:
        opened.save("a.md", "Storm", tags="storm")
        opened.look()
        opened.publish()
        yield opened


def renamed(room: Desk) -> Catalog:
    catalog = room.service.catalog
    return replace(catalog, site=replace(catalog.site, title="Quay News"))


def fact(room: Desk, name: str) -> str:
    with room.service.store.read() as connection:
        return meta.get(connection, name) or ""


def test_a_run_through_all_feeds_goes_on_where_the_last_one_ended(room: Desk) -> None:
    catalog, store = renamed(room), room.service.store
    done = [publish_some(store, catalog, room.clock()) for _ in range(3)]
    assert [each.more for each in done] == [True, True, False]
    paths = [path for each in done for path in each.documents if path.endswith(".rss")]
    assert sorted(paths) == sorted({feed.path + ".rss" for feed in catalog.feeds})
    again = publish_some(store, catalog, room.clock())
    assert (again.documents, again.more) == ((), False)


def test_what_changes_meanwhile_is_published_before_the_rest(room: Desk) -> None:
    catalog, store = renamed(room), room.service.store
    assert publish_some(store, catalog, room.clock()).more
    room.clock.turn(minutes=1)
    room.save("b.md", "Breaking", tags="storm")
    room.look()
    assert publish_some(store, catalog, room.clock()).more
    for feed in catalog.feeds:
        assert "Breaking" in room.bytes(f"{feed.path}.json").decode()
    assert not publish_some(store, catalog, room.clock()).more
    assert not publish_some(store, catalog, room.clock()).documents


def test_another_configuration_in_the_middle_begins_anew(room: Desk) -> None:
    store = room.service.store
    assert publish_some(store, renamed(room), room.clock()).more
    other = replace(room.service.catalog, site=replace(room.service.catalog.site, title="Pier News"))
    while publish_some(store, other, room.clock()).more:
        pass
    for feed in other.feeds:
        assert "Pier News" in room.bytes(f"{feed.path}.json").decode()
    assert publish_some(store, other, room.clock()).documents == ()


def test_a_start_is_ready_once_the_news_are_live_though_other_feeds_are_left(room: Desk) -> None:
    store = room.service.store
    with store.write() as tx:
        meta.put(tx.connection, meta.LOOKED, "1")
        meta.put(tx.connection, meta.SCANNED, "0")
    assert publish_some(store, renamed(room), room.clock()).more
    assert fact(room, meta.SCANNED) == "1"


def test_the_first_start_is_ready_only_when_every_feed_is_there(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "AT_ONCE", 3)
    with desk(tmp_path_factory.mktemp("new"), MANY_FEEDS) as opened:
        opened.save("a.md", "Storm", tags="storm")
        opened.look()
        store, catalog = opened.service.store, opened.service.catalog
        with store.write() as tx:
            meta.put(tx.connection, meta.LOOKED, "1")
        while publish_some(store, catalog, opened.clock()).more:
            assert fact(opened, meta.SCANNED) != "1"
        assert fact(opened, meta.SCANNED) == "1"


def test_very_many_changes_are_published_in_portions_too_and_none_is_lost(
    room: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MANY", 2)
    store, catalog = room.service.store, room.service.catalog
    for number in range(4):
        room.save(f"new{number}.md", f"New {number}", tags="storm")
    room.look()
    assert publish_some(store, catalog, room.clock()).more
    room.clock.turn(minutes=1)
    room.save("late.md", "Came in between", tags="storm")
    room.look()
    while publish_some(store, catalog, room.clock()).more:
        pass
    while publish_some(store, catalog, room.clock()).documents:
        pass
    for feed in catalog.feeds:
        assert "Came in between" in room.bytes(f"{feed.path}.json").decode()
