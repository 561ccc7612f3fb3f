"""Workers that are killed or paused at their work: another takes it over, and it is done once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg

from feedsvc.queue import Queue, open_queue
from feedsvc.store import Store
from tests import postgres
from tests.serving import ROOT, eventually

WORKER = """
import asyncio, sys, time
from feedsvc.queue import open_queue
queue = open_queue(sys.argv[1], None)
@queue.app.task(name="nap")
def nap():
    print("begun", flush=True)
    time.sleep(600)
asyncio.run(queue.run_worker(concurrency=1))
"""


@contextmanager
def napping(url: str) -> Iterator[tuple[Queue, subprocess.Popen[bytes]]]:
    """Yield a queue, and a worker that is at a job which does not end."""
    store, queue = Store(url, clock=lambda: datetime.now(UTC)), open_queue(url, None)
    queue.apply_schema()
    with store.write() as tx:
        queue.defer(tx.raw, "nap", queueing_lock="nap", lock="nap")
    command = [sys.executable, "-c", WORKER, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == b"begun\n"
            yield queue, process
        finally:
            process.kill()
            queue.close()
            store.close()


def test_a_job_of_a_killed_worker_is_free_within_seconds(postgresql: postgres.Server) -> None:
    url = postgresql.database()
    with napping(url) as (queue, process):
        # Its last heartbeat is older than a killed one's may be: it is its presence that counts.
        time.sleep(4)
        assert queue.requeue_orphans() == 0
        process.kill()
        process.wait()
        took = eventually(lambda: queue.requeue_orphans() == 1, 20, "its job is back in line")
    assert took < 10
    postgresql.drop(url)


def test_a_job_of_a_worker_that_is_paused_for_long_is_free_too(postgresql: postgres.Server) -> None:
    url = postgresql.database()
    with napping(url) as (queue, process):
        os.kill(process.pid, signal.SIGSTOP)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("update procrastinate_workers set last_heartbeat = now() - interval '31 s'")
        assert queue.requeue_orphans() == 1
    postgresql.drop(url)
