"""When to look at a folder."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsvc.sources import Watch
from feedsvc.sources.watch import is_silent


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    watch = Watch(tmp_path, "auto", 60)
    yield watch
    watch.stop()


def quiet(watch: Watch) -> None:
    """Wait until what happened before, and the watch's own beginning, has been told."""
    for _ in range(20):
        if not watch.wait(0.5):
            return
    raise AssertionError("the watch never comes to rest")


def test_the_first_wait_asks_for_a_look_at_once(tmp_path: Path) -> None:
    watch = Watch(tmp_path, "off", 60)
    assert watch.wait(30)
    assert not watch.wait(0.05)


def test_a_change_is_told_within_a_fraction_of_a_second(watch: Watch, tmp_path: Path) -> None:
    quiet(watch)
    (tmp_path / "storm.md").write_text("x")
    began = time.monotonic()
    assert watch.wait(10)
    assert time.monotonic() - began < 1.0


def test_a_change_in_a_new_folder_is_told(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    quiet(watch)
    (tmp_path / "world" / "storm.md").write_text("x")
    assert watch.wait(10)


def test_reading_a_file_is_no_change(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "storm.md").write_text("x")
    quiet(watch)
    (tmp_path / "storm.md").read_text()
    assert not watch.wait(0.5)


def test_a_folder_that_is_replaced_is_watched_again(watch: Watch, tmp_path: Path) -> None:
    quiet(watch)
    tmp_path.rename(tmp_path.parent / "away")
    tmp_path.mkdir()
    quiet(watch)
    time.sleep(1.5)
    quiet(watch)
    (tmp_path / "storm.md").write_text("x")
    assert watch.wait(10)


def test_a_folder_that_is_not_there_is_polled_and_never_an_error(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "items", "auto", 60)
    assert watch.wait(5)
    assert watch.wait(5)
    watch.stop()


def test_polling_asks_every_second_and_a_scan_when_it_is_due(tmp_path: Path) -> None:
    now = [0.0]
    polling, scanning = (Watch(tmp_path, mode, 60, lambda: now[0]) for mode in ("poll", "off"))
    assert polling.wait(0)
    assert scanning.wait(0)
    now[0] = 0.9
    assert not polling.wait(0)
    now[0] = 1.0
    assert polling.wait(0)
    assert not scanning.wait(0)
    now[0] = 60.0
    assert scanning.wait(0)


def test_stop_ends_a_wait_and_every_later_one(tmp_path: Path) -> None:
    watch = Watch(tmp_path, "off", 60)
    watch.wait(0)
    threading.Timer(0.1, watch.stop).start()
    began = time.monotonic()
    assert not watch.wait(30)
    assert not watch.wait(30)
    assert time.monotonic() - began < 5


def test_silent_file_systems_are_known(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    assert is_silent(tmp_path, mounts)
    mounts.write_text(f"server:/x / nfs4 rw 0 0\n/dev/sda1 {tmp_path} ext4 rw 0 0\n")
    assert not is_silent(tmp_path, mounts)
    assert not is_silent(tmp_path, tmp_path / "nothing")
