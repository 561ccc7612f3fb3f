"""The gate: an item that stands in the way is left out, and everything else is published."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc import formats
from feedsvc.gate import Rejected, build
from feedsvc.model import FORMATS, Enclosure, Format, Item, Selection
from tests.formats.samples import item, selection
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


def _without(items: Sequence[Item], rejected: Sequence[Rejected]) -> tuple[Item, ...]:
    bad = [each.item for each in rejected]
    return tuple(item for item in items if not any(item is each for each in bad))


def test_an_entry_that_passed_is_made_again_only_when_something_in_it_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    entry = formats.entry

    def counted(frame: Selection, item: Item, format_: Format) -> bytes:
        made.append(item.guid)
        return entry(frame, item, format_)

    monkeypatch.setattr(formats, "entry", counted)
    one, two = (replace(item(number), hash=f"{number:064}") for number in (1, 2))
    chosen = selection(one, two)
    first = build(chosen)
    assert len(made) == 6
    assert build(chosen) == first
    assert build(replace(chosen, updated=chosen.updated + timedelta(days=1)))
    assert len(made) == 6
    corrected = replace(two, hash=f"{3:064}", article=replace(two.article, title="Corrected"))
    again = build(replace(chosen, items=(one, corrected)))
    assert made[6:] == [two.guid] * 3
    assert all(b"Corrected" in result.body for result in again)
    build(replace(chosen, feed=replace(chosen.feed, content="summary")))
    assert len(made) == 15


def test_what_validators_call_an_error_keeps_an_item_out_and_says_which() -> None:
    bad = replace(
        item(2), article=replace(item(2).article, enclosures=(Enclosure("noise", "audio/mpeg", 1),))
    )
    for result in build(selection(item(1), bad)):
        assert result.body
        reasons = [each.reason for each in result.rejected]
        assert all(re.match(r"F\d{3}: ", reason) for reason in reasons)
    assert any(result.rejected for result in build(selection(item(1), bad)))


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
