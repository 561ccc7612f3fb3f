"""The model's site and feeds, as the settings name them."""

from __future__ import annotations

from pathlib import Path

from feedsvc import config
from feedsvc.model import Person, Rule

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
    file = tmp_path / "config.toml"
    file.write_text(TEXT, encoding="utf-8")
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
