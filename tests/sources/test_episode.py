"""What the fields of a file say for podcasts."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsvc.model import Article, Enclosure
from feedsvc.podcast import Episode, Transcript
from feedsvc.sources.compose import Composed, compose
from feedsvc.sources.mediatypes import media_type
from feedsvc.sources.rules import FolderRules
from feedsvc.sources.shelf import Shelf
from tests.sources.folders import NOW, png

MEDIA = "https://news.example/media/items/"


def composed(root: Path, head: str) -> Composed:
    for name in ("talk.mp3", "talk.vtt", "talk.de.srt"):
        (root / name).write_bytes(b"x" * 12)
    (root / "talk.png").write_bytes(png(1400, 1400))
    rules = FolderRules("items", root, "https://news.example", "UTC", "en", subfolder_tags=True)
    return compose(f"---\n{head}\n---\nText.".encode(), "a.md", rules, Shelf(rules), NOW)


def made(root: Path, head: str) -> Article:
    result = composed(root, head)
    assert result.article is not None, result.problems
    assert result.problems == ()
    return result.article


def test_an_episode_says_what_podcasts_ask(tmp_path: Path) -> None:
    head = """title: Tide
audio: talk.mp3
duration: 1:00:01
episode: 3
season: 2
episode_type: Bonus
explicit: yes
artwork: talk.png
transcript:
- talk.vtt
- {url: talk.de.srt, language: de}
chapters: https://news.example/talk.json
license: https://creativecommons.org/licenses/by/4.0/"""
    article = made(tmp_path, head)
    assert article.episode == Episode(
        number=3,
        season=2,
        kind="bonus",
        explicit=True,
        image=f"{MEDIA}talk.png",
        transcripts=(
            Transcript(f"{MEDIA}talk.vtt", "text/vtt"),
            Transcript(f"{MEDIA}talk.de.srt", "application/x-subrip", "de"),
        ),
        chapters="https://news.example/talk.json",
    )
    assert article.enclosures == (Enclosure(f"{MEDIA}talk.mp3", "audio/mpeg", 12, "", 3601),)
    assert article.license == "https://creativecommons.org/licenses/by/4.0/"


def test_what_lies_beside_the_file_belongs_to_the_item(tmp_path: Path) -> None:
    result = composed(tmp_path, "title: Tide\ntranscript: talk.vtt\nartwork: talk.png")
    assert set(result.media) == {"talk.vtt", "talk.png"}


def test_an_item_without_these_fields_says_nothing_of_episodes(tmp_path: Path) -> None:
    assert made(tmp_path, "title: Tide\naudio: talk.mp3").episode is None


def test_an_enclosures_own_duration_is_the_better_one(tmp_path: Path) -> None:
    article = made(tmp_path, "title: Tide\nduration: 9\naudio: {url: talk.mp3, duration: 7}")
    assert article.enclosures[0].duration == 7


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("episode: 0", "E106"),
        ("season: first", "E106"),
        ("episode_type: half", "E106"),
        ("explicit: perhaps", "E106"),
        ("duration: long", "E106"),
        ("transcript: {language: de}", "E106"),
        ("transcript: {url: talk.vtt, language: speaking}", "E106"),
        ("chapters: talk.json", "E104"),
        ("license: CC BY", "E104"),
        ("transcript: gone.vtt", "E109"),
        ("artwork: gone.png", "E109"),
    ],
)
def test_what_cannot_be_meant_is_told(tmp_path: Path, line: str, code: str) -> None:
    assert [problem.code for problem in composed(tmp_path, f"title: Tide\n{line}").problems] == [code]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("talk.m4a", "audio/mp4"),
        ("https://a.example/talk.M4V?x=1", "video/mp4"),
        ("talk.ogg", "audio/ogg"),
        ("talk.srt", "application/x-subrip"),
        ("paper.zip", "application/zip"),
        ("talk", "application/octet-stream"),
    ],
)
def test_a_sound_is_known_by_its_name_as_it_is_served(name: str, kind: str) -> None:
    assert media_type(name) == kind
