"""A job that cannot run costs no other: it becomes a dead letter, the log says so, and the queue goes on."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise

import psycopg
import pytest
from procrastinate import RetryStrategy

from tests.queue.conftest import Home
from tests.queue.test_contract import Diary, crash_while_running
from tests.queue.worker import work_off, work_until

BAD = {"sqlite": ("{broken", "[1, 2]", "null", '"word"'), "postgresql": ("[1, 2]", "null", '"word"')}


def spoil(home: Home, arguments: str) -> None:
    """Write other arguments into every job that waits, behind the queue's back."""
    with home.transaction() as connection:
        if isinstance(connection, sqlite3.Connection):
            with closing(sqlite3.connect(home.gate.path)) as other:  # type: ignore[union-attr]  # SQLite has one
                connection.execute("COMMIT")
                other.execute("PRAGMA ignore_check_constraints = ON")
                other.execute("UPDATE procrastinate_jobs SET args = ?", (arguments,))
                other.commit()
            connection.execute("BEGIN")
        else:
            assert isinstance(connection, psycopg.Connection)
            connection.execute("UPDATE procrastinate_jobs SET args = %s::jsonb", (arguments,))


def bad_arguments(home: Home) -> tuple[str, ...]:
    return BAD["sqlite" if home.gate else "postgresql"]


def test_jobs_that_cannot_be_read_are_set_aside_and_the_queue_goes_on(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    diary = Diary(home.queue)
    for number, bad in enumerate(bad_arguments(home)):
        home.defer("note", lock="one", queueing_lock="one", priority=9)
        spoil(home, bad)
        home.defer("note", lock="one", queueing_lock="two", word=number)
        with caplog.at_level(logging.ERROR):
            asyncio.run(work_until(home.queue, lambda: len(diary.calls) == number + 1))  # noqa: B023
    assert diary.calls == list(range(len(bad_arguments(home))))
    assert caplog.text.count("arguments=unreadable") == len(bad_arguments(home))
    assert [set(dead.args) for dead in home.queue.failed()] == [{"unreadable"}] * len(bad_arguments(home))
    assert home.queue.idle()


def test_what_cannot_be_read_is_listed_retried_and_left_behind_like_any_other(home: Home) -> None:
    Diary(home.queue)
    home.defer("note")
    spoil(home, bad_arguments(home)[0])
    work_off(home.queue)
    (dead,) = home.queue.failed()
    home.queue.retry(dead.id)
    work_off(home.queue)
    assert [again.id for again in home.queue.failed()] == [dead.id]
    with home.transaction() as connection:
        home.queue.adopt(connection, home.queue.jobs())
    assert home.queue.counts()["failed"] == 1


def test_a_job_that_always_fails_is_given_up_after_its_tries(home: Home) -> None:
    tries = []

    @home.queue.app.task(name="hopeless", retry=RetryStrategy(max_attempts=3, wait=0))
    def hopeless() -> None:
        tries.append(1)
        raise ValueError("never")

    diary = Diary(home.queue)
    home.defer("hopeless", lock="one")
    home.defer("note", lock="one", word="after it")
    asyncio.run(work_until(home.queue, lambda: home.queue.counts()["failed"] == 1 and bool(diary.calls)))
    assert len(tries) == 4
    assert diary.calls == ["after it"]


def test_retries_wait_longer_each_time(home: Home) -> None:
    @home.queue.app.task(name="hopeless", retry=RetryStrategy(max_attempts=6, exponential_wait=2))
    def hopeless() -> None:
        raise ValueError("never")

    waits = []
    for tries in range(1, 5):
        home.defer("hopeless", queueing_lock="q")  # Pulls it forward, where it waits already.
        asyncio.run(work_until(home.queue, lambda: tried(home) == tries))  # noqa: B023
        (waiting,) = home.queue.jobs()
        assert waiting.scheduled_at is not None
        waits.append((waiting.scheduled_at - datetime.now(UTC)).total_seconds())
    for earlier, later in pairwise(waits):
        assert earlier < later
    assert 4 < waits[-1] < 40


def tried(home: Home) -> int:
    return max((job.attempts for job in home.queue.jobs() if job.status == "todo"), default=0)


def test_rescuers_that_come_at_once_rescue_each_job_once(home: Home) -> None:
    Diary(home.queue)
    for number in range(12):
        home.defer("note", word=number)
        crash_while_running(home.queue)
    rescued: list[int] = []
    ready = threading.Barrier(4, timeout=20)

    def rescue() -> None:
        ready.wait()
        rescued.append(home.queue.requeue_orphans())

    threads = [threading.Thread(target=rescue) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(rescued) == 12
    assert home.queue.counts()["todo"] == 12


def test_a_transaction_goes_on_after_a_job_that_was_enqueued_already(home: Home) -> None:
    home.defer("note", queueing_lock="q")
    with home.transaction() as connection:
        home.queue.defer(connection, "note", queueing_lock="q")
        home.queue.defer(connection, "other")
    assert home.queue.counts()["todo"] == 2


def test_an_adopted_queue_keeps_order_locks_and_dead_letters(home: Home) -> None:
    home.defer("dead", queueing_lock="same", word=1)
    asyncio.run(work_until(home.queue, lambda: home.queue.counts()["failed"] == 1))
    home.defer("note", queueing_lock="same", lock="l", priority=3, word=2)
    jobs = home.queue.jobs()
    with home.transaction() as connection:
        home.queue.clear(connection)
        home.queue.adopt(connection, jobs)
    assert [dead.args for dead in home.queue.failed()] == [{"word": 1}]
    (waiting,) = (job for job in home.queue.jobs() if job.status == "todo")
    assert (waiting.lock, waiting.queueing_lock, waiting.priority) == ("l", "same", 3)
