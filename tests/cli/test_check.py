"""`feedsvc check`: what is wrong is said before readers see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsvc.sources import folder
from tests.cli.conftest import Command

ROOT = Path(__file__).parent.parent.parent


def test_good_items_are_code_0_and_touch_no_database(feedsvc: Command, newsroom: Path) -> None:
    done = feedsvc("check")
    assert (done.code, done.out) == (0, "")
    assert done.err == "2 items in 2 feeds: 0 errors, 0 warnings\n"
    assert not (newsroom / "data").exists()


def test_a_broken_item_is_code_4_with_place_and_caret(feedsvc: Command, newsroom: Path) -> None:
    (newsroom / "items" / "bad.md").write_text("---\ntitle: A\ndate: 24/13/2026\n---\nText.\n")
    done = feedsvc("check")
    assert done.code == 4
    first, excerpt, caret = done.out.splitlines()[:3]
    assert first.startswith("items/bad.md:3:")
    assert "E103" in first
    assert excerpt == "date: 24/13/2026"
    assert caret.strip() == "^"


def test_programs_get_the_same(feedsvc: Command, newsroom: Path) -> None:
    (newsroom / "items" / "bad.md").write_text("---\ntitle: A\ndate: 24/13/2026\n---\nText.\n")
    done = feedsvc("check", "--json")
    assert done.code == 4
    assert done.json["items"] == 2
    assert done.json["feeds"] == {"all": 2, "weather": 1}
    (problem,) = done.json["problems"]
    assert (problem["code"], problem["path"], problem["line"]) == ("E103", "bad.md", 3)


def test_a_folder_that_is_not_there_is_said(feedsvc: Command, newsroom: Path) -> None:
    (newsroom / "items").rename(newsroom / "elsewhere")
    done = feedsvc("check")
    assert done.code == 1
    assert "items" in done.err


def test_a_folder_of_any_size_is_checked_whole(
    feedsvc: Command, newsroom: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "BATCH_FILES", 1)
    (newsroom / "items" / "zebra.md").write_text("---\ntitle: A\ndate: 24/13/2026\n---\nText.\n")
    done = feedsvc("check", "--json")
    assert (done.code, done.json["items"]) == (4, 2)
    assert [problem["path"] for problem in done.json["problems"]] == ["zebra.md"]


def test_our_sample_items_are_a_newsroom_without_faults(feedsvc: Command) -> None:
    done = feedsvc("check", "--json", "--config", str(ROOT / "config.toml"))
    assert done.code == 0, done.out + done.err
    assert [problem["code"] for problem in done.json["problems"]] == ["W205"]
    assert done.json["items"] >= 14
    assert all(done.json["feeds"].values())
