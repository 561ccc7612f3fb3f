"""The gate: an item that stands in the way is left out, and everything else is published."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc import formats, gate
from feedsvc.feeds.lint import MOST_OF_A_CODE
from feedsvc.formats import Setting
from feedsvc.gate import Rejected, build, build_one
from feedsvc.memo import Memo
from feedsvc.model import FORMATS, Archive, Enclosure, Format, Image, Item, Origin, Person, Selection
from feedsvc.podcast import Podcast
from tests.formats.samples import NOON, RICH, item, selection
from tests.formats.strategies import selections

TEXT = st.text(max_size=60)


def test_a_good_selection_passes_whole() -> None:
    made = build(selection(item(1), item(2)))
    assert [result.format for result in made] == list(FORMATS)
    assert all(result.body and not result.rejected for result in made)


def test_two_items_with_one_id_cost_one_item_and_not_the_feed() -> None:
    twice = replace(item(2), id=item(1).id)
    for result in build(selection(item(1), twice, item(3))):
        assert result.body
        assert [bad.item.guid for bad in result.rejected] == [twice.guid]
        assert item(1).id in bad_reason(result.rejected[0].reason)


@given(selections)
@settings(max_examples=30, deadline=None)
def test_what_passes_is_the_document_as_it_is_rendered_in_one_go(chosen: Selection) -> None:
    for result in build(chosen):
        shown = replace(chosen, items=_without(chosen.items, result.rejected))
        assert result.body == formats.render(shown, result.format)


@given(selections)
@settings(max_examples=30, deadline=None)
def test_what_passes_is_what_a_feed_reader_finds(chosen: Selection) -> None:
    for result in build(chosen):
        shown = [item.id for item in _without(chosen.items, result.rejected)]
        if result.format == "json":
            assert [each["id"] for each in json.loads(result.body)["items"]] == shown
            continue
        read = feedparser.parse(BytesIO(result.body))
        assert not read.bozo
        assert [entry.id for entry in read.entries] == shown


def _without(items: Sequence[Item], rejected: Sequence[Rejected]) -> tuple[Item, ...]:
    bad = [each.item for each in rejected]
    return tuple(item for item in items if not any(item is each for each in bad))


def test_an_entry_that_passed_is_made_again_only_when_something_in_it_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    entry = formats.entry

    def counted(setting: Setting, item: Item, format_: Format) -> tuple[bytes, frozenset[str]]:
        made.append(item.guid)
        return entry(setting, item, format_)

    monkeypatch.setattr(formats, "entry", counted)
    one, two = (replace(item(number), hash=f"{number:064}") for number in (1, 2))
    chosen = selection(one, two)
    first = build(chosen)
    assert len(made) == 6
    assert build(chosen) == first
    assert build(replace(chosen, updated=chosen.updated + timedelta(days=1)))
    assert len(made) == 6
    corrected = replace(two, hash=f"{3:064}", article=replace(two.article, title="Corrected"))
    chosen = replace(chosen, items=(one, corrected))
    again = build(chosen)
    assert made[6:] == [two.guid] * 3
    assert all(b"Corrected" in result.body for result in again)
    build(replace(chosen, feed=replace(chosen.feed, content="summary")))
    assert len(made) == 15
    other = replace(chosen.feed, slug="other", path="/feeds/other", title="Other", description="Others")
    build(replace(chosen, feed=other, site=replace(chosen.site, title="Elsewhere")))
    assert len(made) == 15


def test_of_a_feed_larger_than_all_that_is_kept_only_what_changed_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = 20_000
    monkeypatch.setattr(gate, "_KEPT", Memo(room, 100 * room))
    items = [hashed(item(number)) for number in range(60)]
    chosen = selection(*items)
    first, again = build(chosen), build(chosen)
    assert sum(len(result.body) for result in first) > room
    made: list[str] = []
    entry = formats.entry

    def counted(setting: Setting, item: Item, format_: Format) -> tuple[bytes, frozenset[str]]:
        made.append(item.guid)
        return entry(setting, item, format_)

    monkeypatch.setattr(formats, "entry", counted)
    one = hashed(replace(items[7], article=replace(items[7].article, title="Corrected")))
    build(replace(chosen, items=(*items[:7], one, *items[8:])))
    assert made == [one.guid] * 3
    assert first == again


PODCAST = Podcast((("News",),), explicit=False, image="https://herald.example/art.png", author="Anna")
SOUND = Enclosure("https://herald.example/talk.mp3", "audio/mpeg", 1)


def of_site(**fields: Any) -> Edit:
    return lambda chosen, _: replace(chosen, site=replace(chosen.site, **fields))


def of_feed(**fields: Any) -> Edit:
    return lambda chosen, _: replace(chosen, feed=replace(chosen.feed, **fields))


def of_item(**fields: Any) -> Edit:
    return lambda chosen, place: _with_item(chosen, place, lambda item: replace(item, **fields))


def of_article(**fields: Any) -> Edit:
    """Return the edit of an item's content, which comes with another hash."""

    return lambda chosen, place: _with_item(
        chosen, place, lambda item: hashed(replace(item, article=replace(item.article, **fields)))
    )


def _with_item(chosen: Selection, place: int, change: Callable[[Item], Item]) -> Selection:
    items = list(chosen.items)
    if items:
        items[place % len(items)] = change(items[place % len(items)])
    return replace(chosen, items=tuple(items))


def _turned(chosen: Selection, place: int) -> Selection:
    return replace(chosen, items=(*chosen.items[place:], *chosen.items[:place]))


def _shorter(chosen: Selection, _: int) -> Selection:
    gone = [replace(item, withdrawn_at=item.updated + timedelta(days=1)) for item in chosen.items[:1]]
    return replace(chosen, items=chosen.items[1:], withdrawn=(*gone, *chosen.withdrawn))


