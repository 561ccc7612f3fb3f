"""Processes that are paused: another takes their role, and they do not act when they go on."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from feedsvc.store import Store, items
from tests import postgres
from tests.cluster import Member, cluster
from tests.serving import eventually, item
from tests.upstream_server import EvilServer, evil_upstream

IN_CI = bool(os.environ.get("CI"))
PAUSE = 60.0

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def upstream() -> Iterator[EvilServer]:
    with evil_upstream() as server:
        yield server


def reader_of_the_folder(url: str, workers: list[Member]) -> Member:
    """Return the worker that has the role: the one whose connection holds the lock."""
    query = """
        SELECT client_port FROM pg_stat_activity WHERE pid IN (
            SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted)"""
    with psycopg.connect(url) as connection:
        ports = {row[0] for row in connection.execute(query)}
    return next(worker for worker in workers if ports & open_ports(worker.process.pid))


def open_ports(pid: int) -> set[int]:
    """Return the local ports of a process's connections."""
    inodes = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        name = str(file.readlink())
        if name.startswith("socket:"):
            inodes.add(name.removeprefix("socket:[").rstrip("]"))
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[9] in inodes}


@pytest.mark.skipif(
    not IN_CI, reason="takes a minute and a half; tests/store/test_role.py has the short of it"
)
def test_a_paused_reader_of_the_folder_is_replaced_and_does_not_act_when_it_goes_on(
    tmp_path: Path, postgresql: postgres.Server
) -> None:
    url = postgresql.database()
    with cluster(tmp_path, url, webs=1, workers=2) as three:
        (web,) = three.webs

        def save(title: str) -> float:
            (tmp_path / "items" / "a.md").write_text(item(title))
            return time.monotonic()

        def shows(title: str) -> bool:
            return title in web.get("/feeds/all.json").text

        save("Version one")
        eventually(lambda: shows("Version one"), 20, "it is live")
        leader = reader_of_the_folder(url, three.workers)
        leader.process.send_signal(signal.SIGSTOP)
        begun = save("Version two")
        try:
            eventually(lambda: shows("Version two"), 45, "the other worker reads the folder")
            took = time.monotonic() - begun
            save("Version three")
            eventually(lambda: shows("Version three"), 20, "and goes on")
            time.sleep(max(0.0, PAUSE - (time.monotonic() - begun)))
        finally:
            leader.process.send_signal(signal.SIGCONT)
        save("Version four")
        eventually(lambda: shows("Version four"), 20, "and still does")
        assert reader_of_the_folder(url, three.workers) is not leader
        time.sleep(2)
        entries = json.loads(web.get("/feeds/all.json").body)["items"]
        assert [entry["title"] for entry in entries] == ["Version four"]
    assert took < 30
    log = (tmp_path / "cluster.log").read_text()
    changes = Counter(word for word in log.split() if word in ("new=1", "changed=1"))
    assert changes == {"new=1": 1, "changed=1": 3}
    postgresql.drop(url)


SLOW = """
[sources.agency]
url = "{url}"
every = "30m"
[limits]
allow_networks = ["127.0.0.0/8"]
"""


def test_a_worker_that_is_paused_at_a_job_does_not_do_it_a_second_time(
    tmp_path: Path, postgresql: postgres.Server, upstream: EvilServer
) -> None:
    url = postgresql.database()
    config = SLOW.format(url=f"{upstream.url}/once_slow")
    with cluster(tmp_path, url, webs=1, workers=1, text=config) as two:
        (first,) = two.workers
        eventually(lambda: bool(upstream.asked), 20, "the source is asked")
        first.process.send_signal(signal.SIGSTOP)
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                # As if it had been paused for longer than anybody waits.
                late = (
                    "update procrastinate_workers set last_heartbeat = last_heartbeat - interval '1 minute'"
                )
                connection.execute(late)
            two.add_worker()
            eventually(
                lambda: "Ferry returns" in two.webs[0].get("/feeds/all.json").text, 60, "another does it"
            )
            before = state(url)
        finally:
            first.process.send_signal(signal.SIGCONT)
        eventually(lambda: "overtaken" in (tmp_path / "cluster.log").read_text(), 60, "it learns of that")
        time.sleep(1)
        assert state(url) == before
        assert len(upstream.asked) == 2
    postgresql.drop(url)


def state(url: str) -> tuple[object, ...]:
    """Return what is known of the source, its schedule and its items."""
    store = Store(url, clock=lambda: datetime.now(UTC))
    with store.read() as c:
        known = items.known(c, "agency")
        asked = c.exec_driver_sql(
            "SELECT last_try, failures, error, next_at FROM source WHERE key = 'agency'"
        )
        due = c.exec_driver_sql("SELECT next_at FROM schedule WHERE name = 'source:agency'")
        found = (known, tuple(asked.one()), tuple(due.one()))
    store.close()
    return found
