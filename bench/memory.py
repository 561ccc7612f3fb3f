"""Measure the memory of each web process, with many feeds in it, and the door open.

    ./run bench memory

A whole service runs with feeds of fifty items in three formats, plain, by gzip and by brotli. Each document
is asked for twenty times on new connections, then once as plain bytes. Memory is the proportional set size
(PSS): what processes share counts once. The items are notes of half a kilobyte, or articles of four; three
documents of articles are a megabyte, plain. A process keeps 64 MB of documents at the most.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from bench.machine import describe, pss
from bench.stock import item as stock_item
from feedsvc.model import FORMATS
from tests.serving import Tree, eventually, item, serving

SHOWN = 50
ALIKE = 10
"""How many feeds each item is in."""

ROUNDS = 20
LACKING = "length(br) = 0 AND length(body) >= 1000"
"""Which documents are still to be compressed by brotli."""

CASES = (("notes", 1, 0), ("notes", 1, 100), ("articles", 7, 33), ("articles", 7, 100))
"""What the items are, their paragraphs, and how many feeds of them there are beside that of everything."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a service for each case and print its memory."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    chosen = options.parse_args(arguments)
    print(describe())
    print(f"\n{'feeds':<28}{'documents':>10}{'their bytes':>14}{'a web process':>16}{'the tree':>12}")
    for name, paragraphs, feeds in (("notes", 1, 2),) if chosen.quick else CASES:
        with tempfile.TemporaryDirectory(prefix="feedsvc-bench-") as folder:
            write(Path(folder), paragraphs, feeds)
            with serving(Path(folder)) as service:
                print(row(service, f"{feeds + 1} of {name}", feeds), flush=True)


def write(folder: Path, paragraphs: int, feeds: int) -> None:
    """Write the configuration of the feeds, and so many items that each feed is full."""
    sections = [f'[feeds.f{number}]\ntags = ["t{number}"]\n' for number in range(feeds)]
    (folder / "config.toml").write_text('[site]\ntitle = "Harbour News"\n' + "".join(sections))
    (folder / "items").mkdir()
    apart = max(1, feeds // ALIKE)
    for number in range(max(SHOWN, apart * SHOWN)):
        # Those of one feed lie `apart` numbers from each other.
        tags = ", ".join(f"t{each}" for each in range(number % apart, feeds, apart))
        made = stock_item(number, paragraphs).article
        text = item(made.title, made.content, tags=f"[{tags}]")
        (folder / "items" / f"{number:04}.html").write_text(text)


def row(service: Tree, name: str, feeds: int) -> str:
    """Ask for every document until each web process has had it; return the row of the table."""
    eventually(lambda: not query(service, f"sum({LACKING})"), 300, "all are compressed")
    slugs = ["all", *(f"f{number}" for number in range(feeds))]
    paths = [f"/feeds/{slug}.{format_}" for slug in slugs for format_ in FORMATS]
    for coding in [*["gzip"] * (ROUNDS if feeds > 2 else 1), "identity"]:
        for path in paths:
            if service.get(path, Accept_Encoding=coding).status != 200:
                raise SystemExit(f"{path} is not answered")
    documents = query(service, "count(*)")
    size = query(service, "sum(length(body) + length(gzip) + length(br))")
    each = [pss(pid) for pid in service.children()["web-worker"]]
    megabytes = f"{statistics.median(each) / 1e6:.1f}"
    tree = f"{service.memory() / 1e6:.1f}"
    return f"{name:<28}{documents:>10}{size / 1e6:>14.1f}{megabytes:>16}{tree:>12}  MB"


def query(service: Tree, what: str) -> int:
    """Return a number about the published documents."""
    with closing(sqlite3.connect(service.folder / "data" / "feedsvc.db")) as database:
        return int(database.execute(f"SELECT {what} FROM rendered").fetchone()[0])  # noqa: S608


if __name__ == "__main__":
    main()