Edit = Callable[[Selection, int], Selection]
EDITS: list[Edit] = [
    *(of_site(url=url) for url in ("https://herald.example", "https://other.example/x")),
    *(of_site(title=title) for title in ("Harbour Herald", "Other & <b>")),
    *(of_site(license=address) for address in ("", "https://licence.example/")),
    *(of_site(rsl=address) for address in ("", "https://herald.example/rsl.xml")),
    *(of_site(rsl_permits=uses, rsl_prohibits=uses) for uses in ((), ("search",))),
    *(of_site(language=tag, author=Person(tag), rights=tag) for tag in ("en", "de")),
    *(of_feed(title=text, description=text, path=f"/feeds/{text}") for text in ("world", "sea")),
    *(of_feed(language=tag) for tag in ("", "en", "de")),
    *(of_feed(license=address) for address in ("", "https://creativecommons.org/licenses/by/4.0/")),
    *(of_feed(content=mode) for mode in ("full", "summary")),
    *(of_feed(podcast=podcast) for podcast in (None, PODCAST, replace(PODCAST, author="Bo", guid="x"))),
    *(of_feed(image=image, ttl=7) for image in (None, Image("https://herald.example/a.png"))),
    *(of_feed(tombstones=told, complete=told) for told in (True, False)),
    *(of_item(slug=slug) for slug in ("a", "b c")),
    *(of_item(updated=NOON + timedelta(hours=hours)) for hours in (1, 2)),
    *(of_item(published=NOON - timedelta(days=days)) for days in (1, 900)),
    *(of_article(title=title) for title in ("One", "Two & <b>", "")),
    *(of_article(content=html) for html in ("<p>One</p>", "", "<p>]]></p>")),
    *(of_article(language=tag) for tag in ("de", "en", None)),
    *(of_article(enclosures=files) for files in ((), (SOUND,), (Enclosure("noise", "audio/mpeg", 1),))),
    *(of_article(license=address) for address in (None, "https://licence.example/2")),
    lambda chosen, place: replace(chosen, updated=NOON + timedelta(minutes=place)),
    lambda chosen, place: replace(chosen, hubs=("https://hub.example/",) * (place % 2)),
    lambda chosen, place: replace(chosen, archive=Archive(place % 2, place % 3)),
    _turned,
    _shorter,
]


@given(st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 3)), max_size=12))
@settings(max_examples=40 if os.environ.get("CI") else 15, deadline=None)
def test_whatever_was_kept_a_feed_is_the_same_as_in_a_new_process(edits: list[tuple[Edit, int]]) -> None:
    chosen = rich()
    for edit, place in edits:
        chosen = edit(chosen, place)
        assert_as_new(chosen)


def test_nothing_that_was_kept_outlives_what_it_was_made_by() -> None:
    for edit in EDITS:
        for place in (0, 1):
            assert_as_new(rich())
            assert_as_new(edit(rich(), place))


def rich() -> Selection:
    """Return a feed of items that every setting shows in."""
    articles = [RICH, replace(RICH, language="de", image=None), replace(RICH, origin=Origin("Elsewhere"))]
    return selection(*(hashed(item(number, article=article)) for number, article in enumerate(articles)))


def hashed(item: Item) -> Item:
    """Return an item with the hash of its content, as every stored one has."""
    return replace(item, hash=sha256(repr(item.article).encode()).hexdigest())


def assert_as_new(chosen: Selection) -> None:
    """Hold what the gate builds against what is rendered from nothing."""
    for result in build(chosen):
        shown = replace(chosen, items=_without(chosen.items, result.rejected))
        assert result.body == formats.render(shown, result.format)
        assert result.body


def test_what_validators_call_an_error_keeps_an_item_out_and_says_which() -> None:
    bad = replace(
        item(2), article=replace(item(2).article, enclosures=(Enclosure("noise", "audio/mpeg", 1),))
    )
    for result in build(selection(item(1), bad)):
        assert result.body
        reasons = [each.reason for each in result.rejected]
        assert all(re.match(r"F\d{3}: ", reason) for reason in reasons)
    assert any(result.rejected for result in build(selection(item(1), bad)))


def test_every_one_of_very_many_bad_items_is_kept_out() -> None:
    noise = (Enclosure("noise", "audio/mpeg", 1),)
    items = [item(number) for number in range(MOST_OF_A_CODE + 100)]
    bad = [replace(each, article=replace(each.article, enclosures=noise)) for each in items]
    good = item(len(items))
    made = build_one(selection(*bad, good), "rss")
    assert len(made.rejected) == len(bad)
    assert [each.item for each in made.rejected] == bad


def test_one_item_with_very_many_errors_does_not_hide_those_of_another() -> None:
    noise = Enclosure("noise", "audio/mpeg", 1)
    worst, bad = (
        replace(item(number), article=replace(item(number).article, enclosures=(noise,) * count))
        for number, count in ((1, MOST_OF_A_CODE + 100), (2, 2))
    )
    made = build_one(selection(worst, bad, item(3)), "json")
    assert [each.item for each in made.rejected] == [worst, bad]


def test_an_empty_selection_is_a_good_feed() -> None:
    assert all(result.body for result in build(selection()))


@given(TEXT, TEXT, TEXT)
@settings(max_examples=40, deadline=None)
def test_no_text_in_one_item_costs_the_others(title: str, summary: str, content: str) -> None:
    odd = replace(item(2), article=replace(item(2).article, title=title, summary=summary, content=content))
    for result in build(selection(item(1), odd, item(3))):
        assert result.body
        assert not {bad.item.id for bad in result.rejected} & {item(1).id, item(3).id}


def bad_reason(reason: str) -> str:
    assert reason
    return reason
