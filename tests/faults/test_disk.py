"""Disks that are full, read-only, gone or locked: what is live is served, and all goes on by itself."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from feedsvc.errors import FetchError
from feedsvc.net import Client, Limits
from tests.faults.disks import EXT4, Disk, disk
from tests.serving import FEEDS, ROOT, Tree, eventually, free_port, get, item, serving

PATIENT = 40.0
"""Seconds within which all is as it should be, however busy the machine is."""

TEXT = "The harbour board met for the third time this week and heard from the pilots. " * 5
FULL = "the disk with the database is full"
LEAKS = 1000 if os.environ.get("CI") else 200

pytestmark = pytest.mark.timeout(300)


def run(place: Path, *words: str, under: list[str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of feedsvc on the same installation."""
    command = [
        *(under or ()),
        sys.executable,
        "-m",
        "feedsvc",
        *words,
        "--config",
        str(place / "config.toml"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def readiness(tree: Tree) -> dict[str, Any]:
    """Return what /readyz says; it must be that readers may be sent here."""
    answer = tree.get("/readyz")
    assert answer.status == 200, answer.text
    told: dict[str, Any] = json.loads(answer.body)
    return told


def reads_go_on(tree: Tree, title: str) -> None:
    """Assert that all that readers ask for is answered: feeds, cold ones too, and pages."""
    assert tree.holds(title)
    for path in ("/", "/items/first", "/tags/storm", "/tags/storm.rss", "/feeds/"):
        answer = tree.get(path)
        assert (path, answer.status) == (path, 200)
        assert title in answer.text or path == "/feeds/"


def kill_and_await(tree: Tree, kind: str) -> None:
    """Kill a process and wait until another stands in its place."""
    victim = tree.children()[kind][-1]
    os.kill(victim, signal.SIGKILL)

    def is_replaced() -> bool:
        there = tree.children()[kind]
        return bool(there) and victim not in there

    eventually(is_replaced, PATIENT, f"a killed {kind} is replaced")


def logged(tree: Tree, words: str) -> int:
    return tree.log.read_text().count(words)


def first_is_live(tree: Tree) -> None:
    tree.write("first.md", item("First", TEXT, tags="storm"))
    eventually(lambda: tree.holds("First"), PATIENT, "the first item is live")


def test_a_full_disk_stops_no_reader_and_all_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with disk(tmp_path / "data") as data:
        with serving(tmp_path, under=data.under) as tree:
            full_and_empty_again(tmp_path, data, tree)
        # Where nothing is left beside its file, SQLite cannot even make what it needs to read, and calls
        # that a broken disk.
        data.fill()
        done = run(tmp_path, "items", "list", under=data.under)
        assert "second" in done.stdout if done.returncode == 0 else FULL in done.stderr


def full_and_empty_again(place: Path, data: Disk, tree: Tree) -> None:
    first_is_live(tree)
    data.fill()
    tree.write("second.md", item("Second", TEXT))
    eventually(lambda: logged(tree, FULL) > 0, PATIENT, "the log says that the disk is full")
    reads_go_on(tree, "First")
    kill_and_await(tree, "web-worker")
    kill_and_await(tree, "worker")
    eventually(lambda: logged(tree, "start status=waiting") > 0, PATIENT, "the worker waits")
    reads_go_on(tree, "First")
    told = readiness(tree)
    assert (told["degraded"], told["why"]) == (True, "the disk with the database is full: make room")
    status = run(place, "status", under=data.under)
    assert status.returncode == 1
    assert f"The disk with the database ({place}/data) is full: 0 MB are free" in status.stdout
    assert run(place, "db", "backup", str(data.place / "b.db"), under=data.under).returncode == 1
    assert not [path.name for path in data.seen.iterdir() if path.name.startswith("b.db")]
    # One line for each process that met it, not one for each try.
    assert logged(tree, "refresh source=items status=failed") <= 2
    data.empty()
    eventually(lambda: tree.holds("Second"), PATIENT, "what was saved meanwhile is live")
    eventually(lambda: not readiness(tree)["degraded"], PATIENT, "all is well again")
    files_run_out(tree, data)
    assert "Traceback" not in tree.log.read_text()


def files_run_out(tree: Tree, data: Disk) -> None:
    """Use up the files that can be made on the disk: what is there already is enough to go on."""
    data.fill_inodes()
    tree.write("third.md", item("Third", TEXT))
    eventually(lambda: tree.holds("Third"), PATIENT, "an item is live without another file")
    assert readiness(tree)["why"] == "the disk with the database is full: make room"
    data.empty()


def test_a_disk_that_turns_read_only_stops_no_reader(tmp_path: Path) -> None:
    with disk(tmp_path / "data", "32M", kind=EXT4) as data, serving(tmp_path, under=data.under) as tree:
        first_is_live(tree)
        # What the kernel does after an error of the disk, while files on it are open.
        data.mount("-o", "remount,abort")
        tree.write("second.md", item("Second", TEXT))
        eventually(lambda: logged(tree, "Read-only file system") > 0, PATIENT, "the log says so")
        reads_go_on(tree, "First")
        kill_and_await(tree, "web-worker")
        kill_and_await(tree, "worker")
        eventually(lambda: logged(tree, "start status=waiting") > 0, PATIENT, "the worker waits")
        reads_go_on(tree, "First")
        told = readiness(tree)
        assert (told["degraded"], told["why"]) == (True, "the disk with the database is read-only")
        status = run(tmp_path, "status", under=data.under)
        assert f"The disk with the database ({tmp_path}/data) is read-only" in status.stdout
        assert "Traceback" not in tree.log.read_text()


def test_no_room_for_the_log_and_for_temporary_files_stops_nothing(tmp_path: Path) -> None:
    with disk(tmp_path / "other", "1M") as other:
        log = other.seen / "serve.log"
        (tmp_path / "serve.log").symlink_to(log)
        other.fill()
        with serving(tmp_path, under=other.under, TMPDIR=str(other.place)) as tree:
            first_is_live(tree)
            assert log.stat().st_size == 0
            assert readiness(tree)["degraded"] is False
            other.empty()
            tree.write("second.md", item("Second", TEXT))
            eventually(lambda: tree.holds("Second"), PATIENT, "the second item is live")
            eventually(lambda: logged(tree, "publish documents=") > 0, PATIENT, "the log goes on")


def test_no_room_among_the_items_leaves_no_half_file(tmp_path: Path) -> None:
    with disk(tmp_path / "items", "1M") as items:
        (tmp_path / "config.toml").write_text("")
        (items.seen / "first.md").write_text(item("First"))
        items.fill()
        before = sorted(path.name for path in items.seen.iterdir())
        done = run(tmp_path, "items", "new", "Second", under=items.under)
        assert done.returncode == 1
        assert "No space left" in done.stderr
        assert "Traceback" not in done.stderr
        assert sorted(path.name for path in items.seen.iterdir()) == before


def test_a_database_that_somebody_holds_stops_no_reader(tmp_path: Path) -> None:
    with serving(tmp_path) as tree:
        first_is_live(tree)
        with closing(sqlite3.connect(tmp_path / "data" / "feedsvc.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            tree.write("second.md", item("Second", TEXT))
            crowd = [threading.Thread(target=tree.get, args=("/tags/storm.rss",)) for _ in range(16)]
            for one in crowd:
                one.start()
            begun = time.monotonic()
            for one in crowd:
                one.join()
            # Each waiting its turn for the lock would make it two minutes.
            assert time.monotonic() - begun < 2 * PATIENT / 3
            reads_go_on(tree, "First")
            eventually(lambda: logged(tree, "the database is busy") > 0, PATIENT, "the log says so")
            other.execute("COMMIT")
        eventually(lambda: tree.holds("Second"), PATIENT, "what was saved meanwhile is live")
        assert "Traceback" not in tree.log.read_text()


def test_who_begins_while_the_database_is_away_waits_for_it(tmp_path: Path) -> None:
    with serving(tmp_path) as tree:
        first_is_live(tree)
        (tmp_path / "data").rename(tmp_path / "unmounted")
        kill_and_await(tree, "worker")
        kill_and_await(tree, "web-worker")
        eventually(lambda: logged(tree, "start status=waiting") == 2, PATIENT, "both wait")
        assert any(get(tree.port, path).status == 200 for path in FEEDS)
        time.sleep(3)
        (tmp_path / "unmounted").rename(tmp_path / "data")
        tree.write("second.md", item("Second", TEXT))
        eventually(lambda: tree.holds("Second"), PATIENT, "both go on")
        # Told once, and nobody was started again and again.
        assert logged(tree, "start status=waiting") == 2
        assert logged(tree, "starting it again") == 1
        assert "Traceback" not in tree.log.read_text()


def test_processes_that_run_out_of_descriptors_live_on(tmp_path: Path) -> None:
    with serving(tmp_path) as tree:
        first_is_live(tree)
        there = tree.children()
        pids = there["web-worker"] + there["worker"]
        limits = {pid: resource.prlimit(pid, resource.RLIMIT_NOFILE) for pid in pids}
        for pid, (_, most) in limits.items():
            opened = len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (opened, most))
        tree.write("second.md", item("Second", TEXT))
        until = time.monotonic() + 4
        while time.monotonic() < until:
            with suppress(OSError, HTTPException):
                impatient(tree.port)
        for pid, limit in limits.items():
            resource.prlimit(pid, resource.RLIMIT_NOFILE, limit)
        eventually(lambda: tree.holds("Second"), PATIENT, "all goes on")
        eventually(tree.ready, PATIENT, "it is ready")
        assert tree.children() == there
        told = tree.log.read_text()
        assert "Traceback" not in told
        assert len(told.splitlines()) < 300


def impatient(port: int) -> None:
    """Ask for a feed as one who does not wait."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=0.5)) as connection:
        connection.request("GET", FEEDS[0])
        connection.getresponse().read()


def test_fetches_that_fail_leave_no_descriptor_behind() -> None:
    client = Client(Limits(seconds=2, allow_networks=("127.0.0.0/8",)), user_agent="test")
    nowhere = f"http://127.0.0.1:{free_port()}/feed"

    def failing() -> None:
        with pytest.raises(FetchError):
            client.fetch(nowhere)

    failing()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(LEAKS):
        failing()
    assert len(os.listdir("/proc/self/fd")) <= before + 2  # noqa: PTH208
