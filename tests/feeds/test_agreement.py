"""The rules in feeds and the store's SQL choose the same items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.feeds import matches
from feedsvc.model import Article, Item, Person, Rule
from feedsvc.store import Store, items
from tests.formats.samples import NOON, item

TAGS = ("Storm", "storm", "Sea", "R&D", "straße", "STRASSE")
AUTHORS = ("Anna Berg", "ANNA BERG", "Bo", "Éva")
LANGUAGES = ("en", "en-GB", "EN-us", "de", "zh-Hans-CN")
WORDS = ("ferry", "Zürich", "ZURICH", "sails", "港口", "b", "amp", "naïve", "!")
SOURCES = ("items", "agency")
FEEDS = ("picks", "world")


def some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=most).map(tuple)


rules = st.builds(
    Rule,
    sources=some(SOURCES, 1),
    tags=some(TAGS),
    authors=some(AUTHORS, 1),
    languages=some(LANGUAGES, 1),
    text=some(WORDS).map(" ".join),
    exclude_tags=some(TAGS, 1),
    exclude_sources=some(SOURCES, 1),
    feed=st.sampled_from(("", *FEEDS)),
)


def stored() -> list[Item]:
    """Return items that differ in everything that a rule can ask for."""
    return [
        item(
            number,
            source=SOURCES[number % 2],
            article=Article(
                title=("Ferry sails", "Zürich R&D", "港口重新开放")[number % 3],
                content=f"<p>A <b>naïve</b> text &amp; {WORDS[number % len(WORDS)]}</p>",
                authors=tuple(Person(name) for name in AUTHORS[number % 4 : number % 4 + 2]),
                tags=TAGS[number % 6 : number % 6 + 2],
                language=(None, *LANGUAGES)[number % 6],
                feeds=FEEDS[number % 3 : number % 3 + 1],
            ),
        )
        for number in range(1, 41)
    ]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("agreement")
    opened = Store(f"sqlite:///{folder / 'feedsvc.db'}", synchronous="normal", clock=lambda: NOON)
    opened.upgrade()
    with opened.write() as transaction:
        items.insert(transaction.connection, stored(), transaction.seq())
    yield opened
    opened.close()


@given(rule=rules)
@settings(max_examples=80, deadline=None)
def test_a_rule_chooses_what_the_database_selects(store: Store, rule: Rule) -> None:
    with store.read() as connection:
        selected = items.select(connection, rule, now=NOON + timedelta(days=1), limit=500)
    assert [each.id for each in selected] == [each.id for each in stored() if matches(rule, each)]
