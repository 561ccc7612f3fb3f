"""The clock jumps, forward and back: nothing that is out vanishes, no embargo breaks, nothing freezes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsvc import ingest
from feedsvc.errors import FetchError
from feedsvc.model import Arrival, Article
from feedsvc.sources import Refreshed
from feedsvc.store import meta, schedule, sources
from feedsvc.work import tasks
from tests.desk import NOON, Desk, desk

CONFIG = """
[site]
url = "https://harbour.example"
[sources.agency]
url = "https://agency.example/feed"
every = "30m"
"""


@pytest.fixture
def room(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk(tmp_path, CONFIG, url=database_url) as opened:
        tasks.arrange(opened.service, opened.clock())
        yield opened


def settle(room: Desk) -> None:
    room.look()
    tasks.enqueue_due(room.service)
    tasks.publish_now(room.service)


@pytest.mark.parametrize("minutes", [1, 60, 150])
def test_nothing_that_is_out_vanishes_when_the_clock_is_set_back(room: Desk, minutes: int) -> None:
    room.save("undated.md", "Without a date")
    room.save("dated.md", "With a date", date=f"{NOON - timedelta(seconds=20):%Y-%m-%dT%H:%M:%SZ}")
    room.save("old.md", "From last week", date="2026-11-18")
    settle(room)
    ids = {name: room.item(name).id for name in ("undated.md", "dated.md", "old.md")}
    room.clock.turn(minutes=-minutes)
    settle(room)
    assert set(room.titles()) == {"Without a date", "With a date", "From last week"}
    room.save("dated.md", "With a date, edited", date=f"{NOON - timedelta(seconds=20):%Y-%m-%dT%H:%M:%SZ}")
    settle(room)
    assert "With a date, edited" in room.titles()
    room.clock.turn(minutes=2 * minutes)
    settle(room)
    assert set(room.titles()) == {"Without a date", "With a date, edited", "From last week"}
    assert {name: room.item(name).id for name in ids} == ids


def test_an_embargo_holds_although_the_clock_was_set_back(room: Desk) -> None:
    room.save("soon.md", "Embargoed words", date="2026-11-25T12:30:00Z")
    settle(room)
    room.clock.turn(minutes=-60)
    settle(room)
    room.save("later.md", "Put under embargo after that", date="2026-11-25T11:50:00Z")
    settle(room)
    assert room.titles() == []
    room.clock.now = datetime(2026, 11, 25, 11, 50, tzinfo=UTC)
    settle(room)
    assert room.titles() == ["Put under embargo after that"]
    room.clock.now = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
    settle(room)
    assert set(room.titles()) == {"Put under embargo after that", "Embargoed words"}


def test_what_is_out_can_be_put_under_embargo_although_the_clock_was_set_back(room: Desk) -> None:
    room.save("a.md", "Too early", date="2026-11-25T11:30:00Z")
    settle(room)
    room.clock.turn(minutes=-60)
    settle(room)
    assert room.titles() == ["Too early"]
    room.save("a.md", "Too early", date="2026-11-25T13:00:00Z")
    settle(room)
    assert room.titles() == []


def test_a_clock_that_was_days_ahead_reveals_no_embargo_for_ever(room: Desk) -> None:
    room.save("secret.md", "Embargoed until tomorrow", date="2026-11-26T12:00:00Z")
    room.save("early.md", "There before")
    settle(room)
    room.clock.turn(days=2)
    room.save("meanwhile.md", "Written while the clock was wrong")
    settle(room)
    room.clock.turn(days=-2, minutes=1)
    settle(room)
    assert set(room.titles()) == {"There before", "Written while the clock was wrong"}
    assert room.item("meanwhile.md").published <= room.clock()
    room.save("new.md", "Another embargo", date="2026-11-26T12:00:00Z")
    settle(room)
    assert "Another embargo" not in room.titles()
    room.clock.now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    settle(room)
    assert {"Embargoed until tomorrow", "Another embargo"} <= set(room.titles())
    assert room.item("secret.md").published == room.clock()


def test_a_clock_that_was_days_ahead_freezes_no_schedule(room: Desk) -> None:
    answered(room)
    room.clock.turn(days=2)
    settle(room)
    answered(room)
    room.clock.turn(days=-2)
    settle(room)
    with room.service.store.read() as c:
        state = sources.state(c, "agency")
        assert state is not None and state.next_at is not None and state.last_try == room.clock()
        assert state.next_at == room.clock() + timedelta(minutes=30)
        assert not schedule.due(c, room.clock() + timedelta(minutes=29))
        assert schedule.due(c, room.clock() + timedelta(minutes=31))


def test_a_clock_that_jumps_days_ahead_asks_each_source_once(room: Desk) -> None:
    settle(room)
    answered(room)
    room.clock.turn(days=2)
    with room.service.store.write() as tx:
        claimed = schedule.claim(tx.connection, room.clock(), 100)
        again = schedule.claim(tx.connection, room.clock() + timedelta(seconds=1), 100)
    assert claimed.count("source:agency") == 1
    assert "source:agency" not in again


def test_clocks_that_differ_by_seconds_mend_nothing(room: Desk) -> None:
    room.save("a.md", "Storm")
    settle(room)
    with room.service.store.read() as c:
        before = meta.get(c, meta.PUBLISHED)
    room.clock.turn(seconds=-3)
    tasks.enqueue_due(room.service)
    with room.service.store.read() as c:
        assert meta.get(c, meta.PUBLISHED) == before


def test_an_answer_counts_for_nothing_where_another_was_asked_for_meanwhile(room: Desk) -> None:
    service, now = room.service, room.clock()
    with service.store.read() as c:
        before = sources.state(c, "agency")
    room.clock.turn(minutes=1)
    answered(room)
    late = Refreshed("ok", (Arrival("1", Article("As it was before", published=NOON)),))
    told = ingest.refresh_upstream(
        service.store, service.queue, "agency", late, now=now, next_at=now, since=before
    )
    failed = ingest.record_failure(
        service.store, "agency", FetchError("it took too long"), now=now, next_at=now, since=before
    )
    assert (told.overtaken, failed.overtaken) == (True, True)
    settle(room)
    assert room.titles() == ["From the agency"]
    with service.store.read() as c:
        after = sources.state(c, "agency")
    assert after is not None
    assert (after.failures, after.last_try) == (0, room.clock())


def answered(room: Desk) -> None:
    """Have the source asked now, as its task does."""
    service, now = room.service, room.clock()
    at = now + timedelta(minutes=30)
    ingest.refresh_upstream(
        service.store,
        service.queue,
        "agency",
        Refreshed("ok", (Arrival("1", Article("From the agency", published=NOON)),)),
        now=now,
        next_at=at,
    )
    with service.store.write() as tx:
        schedule.put(tx.connection, "source:agency", timedelta(minutes=30), at)
