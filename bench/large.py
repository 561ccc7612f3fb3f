"""Start a large site, and publish one item of it: a hundred thousand items, a thousand feeds of tags.

    ./run bench large           some twenty minutes, most of them to render what is there

First the whole service runs until everything is rendered and every feed of a tag has been asked for. Then
it is started again, in turns: as it was left; with another title, which stands in every document; with no
document rendered. Counted is the time from the command to the first 200 for the feed of everything, then
for the feed of a tag, then for /readyz, and until a document of the last tag tells the title of the site.
Then files are saved, one after the other: how long does each take to be live from every web process?
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from bench import stock
from bench.cost import number_items
from bench.machine import cpu_seconds, describe, tree
from feedsvc.store import Store
from tests.serving import Tree, eventually, item, starting

PATIENCE = 1800.0
CONFIG = '[site]\ntitle = "Harbour News"\nurl = "http://news.example"\n'
STARTS: Mapping[str, Mapping[str, str]] = {
    "as it was left": {},
    "with another title": {"FEEDSVC_SITE__TITLE": "Harbour Herald {round}"},
    "with nothing rendered": {},
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the site, start it again and again, publish, and print the times."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    options.add_argument("--items", type=int, default=100_000)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--changes", type=int, default=10)
    options.add_argument("--only", default="", help="the starts whose names hold this")
    chosen = options.parse_args(arguments)
    if chosen.quick:
        chosen.items, chosen.feeds, chosen.rounds, chosen.changes = 300, 3, 1, 1
    print(describe())
    with tempfile.TemporaryDirectory(prefix="feedsvc-bench-") as name:
        folder = Path(name)
        make(folder, chosen.items, chosen.feeds)
        paths = [path_of(0), path_of(chosen.feeds - 1)]
        for round_ in range(chosen.rounds):
            for kind in (each for each in STARTS if chosen.only in each):
                with copied(folder) as copy:
                    print(f"{kind:<24}{started(copy, kind, round_, paths)}", flush=True)
        with copied(folder) as copy:
            print(published(copy, chosen.changes))


def make(folder: Path, count: int, feeds: int) -> None:
    """Make the site, and ask for every feed."""
    begun = time.monotonic()
    store = Store(f"sqlite:///{folder}/data/feedsvc.db", clock=lambda: stock.NOW, patience=120)
    store.upgrade()
    stock.fill(store, count)
    number_items(store, count)
    store.close()
    print(f"{count:,} items after {time.monotonic() - begun:.0f} s", flush=True)
    with running(folder) as service:
        eventually(service.ready, PATIENCE, "the service is ready", 0.5)
        print(f"ready after {time.monotonic() - begun:.0f} s", flush=True)
        for number in range(feeds):
            if service.get(path_of(number)).status != 200:
                raise SystemExit(f"{path_of(number)} is not answered")
        print(f"{feeds:,} feeds after {time.monotonic() - begun:.0f} s\n", flush=True)
        eventually(service.ready, PATIENCE, "the service is ready", 0.5)


def path_of(number: int) -> str:
    """Return the address of the feed of one of the stock's tags."""
    return quote(f"/tags/topic {number}.rss")


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Tree]:
    """Run the service until the end of the block; it only begins to start when the block begins."""
    with starting(folder, CONFIG, **environment) as service:
        yield service


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """Make a copy of the site until the end of the block: each start changes what it finds."""
    with tempfile.TemporaryDirectory(prefix="feedsvc-bench-") as name:
        shutil.copytree(folder / "data", Path(name) / "data")
        # The first commit would wait until the whole copy is on the disk.
        os.sync()
        yield Path(name)


def forget(folder: Path) -> None:
    """Take every document out of the database."""
    with closing(sqlite3.connect(folder / "data" / "feedsvc.db")) as database, database:
        database.execute("DELETE FROM rendered")
        database.execute("DELETE FROM feed")


def started(folder: Path, kind: str, round_: int, paths: Sequence[str]) -> str:
    """Start the service; return how long it takes until it answers, is ready, and has everything new."""
    environment = {name: value.format(round=round_) for name, value in STARTS[kind].items()}
    title = environment.get("FEEDSVC_SITE__TITLE", "Harbour News")
    if kind == "with nothing rendered":
        forget(folder)
    begun = time.monotonic()
    told: dict[str, float] = {}
    with running(folder, **environment) as service:
        waits = {
            "feed of everything": lambda: status(service, "/feeds/all.rss") == 200,
            "feed of a tag": lambda: status(service, paths[0]) == 200,
            "ready": lambda: status(service, "/readyz") == 200,
            "last feed new": lambda: title in service.get(paths[1]).text,
        }
        for what, is_so in waits.items():
            eventually(is_so, PATIENCE, what)
            told[what] = time.monotonic() - begun
        spent = cpu_seconds(tree(service.process.pid))
    words = ", ".join(f"{what} {seconds:.2f} s" for what, seconds in told.items())
    return f"{words}; {spent:.1f} s of processor time"


def status(service: Tree, path: str) -> int:
    """Return the status of an answer; 0 where there is none."""
    try:
        return service.get(path).status
    except OSError:
        return 0


def published(folder: Path, changes: int) -> str:
    """Save files; return how long they take to be live in every format from every web process."""
    times = []
    with running(folder) as service:
        eventually(service.ready, PATIENCE, "the service is ready", 0.5)
        for number in range(changes):
            title = f"The tide table, edition {number}"
            saved = service.write("tides.md", item(title, tags="[topic 7]"))
            while not service.holds(title):
                if time.monotonic() - saved > PATIENCE:
                    raise SystemExit(f"“{title}” is not served")
            times.append(time.monotonic() - saved)
    return (
        f"\na saved file is live after {statistics.median(times):.2f} s (p50), {max(times):.2f} s at the most"
    )


if __name__ == "__main__":
    main()
