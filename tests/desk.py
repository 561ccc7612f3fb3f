"""A desk for tests: a whole service in one process, on a folder of its own, with a clock that we turn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feedsvc import config, ingest
from feedsvc.ingest import Outcome
from feedsvc.model import Item
from feedsvc.publish import Published, publish
from feedsvc.service import Service, folder, open_service, prepare
from feedsvc.store import items, rendered

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CONFIG = """
[site]
url = "https://harbour.example"
title = "Harbour News"

[feeds.storms]
tags = ["storm"]
"""


@dataclass
class Clock:
    """A clock that stands until it is turned."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


class Desk:
    """A service and what a newsroom does with it: save files, remove them, look, publish, read."""

    def __init__(self, place: Path, text: str = CONFIG, url: str = "") -> None:
        self.items = place / "items"
        self.items.mkdir(exist_ok=True)
        (place / "config.toml").write_text(text, encoding="utf-8")
        self.clock = Clock()
        environ = {"FEEDSVC_DATABASE__SYNCHRONOUS": "normal"} | (
            {"FEEDSVC_DATABASE__URL": url} if url else {}
        )
        settings = config.load(place / "config.toml", environ)
        prepare(settings, self.clock)
        self.service: Service = open_service(settings, self.clock)
        self.folder = folder(settings)
        self.monotonic = 0.0

    def save(self, name: str, title: str, body: str = "The sea wall held.", **fields: str) -> None:
        path = self.items / name
        path.parent.mkdir(parents=True, exist_ok=True)
        head = "".join(f"{key}: {value}\n" for key, value in fields.items())
        path.write_text(f"---\ntitle: {title}\n{head}---\n\n{body}\n", encoding="utf-8")

    def look(self) -> Outcome:
        """Look until everything has settled, as the worker does; return what all looks did together."""
        service = self.service
        new = changed = withdrawn = 0
        for _ in range(4):
            outcome = ingest.refresh_folder(
                service.store, service.queue, self.folder, now=self.clock(), monotonic=self.monotonic
            )
            new, changed = new + outcome.new, changed + outcome.changed
            withdrawn += outcome.withdrawn
            self.monotonic += 0.6
            if not outcome.unsettled:
                break
        return Outcome(
            outcome.source, new, changed, withdrawn, outcome.unchanged, outcome.problems, outcome.held
        )

    def publish(self) -> Published:
        return publish(self.service.store, self.service.catalog, self.clock())

    def item(self, guid: str) -> Item:
        with self.service.store.read() as connection:
            return items.known(connection, config.FOLDER, [guid])[guid]

    def bytes(self, path: str) -> bytes:
        with self.service.store.read() as connection:
            document = rendered.find(connection, path)
        assert document is not None
        return document.body

    def titles(self, slug: str = "all") -> list[str]:
        feed = json.loads(self.bytes(f"/feeds/{slug}.json"))
        return [entry["title"] for entry in feed["items"]]

    def close(self) -> None:
        self.service.close()


@contextmanager
def desk(place: Path, text: str = CONFIG, url: str = "") -> Iterator[Desk]:
    """Open a desk for the block, on a SQLite database of its own unless a URL is given."""
    opened = Desk(place, text, url)
    try:
        yield opened
    finally:
        opened.close()
