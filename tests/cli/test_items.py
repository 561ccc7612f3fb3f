"""The commands over a stored newsroom: refresh, list, show, new, fix, feeds, sources, db."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from feedsvc import config
from feedsvc.service import open_service
from feedsvc.store import Counts, audience
from tests.cli.conftest import Command


@pytest.fixture
def stored(feedsvc: Command, newsroom: Path) -> Path:
    done = feedsvc("refresh")
    assert done.code == 0, done.err
    return newsroom


def test_before_the_first_refresh_the_next_step_is_said(feedsvc: Command, newsroom: Path) -> None:
    done = feedsvc("items", "list")
    assert done.code == 1
    assert "feedsvc serve" in done.err


def test_refresh_takes_the_folder_in_and_says_so(feedsvc: Command, newsroom: Path) -> None:
    done = feedsvc("refresh", "--json")
    assert done.code == 0
    (folder,) = done.json
    assert (folder["source"], folder["new"], folder["error"]) == ("items", 2, "")
    (again,) = feedsvc("refresh", "items", "--json").json
    assert (again["new"], again["changed"]) == (0, 0)


def test_a_source_that_does_not_exist_is_code_6(feedsvc: Command, newsroom: Path) -> None:
    assert feedsvc("refresh", "nowhere").code == 6


def test_a_source_that_fails_is_code_5(
    feedsvc: Command, newsroom: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDSVC_SOURCES__AGENCY__URL", "http://127.0.0.1:1/feed.xml")
    done = feedsvc("refresh", "agency", "--json")
    assert done.code == 5
    assert done.json[0]["error"]
    (row,) = [each for each in feedsvc("sources", "list", "--json").json if each["source"] == "agency"]
    assert row["failures"] == 1


def test_items_are_listed_for_people_and_programs(feedsvc: Command, stored: Path) -> None:
    titles = [each["title"] for each in feedsvc("items", "list", "--json").json]
    assert titles == ["The ferry runs again", "Storm: coast road shut"]
    assert [each["title"] for each in feedsvc("items", "list", "lighthouse", "--json").json] == titles[1:]
    lines = feedsvc("items", "list").out.splitlines()
    assert [line.split("\t")[3] for line in lines] == titles


def test_an_item_is_shown_by_slug_and_by_id(feedsvc: Command, stored: Path) -> None:
    by_id = feedsvc("items", "show", "urn:uuid:00000000-0000-4000-8000-000000000001", "--json").json
    assert feedsvc("items", "show", by_id["slug"], "--json").json == by_id
    assert by_id["url"] == f"https://news.example/items/{by_id['slug']}"
    assert by_id["published"] == "2026-11-20T09:30:00Z"
    assert "coast road is shut" in feedsvc("items", "show", by_id["slug"]).out
    assert feedsvc("items", "show", "nothing").code == 6


def test_a_new_item_is_a_draft_that_check_accepts(feedsvc: Command, newsroom: Path) -> None:
    done = feedsvc("items", "new", "Bridge: “open” again", "--tag", "harbour", "--author", "Anna")
    assert done.code == 0
    path = Path(done.out.strip())
    text = path.read_text(encoding="utf-8")
    assert 'title: "Bridge: “open” again"' in text
    assert "draft: true" in text
    assert feedsvc("check").code == 0
    assert feedsvc("items", "new", "Bridge: “open” again").code == 1


def test_fix_writes_the_id_that_readers_know_already(feedsvc: Command, stored: Path) -> None:
    (ferry,) = feedsvc("items", "list", "ferry", "--json").json
    assert feedsvc("items", "fix", "--dry-run").out == "ferry.md\n"
    assert feedsvc("items", "fix", "--yes").code == 0
    assert f"id: {ferry['id']}\n" in (stored / "items" / "ferry.md").read_text()
    assert feedsvc("items", "fix", "--yes").out == ""
    feedsvc("refresh")
    (stored / "items" / "ferry.md").rename(stored / "items" / "boat.md")
    feedsvc("refresh")
    assert [each["id"] for each in feedsvc("items", "list", "ferry", "--json").json] == [ferry["id"]]


def test_without_held_removals_there_is_nothing_to_confirm(feedsvc: Command, stored: Path) -> None:
    done = feedsvc("items", "confirm-removals", "--yes")
    assert (done.code, done.out) == (0, "")
    assert "no removals" in done.err


def test_many_files_that_vanish_are_withdrawn_when_that_is_confirmed(
    feedsvc: Command, newsroom: Path
) -> None:
    for number in range(12):
        (newsroom / "items" / f"n{number}.md").write_text(f"# Item {number}\n\nText {number}.\n")
    feedsvc("refresh")
    for number in range(12):
        (newsroom / "items" / f"n{number}.md").unlink()
    feedsvc("refresh")
    assert len(feedsvc("items", "list", "--state", "published", "--json").json) == 14
    assert "12 items withdrawn" in feedsvc("items", "confirm-removals", "--yes").err
    assert len(feedsvc("items", "list", "--state", "published", "--json").json) == 2


def test_feeds_are_listed_with_their_addresses(feedsvc: Command, stored: Path) -> None:
    everything, weather = feedsvc("feeds", "list", "--json").json
    assert (everything["feed"], everything["items"]) == ("all", 2)
    assert (weather["feed"], weather["items"]) == ("weather", 1)
    assert weather["address"] == "https://news.example/feeds/weather.rss"
    shown = feedsvc("feeds", "show", "weather", "--json").json
    assert [entry["title"] for entry in shown["entries"]] == ["Storm: coast road shut"]
    assert feedsvc("feeds", "show", "sport").code == 6


def test_feeds_are_listed_with_how_often_they_were_asked_for(feedsvc: Command, stored: Path) -> None:
    service = open_service(config.load(None, config.environment()))
    with closing(service), service.store.write() as tx:
        counted = {
            ("/feeds/weather", "rss"): Counts(8, 6, 2_500),
            ("/feeds/weather", "json"): Counts(1, 0, 9),
        }
        audience.add(tx.connection, service.clock(), counted)
    everything, weather = feedsvc("feeds", "list", "--json").json
    assert (everything["requests"], weather["requests"]) == (0, 9)
    rss = {"feed": "/feeds/weather", "format": "rss", "requests": 8, "unchanged": 6, "bytes": 2500}
    assert feedsvc("feeds", "show", "weather", "--json").json["audience"][1] == rss
    told = feedsvc("feeds", "show", "weather").err
    assert "/feeds/weather.rss: 8 requests, 75 % not modified, 2.5 kB" in told
    assert "/feeds/weather.atom: no requests" in told
    assert "readers\ttoday 9 requests, 67 % not modified, 2.5 kB" in feedsvc("status").out
    assert rss in feedsvc("status", "--json").json["audience"]


def test_sources_are_listed_with_their_state(feedsvc: Command, stored: Path) -> None:
    (folder,) = feedsvc("sources", "list", "--json").json
    assert (folder["source"], folder["kind"], folder["error"]) == ("items", "folder", "")
    assert folder["last_success"]


def test_a_backup_is_a_whole_database(feedsvc: Command, stored: Path) -> None:
    target = stored / "backup.db"
    assert feedsvc("db", "backup", str(target)).code == 0
    with sqlite3.connect(target) as copy:
        assert copy.execute("SELECT count(*) FROM item").fetchone() == (2,)
    copy.close()
    assert feedsvc("db", "backup", str(target)).code == 1


def test_everything_moves_to_another_database(
    feedsvc: Command, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = feedsvc("items", "list", "--json").json
    url = f"sqlite:///{stored}/moved/new.db"
    assert feedsvc("db", "copy", "--to", url).code == 0
    monkeypatch.setenv("FEEDSVC_DATABASE__URL", url)
    assert feedsvc("items", "list", "--json").json == before
    assert feedsvc("db", "check").code == 0


def test_copy_wants_one_target(feedsvc: Command, stored: Path) -> None:
    assert feedsvc("db", "copy").code == 2


def test_a_healthy_database_is_code_0(feedsvc: Command, stored: Path) -> None:
    assert feedsvc("db", "check", "--json").json == {"ok": True, "problems": []}
