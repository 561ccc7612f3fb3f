"""The clock of the whole tree jumps while it runs, by libfaketime."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.proxying import part
from tests.serving import FEEDS, Tree, eventually, item, serving
from tests.upstream_server import EvilServer, evil_upstream

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def upstream() -> Iterator[EvilServer]:
    with evil_upstream() as server:
        yield server


class Clock:
    """The clock that a tree is given: so far from the true one."""

    def __init__(self, folder: Path) -> None:
        part("faketime")
        self._file = folder / "clock"
        library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.show(0)

    def show(self, seconds: int) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(self._file)


def test_the_clock_jumps_two_days_ahead_and_back_and_an_hour_more(
    tmp_path: Path, upstream: EvilServer
) -> None:
    clock = Clock(tmp_path)
    config = f"""
[sources.agency]
url = "{upstream.url}/ok"
every = "30m"
[limits]
allow_networks = ["127.0.0.0/8"]
"""
    with serving(tmp_path, config, **clock.environment) as tree:
        true = datetime.now(UTC)
        tree.write("undated.md", item("Without a date"))
        tree.write("dated.md", item("With a date", date=(true - timedelta(minutes=5)).isoformat()))
        tree.write("secret.md", item("Embargoed words", date=(true + timedelta(days=1)).isoformat()))
        stays = ["Without a date", "With a date", "Ferry returns"]
        eventually(lambda: all(tree.holds(title) for title in stays), 30, "all is live")
        assert len(upstream.asked) == 1

        clock.show(2 * 86_400)
        eventually(lambda: tree.holds("Embargoed words"), 30, "by that clock the embargo is over")
        eventually(lambda: len(upstream.asked) == 2, 30, "and the source is due")
        tree.write("ahead.md", item("Written two days ahead"))
        eventually(lambda: tree.holds("Written two days ahead"), 30, "news are live")
        stays.append("Written two days ahead")

        clock.show(0)
        eventually(lambda: tree.lacks("Embargoed words"), 30, "the embargo holds again")
        tree.write("after.md", item("Written when it was right again"))
        eventually(lambda: tree.holds("Written when it was right again"), 30, "news are live")
        stays.append("Written when it was right again")
        keeps(tree, stays, 3)

        clock.show(-3600)
        tree.write("behind.md", item("Written an hour behind"))
        eventually(lambda: tree.holds("Written an hour behind"), 30, "news are live")
        keeps(tree, [*stays, "Written an hour behind"], 3)
        assert tree.lacks("Embargoed words")
        assert len(upstream.asked) == 2
        assert next_ask(tree) - (time.time() - 3600) < 40 * 60
        # Not that nothing failed at all: below libfaketime a sleep that a jump meets raises EINVAL.
        assert "refresh source=items status=bug" not in tree.log.read_text()


def keeps(tree: Tree, stays: list[str], seconds: float) -> None:
    """Require that every feed holds these titles all the time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for path in FEEDS:
            text = tree.get(path).text
            assert not [title for title in stays if title not in text]


def next_ask(tree: Tree) -> float:
    """Return when the source will be asked next."""
    with closing(sqlite3.connect(tree.folder / "data" / "feedsvc.db")) as database:
        (at,) = database.execute("SELECT next_at FROM schedule WHERE name = 'source:agency'").fetchone()
    return float(at / 1000)
