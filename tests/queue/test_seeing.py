"""What the queue tells of itself, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feedsvc.service import Service
from tests.desk import desk
from tests.elapsed import defer, fail_job, pass_time, register_worker
from tests.queue.worker import work_off

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    with desk(tmp_path, url=database_url) as opened:
        yield opened.service


def test_an_idle_queue_has_no_worker_and_nothing_due(service: Service) -> None:
    assert service.queue.heartbeats() == []
    assert service.queue.oldest_due() is None


def test_the_worker_heard_of_last_comes_first(service: Service) -> None:
    register_worker(service.queue)
    pass_time(service, 5 * MINUTE)
    register_worker(service.queue)
    pass_time(service, MINUTE)
    late, dead = service.queue.heartbeats()
    assert MINUTE <= late.silent < MINUTE + 10 * SECOND
    assert 6 * MINUTE <= dead.silent < 6 * MINUTE + 10 * SECOND
    assert late.worker != dead.worker


def test_a_worker_that_says_goodbye_is_forgotten(service: Service) -> None:
    @service.queue.app.task(name="note")
    def note() -> None:
        pass

    defer(service, "note")
    work_off(service.queue)
    assert service.queue.heartbeats() == []
    assert service.queue.oldest_due() is None


def test_the_job_that_waits_longest_is_told_with_its_delay(service: Service) -> None:
    defer(service, "first")
    pass_time(service, 2 * MINUTE)
    defer(service, "second")
    due = service.queue.oldest_due()
    assert due is not None
    assert due.task == "first"
    assert 2 * MINUTE <= due.late < 2 * MINUTE + 10 * SECOND


def test_a_job_that_is_tried_again_waits_from_then_on(service: Service) -> None:
    fail_job(service, "note")
    pass_time(service, 60 * MINUTE)
    (failed,) = service.queue.failed()
    service.queue.retry(failed.id)
    due = service.queue.oldest_due()
    assert due is not None
    assert (due.id, due.task) == (failed.id, "note")
    assert due.late < MINUTE


def test_what_failed_or_waits_for_its_time_is_not_due(service: Service) -> None:
    fail_job(service, "note")

    async def story() -> None:
        async with service.queue.app.open_async():
            await service.queue.app.configure_task("later", schedule_in={"minutes": 5}).defer_async()

    asyncio.run(story())
    assert service.queue.oldest_due() is None
    pass_time(service, 6 * MINUTE)
    due = service.queue.oldest_due()
    assert due is not None
    assert due.task == "later"
    assert MINUTE <= due.late < 2 * MINUTE
