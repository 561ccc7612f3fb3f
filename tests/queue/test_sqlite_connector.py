"""What is SQLite's own in the queue: the gate, the waking, and what happens when it fails."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing

import pytest
from procrastinate import sql
from procrastinate.exceptions import ConnectorException

from feedsvc.errors import ConfigError, StoreError
from feedsvc.queue import open_queue
from feedsvc.queue.known import KNOWN, check_queries
from feedsvc.queue.statements import NAMED
from tests.queue.conftest import Home
from tests.queue.worker import work_off, working


def test_every_known_query_has_an_answer() -> None:
    assert set(NAMED) | {"listen_queue"} == KNOWN


def test_a_procrastinate_with_other_queries_is_refused_by_name() -> None:
    check_queries()
    with pytest.raises(ConfigError, match=r"\+brand_new, -fetch_job"):
        check_queries({*sql.queries, "brand_new"} - {"fetch_job"})


def test_an_unknown_query_is_an_error_not_a_guess(sqlite_home: Home) -> None:
    with pytest.raises(ConnectorException, match="no answer"):
        sqlite_home.queue.app.connector.execute_query("SELECT 1")


@pytest.mark.parametrize("url", ["mysql://host/name", "feedsvc.db"])
def test_an_unknown_database_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="sqlite:///path"):
        open_queue(url, None)


def test_sqlite_without_a_gate_is_refused() -> None:
    with pytest.raises(ValueError, match="gate"):
        open_queue("sqlite:///x.db", None)


def test_a_database_that_is_not_there_is_not_created(sqlite_home: Home) -> None:
    assert sqlite_home.gate
    path = sqlite_home.gate.path.with_name("missing.db")
    queue = open_queue(f"sqlite:///{path}", sqlite_home.gate)
    with pytest.raises(StoreError, match="unable to open"):
        queue.counts()
    assert not path.exists()


def test_enqueueing_outside_a_transaction_is_refused(sqlite_home: Home) -> None:
    assert sqlite_home.gate
    with (
        closing(sqlite3.connect(sqlite_home.gate.path)) as connection,
        pytest.raises(ValueError, match="begin"),
    ):
        sqlite_home.queue.defer(connection, "note")


def test_the_database_keeps_arguments_that_are_no_json_object_out(sqlite_home: Home) -> None:
    """They would stop every worker that reads them."""
    insert = """
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, changed_at)
        VALUES ('default', 'note', 0, ?, 0)"""
    for args in ("{", "[1]", "null", ""):
        with pytest.raises(sqlite3.IntegrityError), sqlite_home.transaction() as connection:
            assert isinstance(connection, sqlite3.Connection)
            connection.execute(insert, (args,))


def test_an_idle_worker_does_not_take_the_write_lock(sqlite_home: Home) -> None:
    gate = sqlite_home.gate
    assert gate

    async def idle() -> int:
        async with working(sqlite_home.queue):
            await asyncio.sleep(0.5)
            before = gate.passed
            await asyncio.sleep(3)
            return gate.passed - before

    assert asyncio.run(idle()) == 0


def test_an_idle_worker_costs_next_to_nothing(sqlite_home: Home) -> None:
    async def idle() -> float:
        async with working(sqlite_home.queue):
            await asyncio.sleep(0.5)
            before = time.process_time()
            await asyncio.sleep(3)
            return (time.process_time() - before) / 3

    # Measured: 0.4 %; the bound leaves room for a slow machine.
    assert asyncio.run(idle()) < 0.03


def test_a_worker_that_cannot_write_how_a_job_ended_stops_and_the_job_runs_again(sqlite_home: Home) -> None:
    gate, runs = sqlite_home.gate, []
    assert gate

    @sqlite_home.queue.app.task(name="breaks the disk")
    def breaks() -> None:
        runs.append(1)
        gate.broken = len(runs) == 1

    async def story() -> None:
        worker = asyncio.create_task(
            sqlite_home.queue.run_worker(concurrency=1, install_signal_handlers=False)
        )
        while not gate.broken:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        gate.broken = False
        await asyncio.wait_for(worker, 20)

    sqlite_home.defer("breaks the disk", lock="held")
    with pytest.raises(StoreError, match="disk I/O error"):
        asyncio.run(story())
    assert sqlite_home.queue.requeue_orphans() == 1
    work_off(sqlite_home.queue)
    assert len(runs) == 2
    assert set(sqlite_home.queue.counts().values()) == {0}
