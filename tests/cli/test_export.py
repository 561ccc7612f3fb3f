"""The export command: a folder for another web server, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command


@pytest.fixture
def stored(feedsvc: Command, newsroom: Path) -> Path:
    assert feedsvc("refresh").code == 0
    return newsroom


def test_everything_is_written_and_then_only_what_changed(feedsvc: Command, stored: Path) -> None:
    first = feedsvc("export", "out", "--json").json
    assert first["written"] > 20
    assert (first["removed"], first["foreign"]) == (0, [])
    assert b"coast road" in (stored / "out" / "public" / "feeds" / "weather.rss").read_bytes()
    assert feedsvc("export", "out").err == "out: 0 files written, 0 removed\n"
    (stored / "items" / "storm.md").unlink()
    feedsvc("refresh")
    assert feedsvc("export", "out", "--json").json["written"] > 0
    assert b"coast road" not in (stored / "out" / "public" / "feeds" / "weather.rss").read_bytes()


def test_a_file_of_somebody_elses_stays_and_is_named(feedsvc: Command, stored: Path) -> None:
    theirs = stored / "out" / "public" / "robots.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    done = feedsvc("export", "out")
    assert done.code == 1
    assert "out/public/robots.txt: is not ours, and stays; move it away" in done.err
    assert theirs.read_text() == "theirs"


def test_without_a_folder_it_is_wrong_usage(feedsvc: Command, stored: Path) -> None:
    assert feedsvc("export").code == 2
    with (stored / "config.toml").open("a") as file:
        file.write('[export]\npath = "out"\n')
    assert feedsvc("export").code == 0
    assert (stored / "out" / "public" / "feeds" / "all.rss").exists()


def test_a_folder_that_cannot_be_is_said(feedsvc: Command, stored: Path) -> None:
    (stored / "out").mkdir()
    (stored / "out" / "manifest.json").write_text("{}")
    done = feedsvc("export", "out")
    assert done.code == 1
    assert "was written by another version; name an empty folder" in done.err
