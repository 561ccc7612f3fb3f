"""Embargoes and local times, where clocks and processes are at their worst."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests import postgres
from tests.cluster import cluster
from tests.desk import Desk, desk
from tests.serving import eventually, get, item, serving, titles

CONFIG = """
[site]
url = "https://hafen.example"
timezone = "Europe/Berlin"
"""


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process itself lives in Berlin too."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def room(tmp_path: Path, database_url: str, berlin: None) -> Iterator[Desk]:
    with desk(tmp_path, CONFIG, url=database_url) as opened:
        yield opened


@pytest.mark.parametrize(
    ("local", "moment"),
    [
        # The hour that does not exist: moved on by the gap.
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # The hour that is there twice: the first of them.
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_local_time_that_is_there_twice_or_never_is_one_moment(
    room: Desk, local: str, moment: datetime
) -> None:
    room.clock.now = moment - timedelta(hours=3)
    room.save("a.md", "Night train", date=f'"{local}"')
    while room.clock() < moment + timedelta(hours=3):
        room.look()
        room.publish()
        assert room.titles() == (["Night train"] if room.clock() >= moment else [])
        room.clock.turn(minutes=29, seconds=59.999 if room.clock() < moment - timedelta(minutes=31) else 60)
    assert room.item("a.md").published == moment
    rss = room.bytes("/feeds/all.rss").decode()
    assert rss.count("<item>") == 1
    assert format_datetime(moment, usegmt=True) in rss


def test_what_came_due_while_everything_was_down_is_published_at_the_start_once(tmp_path: Path) -> None:
    with serving(tmp_path) as tree:
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=12)
        tree.write("now.md", item("There already"))
        tree.write("due.md", item("Due while we were down", date=due.isoformat()))
        eventually(lambda: tree.holds("There already"), 20, "the first is live")
        assert tree.stop() == 0
        assert datetime.now(UTC) < due, "too slow a machine to see anything"
    time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
    with serving(tmp_path) as tree:
        eventually(lambda: tree.holds("Due while we were down"), 20, "it is live")
        assert sorted(titles(tree)) == ["Due while we were down", "There already"]
        assert format_datetime(due, usegmt=True) in tree.get("/feeds/all.rss").text


ITEMS = 200


def test_two_hundred_items_appear_at_their_second_once_although_a_worker_dies(
    tmp_path: Path, postgresql: postgres.Server
) -> None:
    url = postgresql.database()
    with cluster(tmp_path, url, webs=2, workers=2, text="[feeds.all]\nlimit = 500\n") as four:
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=12)
        for number in range(ITEMS):
            text = item(f"Result {number:03}", date=due.isoformat())
            (tmp_path / "items" / f"{number:03}.md").write_text(text)
        seen: list[tuple[datetime, int]] = []

        def look() -> bool:
            found = []
            for web in four.webs:
                entries = json.loads(get(web.port, "/feeds/all.json").body)["items"]
                seen.append((datetime.now(UTC), len(entries)))
                found.append({entry["id"] for entry in entries})
                assert len(found[-1]) == len(entries)
            return all(len(ids) == ITEMS for ids in found) and found[0] == found[1]

        while datetime.now(UTC) < due - timedelta(seconds=0.3):
            look()
            time.sleep(0.1)
        four.workers[0].kill()
        eventually(look, 30, "every item is there, in both")
        assert not [at for at, count in seen if count and at < due]
        assert all(json.loads(get(web.port, "/feeds/all.json").body)["items"] for web in four.webs)
    postgresql.drop(url)
