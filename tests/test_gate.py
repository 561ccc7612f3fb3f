"""The gate: an item that stands in the way is left out, and everything else is published."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.gate import build
from feedsvc.model import FORMATS
from tests.formats.samples import item, selection

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
