from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from feedsvc.feeds import fingerprint
from feedsvc.model import Feed, Image, Item, Person, Rule, Site
from tests.formats.samples import FEED, NOON, SITE, item

ITEMS = (item(1), item(2))
SAME = fingerprint(FEED, SITE, ITEMS, ())


def test_the_same_feed_has_the_same_fingerprint() -> None:
    assert fingerprint(replace(FEED), replace(SITE), [*ITEMS], []) == SAME


@pytest.mark.parametrize(
    "items",
    [
        ITEMS[:1],
        ITEMS[::-1],
        (*ITEMS, item(3)),
        (replace(item(1), hash="other"), item(2)),
        (replace(item(1), updated=NOON + timedelta(milliseconds=1)), item(2)),
        (replace(item(1), published=NOON), item(2)),
        (replace(item(1), slug="other"), item(2)),
        (replace(item(1), id="urn:other"), item(2)),
    ],
)
def test_it_changes_with_the_items(items: tuple[Item, ...]) -> None:
    assert fingerprint(FEED, SITE, items, ()) != SAME


@pytest.mark.parametrize(
    "feed",
    [
        replace(FEED, title="Other"),
        replace(FEED, path="/other"),
        replace(FEED, description="Other"),
        replace(FEED, language="sv"),
        replace(FEED, content="summary"),
        replace(FEED, ttl=60),
        replace(FEED, image=Image("https://herald.example/logo.png")),
    ],
)
def test_it_changes_with_what_the_feed_says_about_itself(feed: Feed) -> None:
    assert fingerprint(feed, SITE, ITEMS, ()) != SAME


@pytest.mark.parametrize(
    "site",
    [
        replace(SITE, url="https://other.example"),
        replace(SITE, title="Other"),
        replace(SITE, author=Person("Other")),
        replace(SITE, rights="Other"),
    ],
)
def test_it_changes_with_the_site(site: Site) -> None:
    assert fingerprint(FEED, site, ITEMS, ()) != SAME


def test_it_changes_with_the_hubs() -> None:
    assert fingerprint(FEED, SITE, ITEMS, ("https://hub.example/",)) != SAME


def test_another_rule_for_the_same_items_changes_nothing() -> None:
    feed = replace(FEED, rule=Rule(tags=("storm",)), limit=10, order="updated")
    assert fingerprint(feed, SITE, ITEMS, ()) == SAME
