"""The table inside a table: what is wrong in it is told at its place, and variables reach it."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsvc import config
from feedsvc.config import show
from feedsvc.config.complaints import Misconfigured

HEAD = "[feeds.talk.podcast]\n"
GOOD = HEAD + 'category = ["News"]\nexplicit = true\nimage = "https://news.example/talk.jpg"\n'


def load(tmp_path: Path, text: str, **environ: str) -> config.Settings:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return config.load(file, environ)


def complaints(tmp_path: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        load(tmp_path, text, **environ)
    return [str(each).replace(f"{tmp_path}/", "") for each in caught.value.complaints]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            'category = ["Dayly News"]',
            "config.toml:2:13: feeds.talk.podcast.category.0: “Dayly News” is no category of Apple's; "
            "did you mean “News > Daily News”?",
        ),
        (
            'category = ["News > Politic"]',
            "config.toml:2:13: feeds.talk.podcast.category.0: “News > Politic” is no category of Apple's; "
            "did you mean “News > Politics”?",
        ),
        (
            "category = []",
            'config.toml:2:12: feeds.talk.podcast.category: must name at least one, such as ["News"]',
        ),
        (
            'image = "https://news.example/talk.webp"',
            "config.toml:2:9: feeds.talk.podcast.image: must be the address of a JPEG or PNG that ends with "
            ".jpg or .png; try “https://news.example/podcast.jpg”",
        ),
        (
            'guid = "7"',
            "config.toml:2:8: feeds.talk.podcast.guid: must be a UUID, got “7”; take it from podcast:guid of "
            "the feed",
        ),
        (
            'type = "serials"',
            'config.toml:2:8: feeds.talk.podcast.type: must be one of “episodic”, “serial”, got "serials"; '
            'try "serial"',
        ),
        (
            "explict = true",
            "config.toml:2:1: feeds.talk.podcast.explict: there is no such option; did you mean “explicit”?",
        ),
        ("explicit = 7", "config.toml:2:12: feeds.talk.podcast.explicit: must be true or false, got 7"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(tmp_path: Path, line: str, told: str) -> None:
    assert told in complaints(tmp_path, f"{HEAD}{line}\n")


def test_what_is_missing_is_told_with_what_to_write(tmp_path: Path) -> None:
    assert complaints(tmp_path, HEAD) == [
        'config.toml:1:1: feeds.talk.podcast.category: is missing; write category = ["News > Daily News"]',
        "config.toml:1:1: feeds.talk.podcast.explicit: is missing; write explicit = false",
        "config.toml:1:1: feeds.talk.podcast.image: is missing; write image = "
        '"https://news.example/podcast.jpg"',
    ]


def test_a_podcast_must_be_a_table(tmp_path: Path) -> None:
    (told,) = complaints(tmp_path, "[feeds.talk]\npodcast = true\n")
    assert told.startswith(
        "config.toml:2:11: feeds.talk.podcast: must be a table; write [feeds.talk.podcast]"
    )


def test_a_variable_reaches_into_the_table(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD, FEEDSVC_FEEDS__TALK__PODCAST__TYPE="serial")
    podcast = settings.feeds["talk"].podcast
    assert podcast is not None
    assert podcast.type == "serial"
    (told,) = complaints(tmp_path, GOOD, FEEDSVC_FEEDS__TALK__PODCAST__TIPE="serial")
    assert "did you mean FEEDSVC_FEEDS__TALK__PODCAST__TYPE" in told
    (told,) = complaints(tmp_path, GOOD, FEEDSVC_FEEDS__TALK__PODCAST="serial")
    assert "there is no such option" in told


def test_every_option_of_the_table_is_shown_with_its_place(tmp_path: Path) -> None:
    load(tmp_path, GOOD)
    shown = {each.option: (each.value, each.origin) for each in show(tmp_path / "config.toml", {})}
    assert shown["feeds.talk.podcast.explicit"] == ("true", f"{tmp_path}/config.toml:3")
    assert shown["feeds.talk.podcast.locked"] == ("true", "default")
    assert "feeds.talk.podcast" not in shown


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('license = "CC BY"', "must be an http or https address"),
        (
            'rsl_permits = ["serch"]',
            "must hold words of RSL, got “serch”; they are all, ai-all, ai-train, ai-input, ai-index, search",
        ),
    ],
)
def test_terms_are_addresses_and_words_of_rsl(tmp_path: Path, line: str, told: str) -> None:
    (found,) = complaints(tmp_path, f"[site]\n{line}\n")
    assert told in found
