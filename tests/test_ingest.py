"""Taking items in: identity, files that break and vanish, and the task in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feedsvc import config, ingest
from feedsvc.errors import FetchError, Gone
from feedsvc.model import Arrival, Article
from feedsvc.sources import Refreshed
from feedsvc.store import clock, items, sources
from feedsvc.work import tasks
from tests.desk import CONFIG, NOON, Desk, desk

WITH_SOURCE = CONFIG + '\n[sources.agency]\nurl = "https://agency.example/feed"\n'


@pytest.fixture
def room(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk(tmp_path, WITH_SOURCE, database_url) as opened:
        yield opened


def refreshed(*titles: str, problems: tuple[()] = ()) -> Refreshed:
    arrivals = tuple(Arrival(f"https://agency.example/{title}", Article(title)) for title in titles)
    return Refreshed("ok", arrivals, problems, etag='"1"', last_modified="", title="Agency")


def test_two_items_that_wish_for_the_same_slug_get_two(room: Desk) -> None:
    room.save("a.md", "Storm")
    room.save("b.md", "Storm")
    room.look()
    assert {room.item("a.md").slug, room.item("b.md").slug} == {"storm", "storm-2"}


def test_an_edit_keeps_the_slug_and_a_chosen_one_leaves_the_old_address_behind(room: Desk) -> None:
    room.save("a.md", "Storm")
    room.look()
    room.save("a.md", "Storm passes")
    room.look()
    assert room.item("a.md").slug == "storm"
    room.save("a.md", "Storm passes", slug="calm")
    room.look()
    assert room.item("a.md").slug == "calm"
    with room.service.store.read() as connection:
        found = items.by_slug(connection, "storm")
    assert found is not None and found.guid == "a.md"


def test_two_sources_that_use_the_same_id_get_two_items(room: Desk) -> None:
    tasks.arrange(room.service, NOON)
    room.save("a.md", "Ours", id="tag:harbour.example,2026:1")
    room.look()
    store, queue = room.service.store, room.service.queue
    same = Arrival("tag:harbour.example,2026:1", Article("Theirs"), id="tag:harbour.example,2026:1")
    ingest.refresh_upstream(store, queue, "agency", Refreshed("ok", (same,)), now=NOON, next_at=NOON)
    with store.read() as connection:
        (theirs,) = items.known(connection, "agency").values()
        (ours,) = items.known(connection, config.FOLDER).values()
    assert ours.id == "tag:harbour.example,2026:1"
    assert theirs.id.startswith("urn:uuid:")


def test_a_look_without_changes_writes_nothing(room: Desk) -> None:
    room.save("a.md", "Storm")
    room.look()
    with room.service.store.read() as connection:
        before = clock.seq(connection)
    assert room.look().new == 0
    with room.service.store.read() as connection:
        assert clock.seq(connection) == before


def test_what_is_taken_in_has_its_publishing_enqueued_once(room: Desk) -> None:
    for number in range(3):
        room.save(f"{number}.md", f"Storm {number}")
        room.look()
    assert room.service.queue.counts()["todo"] == 1


def test_a_source_that_repeats_itself_changes_nothing(room: Desk) -> None:
    store, queue = room.service.store, room.service.queue
    tasks.arrange(room.service, NOON)
    first = ingest.refresh_upstream(store, queue, "agency", refreshed("a", "b"), now=NOON, next_at=NOON)
    again = ingest.refresh_upstream(store, queue, "agency", refreshed("b", "a"), now=NOON, next_at=NOON)
    assert (first.new, again.new, again.changed, again.unchanged) == (2, 0, 0, 2)


def test_absence_from_an_upstream_feed_withdraws_nothing(room: Desk) -> None:
    store, queue = room.service.store, room.service.queue
    tasks.arrange(room.service, NOON)
    ingest.refresh_upstream(store, queue, "agency", refreshed("a", "b"), now=NOON, next_at=NOON)
    ingest.refresh_upstream(store, queue, "agency", refreshed("b"), now=NOON, next_at=NOON)
    with store.read() as connection:
        assert {item.state for item in items.known(connection, "agency").values()} == {"published"}


def test_a_failure_is_noted_with_its_source_and_touches_no_item(room: Desk) -> None:
    store, queue = room.service.store, room.service.queue
    tasks.arrange(room.service, NOON)
    ingest.refresh_upstream(store, queue, "agency", refreshed("a"), now=NOON, next_at=NOON)
    later = NOON + timedelta(hours=1)
    ingest.record_failure(store, "agency", FetchError("it answered 503"), now=NOON, next_at=later)
    with store.read() as connection:
        state = sources.state(connection, "agency")
        assert len(items.known(connection, "agency")) == 1
    assert state is not None
    assert (state.error, state.failures, state.next_at) == ("it answered 503", 1, later)
    assert (state.etag, state.paused) == ('"1"', False)


def test_a_source_that_is_gone_is_paused(room: Desk) -> None:
    tasks.arrange(room.service, NOON)
    ingest.record_failure(room.service.store, "agency", Gone("it answered 410"), now=NOON, next_at=NOON)
    with room.service.store.read() as connection:
        state = sources.state(connection, "agency")
    assert state is not None and state.paused


def test_many_files_at_once_are_all_taken_in(room: Desk) -> None:
    for number in range(1200):
        room.save(f"deep/{number:04}.md", f"Item number {number}")
    outcome = room.look()
    assert outcome.new == 1200
    with room.service.store.read() as connection:
        assert len(sources.files(connection, config.FOLDER)) == 1200


def test_the_guard_holds_a_mass_removal_back_until_it_is_confirmed(room: Desk) -> None:
    for number in range(30):
        room.save(f"{number}.md", f"Item {number}")
    room.look()
    for number in range(25):
        (room.items / f"{number}.md").unlink()
    outcome = room.look()
    assert (outcome.withdrawn, outcome.held) == (0, 25)
    service = room.service
    done = ingest.refresh_folder(
        service.store,
        service.queue,
        room.folder,
        now=NOON,
        monotonic=room.monotonic,
        confirm_removals=True,
    )
    assert done.withdrawn == 25


def test_an_empty_folder_in_place_of_the_items_takes_nothing_back(room: Desk) -> None:
    tasks.arrange(room.service, NOON)
    room.save("a.md", "Storm")
    room.look()
    room.items.rename(room.items.with_name("mounted"))
    room.items.mkdir()
    room.folder = type(room.folder)(room.folder.rules)
    assert [(done.withdrawn, done.held) for done in (room.look(), room.look())] == [(0, 1)] * 2
    room.items.rmdir()
    room.items.with_name("mounted").rename(room.items)
    assert room.look().held == 0
    assert room.item("a.md").state == "published"
