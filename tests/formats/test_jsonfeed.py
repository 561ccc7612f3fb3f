from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given

from feedsvc import formats
from feedsvc.model import Selection
from tests.formats.samples import FEED, RICH, item, selection
from tests.formats.strategies import FEW, selections


def feed(chosen: Selection) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(formats.render(chosen, "json"))
    return loaded


def values(tree: Any) -> Iterator[Any]:
    yield tree
    children = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    for child in children:
        yield from values(child)


@given(chosen=selections)
@FEW
def test_nothing_is_null_or_empty_but_the_list_of_items(chosen: Selection) -> None:
    found = feed(chosen)
    items = found.pop("items")
    assert all(value not in (None, "", [], {}) for value in values([found, *items] if items else found))
    assert all(set(each) & {"content_html", "content_text"} for each in items)


def test_the_feed_address_is_the_topic_and_hubs_say_their_type() -> None:
    found = feed(selection(hubs=("https://hub.example/",)))
    assert found["feed_url"] == "https://herald.example/feeds/world.json"
    assert found["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]


def test_text_is_written_as_it_is() -> None:
    body = formats.render(selection(item(title="港口 عاصفة 🎉")), "json")
    assert "港口 عاصفة 🎉" in body.decode("utf-8")


def test_an_article_that_lives_elsewhere_says_so() -> None:
    own, elsewhere = feed(selection(item(1), item(2, link="https://agency.example/1")))["items"]
    assert own["url"] == "https://herald.example/items/item-1"
    assert "external_url" not in own
    assert elsewhere["url"] == elsewhere["external_url"] == "https://agency.example/1"


def test_a_summary_feed_still_gives_every_item_content() -> None:
    chosen = selection(
        item(1, summary="a < b", content="<p>x</p>"),
        item(2, content=""),
        feed=replace(FEED, content="summary"),
    )
    assert [each["content_html"] for each in feed(chosen)["items"]] == ["<p>a &lt; b</p>", "<p>Item 2</p>"]


def test_authors_are_there_for_old_and_new_readers() -> None:
    (one,) = feed(selection(item(article=RICH)))["items"]
    assert one["authors"] == [{"name": "Anna Berg"}, {"name": "Bo Lind"}]
    assert one["author"] == {"name": "Anna Berg"}


def test_each_item_is_one_line() -> None:
    body = formats.render(selection(item(1, content="<p>a\n</p>"), item(2)), "json").decode()
    assert [json.loads(line.rstrip(","))["title"] for line in body.splitlines()[1:-1]] == ["Item 1", "Item 2"]
