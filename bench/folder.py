"""Measure a large folder: the first look, the tree's memory, how soon a change is live, a look without news.

    .venv/bin/python -m bench.folder                    10,000 files through a whole service
    .venv/bin/python -m bench.folder --scan 100000      processor time of looks at as many unchanged files

Memory is the proportional set size (PSS) of the whole tree: what processes share counts once.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from bench.machine import cpu_seconds, describe, tree
from feedsvc import ingest
from tests.desk import Desk
from tests.many import name_of, text_of, write_many
from tests.serving import Tree, eventually, free_port, start

DEADLINE = 900.0


def main() -> None:
    """Run what was asked for and print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=10_000)
    options.add_argument("--changes", type=int, default=10)
    options.add_argument("--scan", type=int, metavar="FILES")
    chosen = options.parse_args()
    print(describe())
    with tempfile.TemporaryDirectory(prefix="feedsvc-bench-") as name:
        if chosen.scan:
            measure_scan(Path(name), chosen.scan)
        else:
            measure_service(Path(name), chosen.files, chosen.changes)


def measure_service(folder: Path, files: int, changes: int) -> None:
    """Start on a full folder and an empty database, change single files, and start again."""
    write_many(folder / "items", files)
    begun = time.monotonic()
    service = start(folder, free_port())
    try:
        most = watched_until_ready(service)
        seconds, spent = time.monotonic() - begun, cpu_seconds(tree(service.process.pid))
        print(f"first look at {files:,} files: {seconds:.1f} s, {spent:.1f} s of processor time")
        print(f"memory of the tree: {mb(most)} at the most, {mb(service.memory())} after it")
        took = [live_after(service, number) for number in range(changes)]
        print(f"a change is live after {statistics.median(took):.2f} s (p50), {max(took):.2f} s at the most")
        service.stop()
        begun = time.monotonic()
        service = start(folder, service.port)
        eventually(lambda: answers(service), DEADLINE, "the feed is answered")
        print(f"started again: the feed is there after {time.monotonic() - begun:.2f} s")
    finally:
        service.process.terminate()
        service.process.wait(20)


def watched_until_ready(service: Tree) -> int:
    """Wait until the first look is live; return the most memory that the tree had meanwhile."""
    until, most = time.monotonic() + DEADLINE, 0
    while not service.ready() and time.monotonic() < until:
        most = max(most, service.memory())
        time.sleep(0.5)
    return max(most, service.memory())


def live_after(service: Tree, number: int) -> float:
    """Change a file; return how long it takes until every web process answers the change."""
    title = f"Change {number}, heard of in time"
    saved = service.write(name_of(number), text_of(number, title, year=2026))
    eventually(lambda: service.holds(title), 60, "the change is live")
    return time.monotonic() - saved


def answers(service: Tree) -> bool:
    """Say whether the feed of everything is answered."""
    if service.process.poll() is not None:
        raise RuntimeError(f"the service ended: {service.log.read_text()[-1000:]}")
    try:
        return service.get("/feeds/all.rss").status == 200
    except OSError:
        return False


def measure_scan(folder: Path, files: int) -> None:
    """Read all files once, then look again and again without news."""
    write_many(folder / "items", files)
    desk = Desk(folder)
    print(f"reading {files:,} files: {spent(desk):.1f} s of processor time")
    again = [spent(desk) for _ in range(3)]
    print(f"a look at {files:,} unchanged files: {min(again):.2f} s of processor time")
    desk.close()


def spent(desk: Desk) -> float:
    """Look until all is read; return the processor time that it took."""
    begun = time.process_time()
    while look(desk):
        desk.monotonic += 0.6
    return time.process_time() - begun


def look(desk: Desk) -> bool:
    """Look once; say whether to look again."""
    store, queue = desk.service.store, desk.service.queue
    return ingest.refresh_folder(
        store, queue, desk.folder, now=desk.clock(), monotonic=desk.monotonic
    ).unsettled


def mb(size: int) -> str:
    """Say a number of bytes in megabytes."""
    return f"{size / 1e6:.0f} MB"


if __name__ == "__main__":
    main()
