"""The status of an installation and what a person should do about it, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from feedsvc import __version__, status
from feedsvc.errors import StoreError
from feedsvc.model import Problem
from feedsvc.status import facts
from feedsvc.store import SourceState, schedule, sources
from feedsvc.work import tasks
from tests.desk import NOON, Desk, desk
from tests.elapsed import defer, fail_job, pass_time, register_worker

MINUTE = timedelta(minutes=1)
CONFIG = """
[site]
url = "https://harbour.example"
[sources.agency]
url = "https://agency.example/feed.xml"
[sources.silent]
url = "https://silent.example/feed.xml"
enabled = false
"""


@pytest.fixture
def room(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk(tmp_path, CONFIG, database_url) as opened:
        tasks.arrange(opened.service, opened.clock())
        yield opened


def read(room: Desk) -> status.Status:
    return status.read(room.service, room.clock())


def wrongs(room: Desk) -> list[str]:
    return [need.wrong for need in status.needs(read(room))]


def agency(room: Desk, **changes: object) -> None:
    """Note how the source went."""
    known = SourceState("agency", "upstream", "", "https://agency.example/feed.xml")
    with room.service.store.write() as tx:
        sources.put_state(tx.connection, replace(known, **changes))  # type: ignore[arg-type]


def test_a_service_at_work_needs_nobody(room: Desk) -> None:
    register_worker(room.service.queue)
    room.save("storm.md", "Storm closes the road", date="2026-11-25 09:00")
    room.save("later.md", "The mayor speaks", date="2026-11-25 15:00")
    room.look()
    room.publish()
    agency(room, last_success=NOON - MINUTE, next_at=NOON + MINUTE)
    found = read(room)
    assert (found.version, found.at) == (__version__, NOON)
    assert found.database.answers
    assert found.database.problem == ""
    assert (found.database.bytes or 0) > 10_000
    assert found.work is not None
    assert found.work.alive == 1
    assert found.content is not None
    assert found.content.items == {"draft": 0, "published": 2, "withdrawn": 0}
    assert found.content.last_published == NOON - timedelta(hours=3)
    assert found.content.next_moment == NOON + timedelta(hours=3)
    assert found.content.feeds == 1
    assert found.content.sequence > 0
    assert found.jobs is not None
    # Publishing waits: no worker took it.
    assert found.jobs.counts["todo"] == 1
    assert status.needs(found) == []


def test_items_are_counted_anew_after_a_change_alone(room: Desk) -> None:
    first = read(room)
    assert first.content is not None
    with room.service.store.write() as tx:
        before = replace(first, content=replace(first.content, items={"published": 7}, sequence=tx.seq()))
    again = status.read(room.service, room.clock(), before)
    assert again.content is not None
    assert again.content.items == {"published": 7}
    room.save("storm.md", "Storm closes the road")
    room.look()
    later = status.read(room.service, room.clock(), again)
    assert later.content is not None
    assert later.content.items == {"draft": 0, "published": 1, "withdrawn": 0}


def test_sources_are_told_as_they_are_configured_and_as_they_went(room: Desk) -> None:
    agency(room, last_success=NOON - MINUTE, next_at=NOON + MINUTE)
    folder, ours, off = read(room).sources
    assert (folder.key, folder.kind, folder.condition, folder.next_due) == (
        "items",
        "folder",
        "waiting",
        None,
    )
    assert (ours.key, ours.condition, ours.next_due) == ("agency", "ok", NOON + MINUTE)
    assert (off.key, off.condition, off.next_due) == ("silent", "off", None)
    room.look()
    assert read(room).sources[0].condition == "ok"


def test_the_room_is_that_of_the_disk_with_the_database(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    register_worker(room.service.queue)
    found = read(room)
    if room.service.store.dialect == "postgresql":
        assert found.disk is None
        return
    assert found.disk is not None
    assert 0 < found.disk.free_bytes < found.disk.total_bytes
    monkeypatch.setattr(facts, "LOW_BYTES", 2**62)
    monkeypatch.setattr(facts, "LOW_SHARE", 2.0)
    assert "is nearly full" in wrongs(room)[0]
    monkeypatch.setattr(facts, "FULL_BYTES", 2**62)
    assert "is full" in wrongs(room)[0]


@pytest.mark.parametrize(
    ("disk", "wrong"),
    [
        (facts.Disk(10**12, 10**13), ""),
        (facts.Disk(10**12, 10**13, free_files=10**6), ""),
        (facts.Disk(10**12, 10**13, read_only=True), "is read-only: nothing new is published"),
        (facts.Disk(10**8, 10**13), "is nearly full: 100 MB are free."),
        (facts.Disk(10**8, 2 * 10**8), ""),
        (facts.Disk(10**7, 2 * 10**8, place="/srv/data"), "(/srv/data) is full: 10 MB are free."),
        (facts.Disk(10**7, 10**13), "is full: 10 MB are free."),
        (facts.Disk(10**9, 10**13, free_files=3), "is full: 1000 MB are free, and 3 files can be made."),
    ],
)
def test_a_disk_is_worth_a_word_once_it_endangers_writing(disk: status.Disk, wrong: str) -> None:
    found = status.Status("1", NOON, status.Database("sqlite", True), disk)
    told = [need.wrong for need in status.needs(found)]
    assert len(told) == bool(wrong)
    assert wrong in "".join(told)


def test_a_worker_that_was_never_there_or_died_is_missed(room: Desk) -> None:
    assert wrongs(room)[0].startswith("No background worker runs: ")
    register_worker(room.service.queue)
    assert wrongs(room) == []
    pass_time(room.service, timedelta(seconds=61))
    assert "No background worker runs (the last one was heard of 61 seconds ago)" in wrongs(room)[0]
    assert len(wrongs(room)) == 1


def test_a_job_that_nobody_begins_is_overdue(room: Desk) -> None:
    defer(room.service, "publish")
    pass_time(room.service, 2 * MINUTE)
    register_worker(room.service.queue)
    found = read(room)
    assert found.work is not None
    assert found.work.job is not None
    assert found.work.job.task == "publish"
    (wrong,) = wrongs(room)
    assert wrong.startswith("Work is overdue: publish (job ")
    assert "2 minutes ago" in wrong or "120 seconds ago" in wrong


def test_a_schedule_that_nobody_follows_is_overdue(room: Desk) -> None:
    register_worker(room.service.queue)
    room.clock.turn(seconds=90)
    assert wrongs(room) == [
        "Work is overdue: refreshing “agency” (in the schedule) should have begun 90 seconds ago."
    ]


def test_the_schedule_is_told_in_words() -> None:
    assert status.planned(schedule.of_source("agency")) == "refreshing “agency”"
    assert status.planned(tasks.MOMENT) == "comparing feeds with items"
    assert status.planned(tasks.SWEEP) == "clearing up"


def test_failed_jobs_are_named_until_they_are_tried_again(room: Desk) -> None:
    fail_job(room.service, "refresh")
    fail_job(room.service, "publish")
    register_worker(room.service.queue)
    found = read(room)
    assert found.jobs is not None
    assert [job.task for job in found.jobs.failed] == ["publish", "refresh"]
    (need,) = status.needs(found)
    assert need.wrong.startswith("2 jobs have failed for good, last publish (job ")
    for job in found.jobs.failed:
        assert job is not found.jobs.failed[0] or f"`feedsvc jobs retry {job.id}`" in need.remedy
        room.service.queue.retry(job.id)
    assert wrongs(room) == []


def test_a_source_needs_a_person_once_it_does_not_mend_itself(room: Desk) -> None:
    register_worker(room.service.queue)
    agency(room, last_success=NOON - 60 * MINUTE, failures=2, error="it answered 503")
    assert read(room).sources[1].condition == "failing"
    assert wrongs(room) == []
    agency(room, last_success=NOON - 60 * MINUTE, failures=3, error="it answered 503")
    assert wrongs(room) == ["The source “agency” has failed 3 times in a row: it answered 503."]
    agency(room, failures=1, error="it answered 404.")
    assert wrongs(room) == ["The source “agency” has failed: it answered 404."]
    agency(room, failures=1, error="it is gone for good", paused=True)
    assert wrongs(room) == ["The source “agency” is switched off: it is gone for good."]
    assert read(room).sources[1].condition == "paused"


def test_removals_that_wait_and_a_lost_folder_need_a_person(room: Desk) -> None:
    register_worker(room.service.queue)
    with room.service.store.write() as tx:
        known = SourceState("items", "folder", last_success=NOON)
        sources.put_state(tx.connection, replace(known, held=12))
    (need,) = status.needs(read(room))
    assert need.wrong.startswith("12 files vanished")
    assert "`feedsvc items confirm-removals`" in need.remedy
    with room.service.store.write() as tx:
        sources.put_state(tx.connection, replace(known, error="it is not there", failures=1))
    assert wrongs(room) == ["The items folder cannot be read: it is not there."]


def test_errors_in_items_need_a_person_and_warnings_do_not(room: Desk) -> None:
    register_worker(room.service.queue)
    with room.service.store.write() as tx:
        odd = Problem("items", "odd.md", "W201", "it is odd", severity="warning")
        sources.put_problems(tx.connection, "items", "odd.md", [odd])
    assert wrongs(room) == []
    with room.service.store.write() as tx:
        bad = Problem("items", "bad.md", "E101", "it is broken")
        sources.put_problems(tx.connection, "items", "bad.md", [bad])
        sources.put_problems(tx.connection, "feeds", "/feeds/all", [Problem("feeds", "", "E301", "left out")])
    in_folder, in_feed = wrongs(room)
    assert in_folder.startswith("An error in the items folder")
    assert in_feed.startswith("An item is left out of a feed")
    content = read(room).content
    assert content is not None
    assert (content.errors, content.warnings, content.left_out) == (1, 1, 1)


def test_tables_of_another_version_are_told_and_nothing_else_is_asked(room: Desk) -> None:
    with room.service.store.write() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        tx.connection.execute(text("DROP TABLE source_problem"))
    found = read(room)
    assert found.database.answers
    assert "newer feedsvc (revision 9999" in found.database.problem
    assert (found.work, found.jobs, found.content) == (None, None, None)
    (need,) = status.needs(found)
    assert "newer feedsvc" in need.wrong
    assert need.remedy.startswith("Install that version")


def test_a_database_that_does_not_answer_is_told(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object) -> object:
        raise StoreError("the disk reports an error")

    monkeypatch.setattr(type(room.service.store), "read", fail)
    found = read(room)
    assert found.database.kind == room.service.store.dialect
    assert not found.database.answers
    (need,) = status.needs(found)
    assert need.wrong == "The database cannot be used: the disk reports an error."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (1.9, "1 second"),
        (2, "2 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
        (172_799, "47 hours"),
        (172_800, "2 days"),
        (86_400 * 400, "400 days"),
    ],
)
def test_durations_are_said_in_units_of_which_there_are_two(seconds: float, words: str) -> None:
    assert status.spoken(timedelta(seconds=seconds)) == words
