"""What an item's history must never do: stop others, go back, or speak of the future."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc import ingest
from feedsvc import publish as publishing
from feedsvc.model import Arrival, Article
from feedsvc.sources import Refreshed
from feedsvc.work import tasks
from tests.desk import NOON, Desk, desk


@pytest.fixture
def room(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk(tmp_path, url=database_url) as opened:
        tasks.arrange(opened.service, NOON)
        yield opened


def settle(room: Desk) -> None:
    room.look()
    room.publish()


def asked(room: Desk, path: str) -> bool:
    service = room.service
    return publishing.document(service.store, service.catalog, path, room.clock()) is not None


def answer(room: Desk, *arrivals: Arrival) -> None:
    service, told = room.service, Refreshed("ok", arrivals)
    ingest.refresh_upstream(service.store, service.queue, "agency", told, now=room.clock(), next_at=NOON)


def test_two_items_that_get_the_same_slug_in_one_look_stop_nothing(room: Desk) -> None:
    room.save("a.md", "Storm")
    room.save("b.md", "Market")
    settle(room)
    for name in ("a.md", "b.md", "c.md"):
        room.save(name, f"New in {name}", slug="calm")
    settle(room)
    assert len({room.item(name).slug for name in ("a.md", "b.md", "c.md")}) == 3


def test_an_item_whose_slug_was_taken_keeps_the_address_that_it_got(room: Desk) -> None:
    room.save("a.md", "Storm", slug="calm")
    room.save("b.md", "Market", slug="calm")
    settle(room)
    room.save("b.md", "Market moves", slug="calm")
    settle(room)
    assert room.item("b.md").slug == "calm-2"


def test_no_date_of_one_item_can_stop_the_publishing_of_all(room: Desk) -> None:
    end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    answer(room, Arrival("1", Article("Far", published=NOON, updated=end)))
    room.publish()
    room.save("a.md", "Storm", date="2026-11-20", updated="9999-12-31T23:59:59Z")
    settle(room)
    room.save("a.md", "Storm passes", date="2026-11-20", updated="9999-12-31T23:59:59Z")
    answer(room, Arrival("1", Article("Farther", published=NOON, updated=end)))
    settle(room)
    assert set(room.titles()) == {"Storm passes", "Farther"}


def test_nothing_says_that_it_was_updated_in_the_future(room: Desk) -> None:
    room.save("a.md", "Storm", date="2026-11-20", updated="2031-01-01")
    settle(room)
    assert room.item("a.md").updated <= NOON


def test_the_feed_of_a_tag_that_was_there_stays_there_when_its_last_item_expires(room: Desk) -> None:
    room.save("a.md", "Offer", tags="market", expires="2026-11-25T13:00:00Z")
    settle(room)
    assert asked(room, "/tags/market.rss")
    room.clock.turn(hours=1)
    assert asked(room, "/tags/market.rss")


def test_updated_never_goes_back_although_an_item_was_hidden_for_a_while(room: Desk) -> None:
    room.save("a.md", "Storm", date="2026-11-20")
    settle(room)
    room.save("a.md", "Storm passes", date="2026-11-20")
    settle(room)
    seen = room.item("a.md").updated
    room.clock.turn(minutes=5)
    room.save("a.md", "Storm passes", date="2026-11-30")
    settle(room)
    room.save("a.md", "Storm is over", date="2026-11-20")
    settle(room)
    assert room.titles() == ["Storm is over"]
    assert room.item("a.md").updated > seen


def test_updated_never_goes_back_although_the_clock_does(room: Desk) -> None:
    room.save("a.md", "Storm")
    settle(room)
    room.clock.turn(minutes=-5)
    room.save("a.md", "Storm passes")
    settle(room)
    assert room.item("a.md").updated > NOON


def test_a_change_within_the_second_of_publication_is_a_change(room: Desk) -> None:
    room.clock.turn(seconds=0.6)
    room.save("a.md", "Storm", date="2026-11-25T12:00:00.5Z")
    settle(room)
    seen = room.item("a.md").updated
    room.clock.turn(seconds=0.2)
    room.save("a.md", "Storm passes", date="2026-11-25T12:00:00.5Z")
    settle(room)
    assert room.item("a.md").updated > seen
