"""A difficult site: what readers trip over, each in an item of its own, and feeds of 0, 1 and 200 items."""

from __future__ import annotations

import shutil
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

from tests.serving import Tree, eventually, item, serving, titles

NOON = datetime(2026, 10, 3, 12, tzinfo=UTC)
FILLERS = 230
"""So many plain items that a feed of 200 is full, and that feeds have archives."""

CASES = Path(__file__).parents[1] / "cases" / "readers"
ITEMS = sorted(CASES.glob("*.md"))

CONFIG = """
[site]
title = "Harbour & <News>: “l’été” 港"
description = "What happens on the quay, 3 < 4 & more"
author = "The Harbour Desk"
email = "desk@harbour.example"
rights = "© 2026 Harbour & Sons"

[server]
workers = 1

[items]
subfolder_tags = false

[sources.agency]
url = "{upstream}/agency.rss"
title = "The Agency"
tags = ["difficult"]

[limits]
allow_networks = ["127.0.0.1/32"]

[feeds.difficult]
title = "Difficult & <hard>"
tags = ["difficult"]

[feeds.many]
title = "Two hundred"
tags = ["filler"]
limit = 200

[feeds.one]
title = "One"
tags = ["alone"]

[feeds.none]
title = "None"
tags = ["nobody-has-this"]

[feeds.complete]
title = "Complete"
complete = true

[feeds.taken-back]
title = "Taken back"
tags = ["taken-back"]
tombstones = true

[feeds.ended]
gone = true

[feeds.moved]
redirect_to = "many"
"""
AGENCY = "Storm & flood: what <we> know"
NAMES = {yaml.safe_load(path.read_text("utf-8").split("---")[1])["title"]: path.stem for path in ITEMS}
NAMES[AGENCY] = "agency"
"""What the items with difficulties are called here, by title."""
FEEDS = {"difficult": len(ITEMS) + 2, "many": 200, "one": 1, "none": 0}
"""The feeds that readers read, with the number of items in each."""


@dataclass
class Site:
    """The running service."""

    tree: Tree

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.tree.port}"

    def address(self, feed: str, format: str) -> str:
        return f"{self.url}/feeds/{feed}.{format}"


@contextmanager
def difficult_site(folder: Path) -> Iterator[Site]:
    """Run the service with the difficult items, ready with all of them published."""
    write_items(folder / "items")
    with upstream() as address, serving(folder, CONFIG.format(upstream=address)) as tree:
        eventually(lambda: _counts(tree) == FEEDS, 60, "every item is published")
        yield Site(tree)


def _counts(tree: Tree) -> dict[str, int]:
    return {feed: len(titles(tree, f"/feeds/{feed}.json")) for feed in FEEDS}


def write_items(items: Path) -> None:
    items.mkdir()
    (items / "horn.mp3").write_bytes(b"ID3\x04\0\0\0\0\0\0" + bytes(20_000))
    (items / "plans.pdf").write_bytes(b"%PDF-1.4\n" + bytes(3_000))
    (items / "map.png").write_bytes(
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + bytes(99)
    )
    for path in ITEMS:
        shutil.copyfile(path, items / path.name)
    for number in range(FILLERS):
        date = f"{NOON - timedelta(minutes=number):%FT%TZ}"
        text = item(f"Tide table {number}", f"High at {number}.", tags="[filler]", date=date)
        (items / f"filler-{number:03}.md").write_text(text, encoding="utf-8")


@contextmanager
def upstream() -> Iterator[str]:
    """Serve the agency's feed on a loopback port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(CASES)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing: a test's output is its own."""
