"""Years of files: the first look is told, the next start waits for nothing, memory stays in bounds."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from feedsvc import config, ingest
from feedsvc.model import FileState
from feedsvc.sources.scan import scan
from feedsvc.store import sources
from tests.desk import Desk, desk
from tests.many import FOLDERS, name_of, text_of, write_many
from tests.serving import Tree, eventually, starting

IS_CI = bool(os.environ.get("CI"))
FILES, STATS = (10_000, 100_000) if IS_CI else (1_500, 10_000)
READING = 900.0
"""Seconds within which all files are read, however busy the machine is; 50 where it is not."""

MOST_BYTES = 300 * 2**20
LIVE = 2.0
SCAN_SECONDS = 5.0
CHANGES = 8

_PROGRESS = re.compile(r"look source=items read=(\d+) of=(\d+)")


@pytest.mark.timeout(1800)
def test_years_of_files_are_read_in_bounds_and_served_at_once_after_a_restart(tmp_path: Path) -> None:
    write_many(tmp_path / "items", FILES)
    with starting(tmp_path) as tree:
        most = watch(tree)
        assert progress(tree), "the log says how far the first look is"
        assert most <= MOST_BYTES, f"{most / 1e6:.0f} MB for the tree"
        assert min(live_after(tree, number) for number in range(CHANGES)) <= LIVE
        assert tree.memory() <= MOST_BYTES
    before = len(tree.log.read_text())
    # Under another time zone every file is read again.
    with starting(tmp_path, FEEDSVC_SITE__TIMEZONE="Asia/Tokyo") as tree:
        statuses = list(answers_while_reading(tree, before))
        assert set(statuses) == {200}
        assert len(statuses) > 5


def watch(tree: Tree) -> int:
    """Wait until the first look is live; return the most memory that the tree had."""
    until, most = time.monotonic() + READING, 0
    while not tree.ready():
        assert time.monotonic() < until, tree.log.read_text()[-2000:]
        assert tree.process.poll() is None, tree.log.read_text()[-2000:]
        most = max(most, tree.memory())
        time.sleep(0.3)
    return max(most, tree.memory())


def progress(tree: Tree, since: int = 0) -> list[tuple[int, int]]:
    """Return what the log says of how far the looks are; each of all files, and further every time."""
    found = [(int(done), int(total)) for done, total in _PROGRESS.findall(tree.log.read_text()[since:])]
    assert found == sorted(found)
    assert {total for _, total in found} <= {FILES}
    return found


def live_after(tree: Tree, number: int) -> float:
    title = f"Change {number}, heard of in time"
    saved = tree.write(name_of(number), text_of(number, title, year=2026))
    eventually(lambda: tree.holds(title), 60, "a change is live")
    return time.monotonic() - saved


def answers_while_reading(tree: Tree, since: int) -> Iterator[int]:
    """Yield the status of every answer from the first one on, until the files are being read again."""
    until = time.monotonic() + READING
    while not progress(tree, since):
        assert time.monotonic() < until, tree.log.read_text()[-2000:]
        try:
            yield tree.get("/feeds/all.rss").status
            yield tree.get("/").status
        except OSError:
            assert tree.process.poll() is None, tree.log.read_text()[-2000:]
        time.sleep(0.05)


@pytest.mark.timeout(600)
def test_a_look_without_news_costs_little_however_many_files_there_are(tmp_path: Path) -> None:
    with desk(tmp_path) as room:
        room.save("00/one.md", "One of many")
        room.look()
        multiply(room, STATS)
        # The first look of a process reads what is remembered of each file; the next ones know it.
        assert look_without_news(room) <= SCAN_SECONDS
        assert look_without_news(room) <= SCAN_SECONDS


def multiply(room: Desk, count: int) -> None:
    """Write the one file that is there under many names, and remember them as read."""
    text = (room.items / "00" / "one.md").read_text()
    for number in range(FOLDERS):
        (room.items / f"{number:02}").mkdir(exist_ok=True)
    for number in range(1, count):
        (room.items / name_of(number)).write_text(text)
    with room.service.store.read() as connection:
        (known,) = sources.files(connection, config.FOLDER).values()
    states = [remembered(known, path, room) for path in scan(room.items).files if path != known.path]
    with room.service.store.write() as tx:
        sources.put_files(tx.connection, config.FOLDER, states)


def remembered(known: FileState, path: str, room: Desk) -> FileState:
    about = (room.items / path).stat()
    return replace(known, path=path, guid=path, mtime_ns=about.st_mtime_ns, inode=about.st_ino)


def look_without_news(room: Desk) -> float:
    """Look once; return the processor time of it."""
    begun = time.process_time()
    outcome = ingest.refresh_folder(
        room.service.store, room.service.queue, room.folder, now=room.clock(), monotonic=room.monotonic
    )
    spent = time.process_time() - begun
    assert not (outcome.did_something or outcome.unsettled)
    assert outcome.unchanged == STATS
    return spent
