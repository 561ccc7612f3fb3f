"""What the queue promises, on every database that it runs on."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

import pytest
from procrastinate import JobContext, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, NoResult
from procrastinate.jobs import Job, Status

from feedsvc.errors import Conflict, NotFound, StoreError
from feedsvc.queue import Queue
from tests.queue.conftest import Home
from tests.queue.worker import eventually, work_off, work_until, working


class Diary:
    """A task that writes down what it was called with, and when."""

    def __init__(self, queue: Queue, name: str = "note", **options: object) -> None:
        self.calls: list[object] = []
        self.times: list[float] = []
        queue.app.task(name=name, **options)(self.note)

    def note(self, word: object = None) -> None:
        self.calls.append(word)
        self.times.append(time.monotonic())


def crash_while_running(queue: Queue) -> None:
    """Take one job as a worker that is killed before it can say how it ended."""

    async def take_and_die() -> None:
        async with queue.app.open_async():
            jobs = queue.app.job_manager
            worker = await jobs.register_worker()
            assert await jobs.fetch_job(queues=None, worker_id=worker)
            await jobs.unregister_worker(worker)

    asyncio.run(take_and_die())


# Enqueueing


def test_a_job_runs_with_the_arguments_it_was_given(home: Home) -> None:
    diary = Diary(home.queue)
    arguments = {"list": [1, 2.5, None, True], "text": "größer “so” 新聞 <&>'\"%s :x {}"}
    home.defer("note", word=arguments)
    work_off(home.queue)
    assert diary.calls == [arguments]


def test_a_transaction_that_rolls_back_leaves_no_job(home: Home) -> None:
    with pytest.raises(RuntimeError, match="changed my mind"), home.transaction() as connection:
        home.queue.defer(connection, "note")
        raise RuntimeError("changed my mind")
    assert home.queue.counts()["todo"] == 0
    assert home.queue.idle()


def test_a_job_does_not_start_before_its_transaction_commits(home: Home) -> None:
    diary = Diary(home.queue)

    async def story() -> None:
        async with working(home.queue):
            with home.transaction() as connection:
                home.queue.defer(connection, "note")
                await asyncio.sleep(0.3)
                assert diary.calls == []
            await eventually(lambda: len(diary.calls) == 1)

    asyncio.run(story())


def test_several_jobs_of_one_transaction_all_run(home: Home) -> None:
    diary = Diary(home.queue)
    with home.transaction() as connection:
        for number in range(20):
            home.queue.defer(connection, "note", word=number)
    work_off(home.queue)
    assert sorted(map(str, diary.calls)) == sorted(map(str, range(20)))


def test_many_jobs_are_enqueued_at_once_each_under_its_own_locks(home: Home) -> None:
    diary = Diary(home.queue)
    home.queue.app.open()
    home.queue.app.configure_task("note", queueing_lock="b", schedule_in={"hours": 1}).defer(word="first")
    home.queue.app.close()
    with home.transaction() as connection:
        home.queue.defer_all(connection, "note", {lock: {"word": lock} for lock in "abc"})
        home.queue.defer_all(connection, "note", {"c": {"word": "again"}})
        home.queue.defer_all(connection, "note", {})
    assert home.queue.counts()["todo"] == 3
    work_off(home.queue)
    assert sorted(map(str, diary.calls)) == ["a", "c", "first"]


def test_many_jobs_roll_back_together(home: Home) -> None:
    with pytest.raises(RuntimeError, match="changed my mind"), home.transaction() as connection:
        home.queue.defer_all(connection, "note", {"a": {}, "b": {}})
        raise RuntimeError("changed my mind")
    assert home.queue.counts()["todo"] == 0


def test_a_connection_of_another_kind_is_refused(home: Home) -> None:
    with pytest.raises(TypeError, match="Connection"):
        home.queue.defer(object(), "note")


def test_a_burst_with_one_queueing_lock_is_one_run(home: Home) -> None:
    diary = Diary(home.queue)
    for _ in range(5):
        home.defer("note", queueing_lock="all")
    with home.transaction() as connection:
        home.queue.defer(connection, "note", queueing_lock="all")
        home.queue.defer(connection, "note", queueing_lock="all")
        home.queue.defer(connection, "note", queueing_lock="other")
    assert home.queue.counts()["todo"] == 2
    work_off(home.queue)
    assert len(diary.calls) == 2


def test_a_job_that_runs_does_not_absorb_what_is_enqueued_meanwhile(home: Home) -> None:
    started, go = threading.Event(), threading.Event()
    runs = []

    @home.queue.app.task(name="slow")
    def slow() -> None:
        runs.append(1)
        started.set()
        go.wait(10)

    async def story() -> None:
        home.defer("slow", queueing_lock="slow", lock="slow")
        async with working(home.queue):
            await eventually(started.is_set)
            home.defer("slow", queueing_lock="slow", lock="slow")
            go.set()
            await eventually(lambda: len(runs) == 2)

    asyncio.run(story())


def test_enqueueing_again_pulls_a_waiting_job_forward(home: Home) -> None:
    diary = Diary(home.queue)
    home.queue.app.open()
    home.queue.app.configure_task("note", queueing_lock="q", schedule_in={"hours": 1}).defer(word="first")
    home.queue.app.close()
    assert home.queue.idle()
    home.defer("note", queueing_lock="q", word="second")
    assert home.queue.counts()["todo"] == 1
    work_off(home.queue)
    assert diary.calls == ["first"]


def test_pulling_forward_is_undone_with_its_transaction(home: Home) -> None:
    home.queue.app.open()
    home.queue.app.configure_task("note", queueing_lock="q", schedule_in={"hours": 1}).defer()
    home.queue.app.close()
    with pytest.raises(RuntimeError), home.transaction() as connection:
        home.queue.defer(connection, "note", queueing_lock="q")
        raise RuntimeError
    assert home.queue.idle()


def test_an_absorbed_job_does_not_start_before_the_transaction_that_asked_again_commits(home: Home) -> None:
    diary = Diary(home.queue)
    home.defer("note", queueing_lock="q")

    async def story() -> float:
        with home.transaction() as connection:
            home.queue.defer(connection, "note", queueing_lock="q")
            worker = asyncio.create_task(home.queue.run_worker(concurrency=1, install_signal_handlers=False))
            await asyncio.sleep(0.5)
            assert diary.calls == []
        committed = time.monotonic()
        await eventually(lambda: len(diary.calls) == 1)
        worker.cancel()
        await asyncio.wait({worker})
        return diary.times[0] - committed

    assert asyncio.run(story()) < 0.9


# Order


def test_jobs_of_one_lock_run_one_at_a_time_and_in_order(home: Home) -> None:
    order: dict[str, list[int]] = {"a": [], "b": []}
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()

    @home.queue.app.task(name="step")
    def step(key: str, number: int) -> None:
        running[key] += 1
        most[key] = max(most[key], running[key])
        order[key].append(number)
        time.sleep(0.01)
        running[key] -= 1

    for number in range(10):
        for key in order:
            home.defer("step", lock=key, key=key, number=number)
    work_off(home.queue)
    assert order == {"a": list(range(10)), "b": list(range(10))}
    assert most == {"a": 1, "b": 1}


def test_jobs_without_a_lock_run_side_by_side(home: Home) -> None:
    together = threading.Barrier(3, timeout=20)
    home.queue.app.task(name="meet")(lambda: together.wait() and None)
    for _ in range(3):
        home.defer("meet")
    work_off(home.queue, concurrency=3)
    assert home.queue.counts()["failed"] == 0


def test_higher_priorities_run_first(home: Home) -> None:
    diary = Diary(home.queue)
    for priority in (0, 5, -5, 10):
        home.defer("note", priority=priority, word=priority)
    work_off(home.queue, concurrency=1)
    assert diary.calls == [10, 5, 0, -5]


# Time


def test_a_scheduled_job_waits_for_its_time(home: Home) -> None:
    diary = Diary(home.queue)
    home.queue.app.open()
    before = time.monotonic()
    home.queue.app.configure_task("note", schedule_in={"milliseconds": 800}).defer()
    home.queue.app.close()
    asyncio.run(work_until(home.queue, lambda: bool(diary.calls)))
    assert 0.8 <= diary.times[0] - before < 10


def test_a_job_that_fails_is_tried_again_after_its_wait_and_then_given_up(home: Home) -> None:
    times = []

    @home.queue.app.task(name="flaky", retry=RetryStrategy(max_attempts=2, wait=1))
    def flaky() -> None:
        times.append(time.monotonic())
        raise ValueError("no luck")

    home.defer("flaky", lock="flaky", queueing_lock="flaky")
    asyncio.run(work_until(home.queue, lambda: home.queue.counts()["failed"] == 1))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(times) == 3
    assert all(1 <= gap < 8 for gap in gaps)
    assert home.queue.failed()[0].attempts == 3


def test_a_waiting_worker_starts_a_job_at_once(
    home: Home, record_property: Callable[[str, object], None]
) -> None:
    diary = Diary(home.queue)

    async def story() -> list[float]:
        waits = []
        async with working(home.queue):
            await asyncio.sleep(0.3)
            for number in range(10):
                before = time.monotonic()
                home.defer("note", word=number)
                await eventually(lambda: len(diary.times) > number)  # noqa: B023 - awaited before it changes
                waits.append(diary.times[-1] - before)
        return waits

    waits = asyncio.run(story())
    record_property("wake_up_ms", round(1000 * median(waits)))
    # Without a wake-up it would look each second: no job may have waited for that.
    assert max(waits) < 0.9


def test_a_periodic_job_is_enqueued_once_for_each_moment(home: Home) -> None:
    def job(timestamp: int) -> Job:
        arguments = {"timestamp": timestamp}
        return Job(queue="default", lock=None, queueing_lock=None, task_name="tick", task_kwargs=arguments)

    async def story() -> list[bool]:
        async with home.queue.app.open_async():
            jobs = home.queue.app.job_manager
            return [
                await jobs.defer_periodic_job(job=job(at), periodic_id="", defer_timestamp=at) is not None
                for at in (100, 100, 100, 200, 200)
            ]

    assert asyncio.run(story()) == [True, False, False, True, False]


# Endings


def test_a_job_that_succeeds_is_not_kept(home: Home) -> None:
    Diary(home.queue)
    home.defer("note")
    work_off(home.queue)
    assert set(home.queue.counts().values()) == {0}


def test_a_job_that_fails_is_a_dead_letter_that_can_be_tried_again(home: Home) -> None:
    broken = [True]
    seen = []

    @home.queue.app.task(name="fragile")
    def fragile(item: int) -> None:
        if broken:
            raise ValueError("broken")
        seen.append(item)

    home.defer("fragile", item=7)
    asyncio.run(work_until(home.queue, lambda: home.queue.counts()["failed"] == 1))
    [dead] = home.queue.failed()
    assert (dead.task, dead.args, dead.attempts) == ("fragile", {"item": 7}, 1)
    assert abs(dead.at - datetime.now(UTC)) < timedelta(minutes=1)

    broken.clear()
    home.queue.retry(dead.id)
    work_off(home.queue)
    assert seen == [7]
    assert home.queue.failed() == []


def test_dead_letters_come_latest_first_and_limited(home: Home) -> None:
    for number in range(3):
        home.defer("nobody knows me", number=number)
        asyncio.run(work_until(home.queue, lambda: home.queue.counts()["failed"] > number))  # noqa: B023
    assert [dead.args["number"] for dead in home.queue.failed(limit=2)] == [2, 1]


def test_only_a_dead_letter_can_be_tried_again(home: Home) -> None:
    with pytest.raises(NotFound):
        home.queue.retry(12345)
    home.defer("note")
    [waiting] = home.queue.app.open().job_manager.list_jobs()
    home.queue.app.close()
    assert waiting.id
    with pytest.raises(Conflict, match="todo"):
        home.queue.retry(waiting.id)


def test_a_dead_letter_whose_work_already_waits_is_not_needed(home: Home) -> None:
    home.defer("unknown", queueing_lock="q")
    asyncio.run(work_until(home.queue, lambda: home.queue.counts()["failed"] == 1))
    home.defer("unknown", queueing_lock="q")
    with pytest.raises(Conflict, match="another"):
        home.queue.retry(home.queue.failed()[0].id)


@pytest.mark.parametrize("poison", [{"unexpected": 1}, {"word": 1, "more": [2]}])
def test_a_job_with_arguments_its_task_does_not_take_fails_alone(
    home: Home, poison: dict[str, object]
) -> None:
    diary = Diary(home.queue)
    home.defer("note", lock="one", **poison)
    home.defer("unknown task", lock="one")
    home.defer("note", lock="one", word="good")
    asyncio.run(work_until(home.queue, lambda: diary.calls == ["good"]))
    assert home.queue.counts()["failed"] == 2


def test_a_job_that_fails_while_its_twin_waits_leaves_the_work_to_the_twin(home: Home) -> None:
    runs = []

    @home.queue.app.task(name="flaky", retry=RetryStrategy(max_attempts=5, wait=60))
    def flaky() -> None:
        runs.append(1)
        if len(runs) == 1:
            home.defer("flaky", lock="flaky", queueing_lock="flaky")
            raise ValueError("only the first time")

    home.defer("flaky", lock="flaky", queueing_lock="flaky")
    asyncio.run(work_until(home.queue, lambda: len(runs) == 2 and home.queue.idle()))
    assert set(home.queue.counts().values()) == {0}


def test_a_cancelled_job_does_not_run(home: Home) -> None:
    diary = Diary(home.queue)
    home.defer("note", word="cancelled")
    jobs = home.queue.app.open().job_manager
    [waiting] = jobs.list_jobs()
    assert waiting.id
    assert jobs.cancel_job_by_id(waiting.id)
    assert not jobs.cancel_job_by_id(waiting.id)
    assert jobs.get_job_status(waiting.id) is Status.CANCELLED
    home.queue.app.close()
    home.defer("note", word="kept")
    work_off(home.queue)
    assert diary.calls == ["kept"]


def test_a_cancelled_job_can_be_removed_at_once(home: Home) -> None:
    home.defer("note")
    jobs = home.queue.app.open().job_manager
    [waiting] = jobs.list_jobs()
    assert waiting.id
    assert jobs.cancel_job_by_id(waiting.id, delete_job=True)
    with pytest.raises(NoResult):
        jobs.get_job_status(waiting.id)
    home.queue.app.close()


def test_a_running_coroutine_is_aborted_soon(home: Home) -> None:
    ids: list[int] = []

    @home.queue.app.task(name="long", pass_context=True)
    async def long(context: JobContext) -> None:
        ids.append(context.job.id or 0)
        await asyncio.sleep(60)

    async def story() -> float:
        home.defer("long")
        async with working(home.queue):
            await eventually(lambda: bool(ids))
            before = time.monotonic()
            assert await home.queue.app.job_manager.cancel_job_by_id_async(ids[0], abort=True)
            await eventually(lambda: home.queue.counts()["aborted"] == 1)
            return time.monotonic() - before

    assert asyncio.run(story()) < 4


# Accidents


def test_a_job_whose_worker_was_killed_runs_again(home: Home) -> None:
    diary = Diary(home.queue)
    home.defer("note", lock="k", queueing_lock="k")
    crash_while_running(home.queue)
    assert home.queue.counts()["doing"] == 1
    assert not home.queue.idle()
    assert home.queue.requeue_orphans() == 1
    assert home.queue.requeue_orphans() == 0
    work_off(home.queue)
    assert len(diary.calls) == 1


def test_orphans_whose_work_waits_again_are_not_doubled(home: Home) -> None:
    diary = Diary(home.queue)
    for _ in range(2):
        home.defer("note", queueing_lock="q")
        crash_while_running(home.queue)
    home.defer("note", queueing_lock="other")
    crash_while_running(home.queue)
    home.defer("note", queueing_lock="other")
    assert home.queue.requeue_orphans() == 1
    assert home.queue.counts()["todo"] == 2
    work_off(home.queue)
    assert len(diary.calls) == 2


def test_a_job_that_keeps_killing_its_worker_is_set_aside(home: Home) -> None:
    home.defer("killer")
    for _ in range(10):
        crash_while_running(home.queue)
        home.queue.requeue_orphans()
    assert [dead.task for dead in home.queue.failed()] == ["killer"]
    assert home.queue.idle()


def test_jobs_of_a_worker_without_heartbeat_are_stalled(home: Home) -> None:
    home.defer("note")
    crash_while_running(home.queue)

    async def stalled() -> list[str]:
        async with home.queue.app.open_async():
            return [job.task_name for job in await home.queue.app.job_manager.get_stalled_jobs()]

    assert asyncio.run(stalled()) == ["note"]


def test_two_who_enqueue_at_once_write_one_job(home: Home) -> None:
    Diary(home.queue)
    ready = threading.Barrier(6, timeout=20)

    def enqueue() -> None:
        ready.wait()
        for _ in range(5):
            home.defer("note", queueing_lock="same")

    threads = [threading.Thread(target=enqueue) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert home.queue.counts()["todo"] == 1


# Housekeeping


def test_the_schema_can_be_applied_again(home: Home) -> None:
    home.defer("note")
    home.queue.apply_schema()
    assert home.queue.counts()["todo"] == 1
    assert home.queue.app.open().check_connection()
    home.queue.app.close()


def test_jobs_are_listed_and_counted_by_queue_task_and_lock(home: Home) -> None:
    home.defer("note", lock="a")
    home.defer("note", lock="a")
    home.defer("other", lock="b")
    jobs = home.queue.app.open().job_manager
    assert [(row["name"], row["jobs_count"], row["todo"]) for row in jobs.list_queues()] == [
        ("default", 3, 3)
    ]
    assert [(row["name"], row["todo"]) for row in jobs.list_tasks()] == [("note", 2), ("other", 1)]
    assert [(row["name"], row["todo"]) for row in jobs.list_locks(task="other")] == [("b", 1)]
    assert [job.task_name for job in jobs.list_jobs(lock="a", status="todo")] == ["note", "note"]
    home.queue.app.close()


def test_old_dead_letters_are_swept_and_young_ones_stay(home: Home) -> None:
    home.defer("unknown")
    asyncio.run(work_until(home.queue, lambda: home.queue.counts()["failed"] == 1))

    async def sweep(hours: int) -> None:
        async with home.queue.app.open_async():
            await home.queue.app.job_manager.delete_old_jobs(nb_hours=hours, include_failed=True)

    asyncio.run(sweep(1))
    assert home.queue.counts()["failed"] == 1
    time.sleep(0.01)
    asyncio.run(sweep(0))
    assert home.queue.counts()["failed"] == 0


def test_procrastinates_own_way_of_deferring_says_that_a_job_waits_already(home: Home) -> None:
    app = home.queue.app.open()
    app.configure_task("note", queueing_lock="q").defer()
    with pytest.raises(AlreadyEnqueued):
        app.configure_task("note", queueing_lock="q").defer()
    app.close()


def test_a_worker_without_work_returns_if_it_is_not_to_wait(home: Home) -> None:
    diary = Diary(home.queue)
    home.defer("note")
    asyncio.run(home.queue.run_worker(concurrency=1, wait=False, install_signal_handlers=False))
    assert len(diary.calls) == 1


def test_arguments_that_are_not_json_are_refused(home: Home) -> None:
    with pytest.raises((TypeError, ValueError, StoreError)), home.transaction() as connection:
        home.queue.defer(connection, "note", word=object())
    assert home.queue.counts()["todo"] == 0
