from __future__ import annotations

import pytest

from feedsvc.feeds import matches
from feedsvc.model import Article, Item, Person, Rule
from tests.formats.samples import NOON, item

FERRY: Item = item(
    source="agency",
    published=NOON,
    article=Article(
        title="Ferry back in service",
        summary="It sails on Tuesday.",
        content="<p>The <b>captain</b> said: “Zürich&#x21;”</p>",
        authors=(Person("Anna Berg"),),
        tags=("Storm", "Sea"),
        language="en-GB",
        feeds=("picks",),
    ),
)


@pytest.mark.parametrize(
    "rule",
    [
        Rule(),
        Rule(feed="all"),
        Rule(sources=("items", "agency")),
        Rule(tags=("weather", "STORM")),
        Rule(authors=("anna berg",)),
        Rule(languages=("de", "en")),
        Rule(languages=("EN-gb",)),
        Rule(text="ferry TUESDAY captain zürich anna sea"),
        Rule(text="!"),
        Rule(sources=("agency",), tags=("sea",), authors=("Anna Berg",), languages=("en",), text="ferry"),
        Rule(exclude_tags=("sport",), exclude_sources=("items",)),
        Rule(tags=("sport",), exclude_sources=("agency",), feed="picks"),
    ],
)
def test_an_item_is_in_where_every_part_says_so(rule: Rule) -> None:
    assert matches(rule, FERRY)


@pytest.mark.parametrize(
    "rule",
    [
        Rule(sources=("Agency",)),
        Rule(tags=("weather",)),
        Rule(tags=("sport",), feed="other"),
        Rule(authors=("Anna",)),
        Rule(languages=("en-US", "de", "e")),
        Rule(text="ferry bridge"),
        Rule(text="b"),
        Rule(tags=("storm",), languages=("de",)),
        Rule(tags=("storm",), exclude_tags=("SEA",)),
        Rule(exclude_sources=("agency",)),
    ],
)
def test_an_item_is_out_where_one_part_says_no(rule: Rule) -> None:
    assert not matches(rule, FERRY)


def test_an_item_without_a_language_is_in_no_language() -> None:
    assert not matches(Rule(languages=("en",)), item(language=None))
