"""The numbers that status and metrics show, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feedsvc.model import Problem
from feedsvc.store import FeedState, Store, feeds, health, items, schedule, sources

from .samples import NOW, add, item

MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path, database_url: str) -> Iterator[Store]:
    opened = Store(database_url or f"sqlite:///{tmp_path}/data/feedsvc.db", clock=lambda: NOW)
    opened.upgrade()
    yield opened
    opened.close()


def test_items_are_counted_by_state(store: Store) -> None:
    with store.read() as c:
        assert items.counts(c) == {"draft": 0, "published": 0, "withdrawn": 0}
        assert items.last_published(c, NOW) is None
    add(store, item("out"), item("embargoed", hours=3), item("written", state="draft"))
    add(store, item("gone", hours=-0.5, state="withdrawn", withdrawn_at=NOW))
    with store.read() as c:
        assert items.counts(c) == {"draft": 1, "published": 2, "withdrawn": 1}
        assert items.last_published(c, NOW) == NOW - 60 * MINUTE
        assert items.last_published(c, NOW + 180 * MINUTE) == NOW + 180 * MINUTE


def test_problems_are_counted_by_source_and_severity(store: Store) -> None:
    with store.write() as t:
        bad = Problem("items", "a.md", "E101", "it is broken")
        odd = Problem("items", "b.md", "W201", "it is odd", severity="warning")
        sources.put_problems(t.connection, "items", "a.md", [bad])
        sources.put_problems(t.connection, "items", "b.md", [odd, odd])
        sources.put_problems(t.connection, "feeds", "/feeds/all", [Problem("feeds", "", "E301", "left out")])
    with store.read() as c:
        assert sources.count_problems(c) == {
            ("feeds", "error"): 1,
            ("items", "error"): 1,
            ("items", "warning"): 2,
        }


def test_feeds_are_counted(store: Store) -> None:
    with store.write() as t:
        for name in ("all", "storms"):
            feeds.put(t.connection, FeedState(f"/feeds/{name}", "print", NOW, ()))
    with store.read() as c:
        assert feeds.count(c) == 2


def test_what_the_schedule_has_first_is_told_with_its_time(store: Store) -> None:
    with store.read() as c:
        assert schedule.first(c) is None
    with store.write() as t:
        schedule.put(t.connection, "later", MINUTE, NOW + MINUTE)
        schedule.put(t.connection, "sooner", MINUTE, NOW - MINUTE)
    with store.read() as c:
        assert schedule.first(c) == ("sooner", NOW - MINUTE)


def test_a_database_has_a_size_and_fits_this_version(store: Store) -> None:
    with store.read() as c:
        assert 10_000 < health.size(c) < 100_000_000
        assert health.misfit(c) is None
