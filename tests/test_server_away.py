"""A PostgreSQL that restarts, crashes or stays away: what was published is served, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from feedsvc.errors import StoreError
from feedsvc.store import Store, meta
from tests import postgres
from tests.cluster import Cluster, Member, cluster
from tests.desk import NOON
from tests.serving import eventually, item

PATIENCE = 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL of these tests' own, which keeps what it says it has: it is crashed."""
    with tempfile.TemporaryDirectory(prefix="feedsvc-postgresql-") as folder:
        made = postgres.make(Path(folder) / "server")
        made.start()
        yield made
        made.stop()


@contextmanager
def stopped(server: postgres.Server, mode: str) -> Iterator[None]:
    server.stop(mode)
    try:
        yield
    finally:
        server.start()


def titles(member: Member) -> set[str]:
    try:
        feed = json.loads(member.get("/feeds/all.json").body)
    except (OSError, ValueError):
        return set()
    return {entry["title"] for entry in feed["items"]}


def write(room: Cluster, name: str) -> None:
    (room.folder / "items" / f"{name}.md").write_text(item(name, date="2026-11-20"), encoding="utf-8")


class Readers:
    """Readers who fetch a feed again and again, and note what they were not given."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._read) for _ in range(2)]
        self.answers: list[int] = []
        self.failures: list[str] = []

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        while not self._over.wait(0.02):
            try:
                status = self._member.get("/feeds/all.rss").status
            except OSError as error:
                self.failures.append(str(error))
            else:
                self.answers.append(status)


def test_a_worker_ends_soon_although_its_database_is_away(server: postgres.Server, tmp_path: Path) -> None:
    url = server.database()
    with cluster(tmp_path, url, webs=0, workers=1) as room:
        (worker,) = room.workers
        eventually(lambda: heartbeats(url) == 1, PATIENCE, "the worker works")
        with stopped(server, "fast"):
            time.sleep(1)
            assert seconds_to_end(worker) < 11


def test_a_worker_ends_soon_although_its_database_hangs(server: postgres.Server, tmp_path: Path) -> None:
    url = server.database()
    with cluster(tmp_path, url, webs=0, workers=1) as room:
        (worker,) = room.workers
        eventually(lambda: heartbeats(url) == 1, PATIENCE, "the worker works")
        with frozen(server):
            time.sleep(1)
            assert seconds_to_end(worker) < 11


def seconds_to_end(member: Member) -> float:
    begun = time.monotonic()
    member.process.send_signal(signal.SIGTERM)
    member.process.wait(60)
    return time.monotonic() - begun


class Writer:
    """Somebody who writes facts one by one, and notes each that the database has taken."""

    def __init__(self, url: str) -> None:
        self._store = Store(url, clock=lambda: NOON)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self.taken: list[str] = []
        self.refused = 0

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._store.close()

    def lost(self) -> list[str]:
        with closing(self._store), self._store.read() as c:
            return [name for name in self.taken if meta.get(c, name) is None]

    def _write(self) -> None:
        number = 0
        while not self._over.wait(0.01):
            number += 1
            try:
                with self._store.write() as tx:
                    meta.put(tx.connection, f"fact {number}", "1")
            except StoreError:
                self.refused += 1
            else:
                self.taken.append(f"fact {number}")


@pytest.mark.parametrize(("mode", "seconds"), [("fast", 0), ("immediate", 8)])
def test_a_server_that_restarts_loses_nothing_and_readers_do_not_notice(
    server: postgres.Server, tmp_path: Path, mode: str, seconds: float
) -> None:
    url = server.database()
    with cluster(tmp_path, url, webs=1, workers=1) as room:
        (web,), (worker,) = room.webs, room.workers
        write(room, "Before")
        eventually(lambda: titles(web) == {"Before"}, PATIENCE, "the item is live")
        with Writer(url) as writer, Readers(web) as readers:
            eventually(lambda: len(writer.taken) > 20, PATIENCE, "facts are written")
            with stopped(server, mode):
                write(room, "Meanwhile")
                time.sleep(seconds)
            again = len(writer.taken) + 20
            eventually(lambda: len(writer.taken) > again, PATIENCE, "facts are written again")
            write(room, "After")
            expected = {"Before", "Meanwhile", "After"}
            eventually(lambda: titles(web) == expected, PATIENCE, "all items are live")
        assert writer.lost() == []
        assert (set(readers.answers), readers.failures) == ({200}, [])
        assert worker.process.poll() is None
        assert stuck(url) == 0


def stuck(url: str) -> int:
    """Return how many transactions stand open without doing anything."""
    return number(
        url,
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE state LIKE 'idle in transaction%' AND state_change < now() - interval '3 seconds'",
    )


@contextmanager
def frozen(server: postgres.Server) -> Iterator[None]:
    """Have the server stand still, as one that swaps: connections stay, and no answer comes."""
    main = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    below = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    processes = [main, *map(int, below)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            # A connection's own process ends with its client, which may have been killed meanwhile.
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def heartbeats(url: str) -> int:
    return number(url, "SELECT count(*) FROM procrastinate_workers")


def number(url: str, query: LiteralString) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
