"""The model's site and feeds, as the settings name them."""

from __future__ import annotations

from pathlib import Path

from feedsvc import config
from feedsvc.model import Image, Person, Rule
from feedsvc.podcast import Podcast

TEXT = """
[site]
url = "https://news.example/"
title = "Harbour News"
email = "desk@news.example"
language = "de"
[feeds.world]
tags = ["a"]
languages = ["ar"]
order = "updated"
limit = 9
[feeds.all]
title = "Everything"
"""


def load(tmp_path: Path) -> config.Settings:
    return write(tmp_path, TEXT)


def write(tmp_path: Path, text: str) -> config.Settings:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return config.load(file, {})


def test_the_site_has_no_slash_at_its_end_and_an_author_where_one_is_known(tmp_path: Path) -> None:
    site = config.site(load(tmp_path))
    assert site.url == "https://news.example"
    assert site.author == Person("Harbour News", "desk@news.example")


def test_the_feed_of_everything_is_first_and_can_be_renamed(tmp_path: Path) -> None:
    first, second = config.feeds(load(tmp_path))
    assert (first.slug, first.title, first.path, first.rule) == (
        "all",
        "Everything",
        "/feeds/all",
        Rule(feed="all"),
    )
    assert (second.title, second.language, second.limit, second.order) == (
        "Harbour News: World",
        "de",
        9,
        "updated",
    )
    assert second.rule == Rule(tags=("a",), languages=("ar",), feed="world")


TALK = """
[site]
url = "https://news.example"
title = "Harbour News"
email = "desk@news.example"
license = "https://creativecommons.org/licenses/by/4.0/"
image = "https://news.example/logo.png"
rsl_prohibits = ["ai-train"]
[feeds.talk]
license = "https://news.example/terms"
image = "https://news.example/talk.png"
[feeds.talk.podcast]
category = ["daily news", "Society & culture"]
explicit = false
image = "https://news.example/talk.jpg"
funding = "https://news.example/support"
"""


def test_licences_and_images_are_the_sites_and_the_feeds(tmp_path: Path) -> None:
    settings = write(tmp_path, TALK)
    site, feed = config.site(settings), config.feeds(settings)[1]
    assert (site.license, site.image) == (
        "https://creativecommons.org/licenses/by/4.0/",
        Image("https://news.example/logo.png"),
    )
    assert site.rsl_prohibits == ("ai-train",)
    assert (feed.license, feed.image) == (
        "https://news.example/terms",
        Image("https://news.example/talk.png"),
    )


def test_a_podcast_is_a_feed_with_apples_words(tmp_path: Path) -> None:
    every, talk = config.feeds(write(tmp_path, TALK))
    assert every.podcast is None
    assert talk.podcast == Podcast(
        categories=(("News", "Daily News"), ("Society & Culture",)),
        explicit=False,
        image="https://news.example/talk.jpg",
        author="Harbour News",
        owner="Harbour News",
        email="desk@news.example",
        funding=(("https://news.example/support", "Support us"),),
    )
