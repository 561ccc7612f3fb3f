from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import feedparser
import pytest
from hypothesis import given

from feedsvc import formats
from feedsvc.model import FORMATS, Article, Format, Item, Selection
from tests.formats.samples import FEED, NOON, RICH, SITE, item, load, selection
from tests.formats.strategies import FEW, selections

EVERYTHING = Path(__file__).parents[1] / "cases" / "formats" / "everything.toml"


def read(body: bytes) -> feedparser.FeedParserDict:
    found = feedparser.parse(body)
    assert not found.get("bozo"), found.get("bozo_exception")
    return found


def ids(body: bytes, format_: Format) -> list[str]:
    """Return the ids of a feed's items as a reader finds them."""
    if format_ == "json":
        return [found["id"] for found in json.loads(body)["items"]]
    return [entry.id for entry in read(body).entries]


@pytest.mark.parametrize("format_", FORMATS)
@given(chosen=selections)
@FEW
def test_any_text_in_any_field_gives_a_feed_that_reads_back_as_the_same_items(
    format_: Format, chosen: Selection
) -> None:
    body = formats.render(chosen, format_)
    formats.check(body, format_)
    assert ids(body, format_) == [each.id for each in chosen.items]


@pytest.mark.parametrize("format_", FORMATS)
@given(chosen=selections)
@FEW
def test_the_same_selection_is_the_same_bytes(format_: Format, chosen: Selection) -> None:
    assert formats.render(chosen, format_) == formats.render(chosen, format_)


def test_the_bytes_do_not_depend_on_the_process() -> None:
    program = (
        "import sys, hashlib\n"
        "from pathlib import Path\n"
        "from feedsvc import formats\n"
        "from tests.formats.samples import load\n"
        "chosen = load(Path(sys.argv[1]))\n"
        "print([hashlib.sha256(formats.render(chosen, f)).hexdigest() for f in formats.SUFFIXES])\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program, str(EVERYTHING)],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            cwd=Path(__file__).parents[2],
            check=True,
            capture_output=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Kathmandu"))
    }
    assert len(said) == 1


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("count", [0, 1, 200])
def test_a_feed_of_any_size_reads_back_whole(format_: Format, count: int) -> None:
    chosen = selection(*(item(number, article=RICH) for number in range(count)))
    body = formats.render(chosen, format_)
    formats.check(body, format_)
    assert ids(body, format_) == [each.id for each in chosen.items]


@pytest.mark.parametrize("format_", ["rss", "atom"])
def test_a_reader_finds_everything_that_the_item_says(format_: Format) -> None:
    chosen = load(EVERYTHING)
    found = read(formats.render(chosen, format_))
    (entry,) = found.entries
    assert found.feed.title == chosen.feed.title
    assert entry.title == chosen.items[0].article.title
    assert entry.link == "https://herald.example/items/item-1"
    assert tuple(entry.published_parsed)[:6] == (2026, 11, 24, 6, 30, 0)
    assert tuple(entry.updated_parsed)[:6] == (2026, 11, 25, 9, 15, 30)
    assert "<strong>Tuesday</strong>" in entry.content[0].value
    assert [tag.term for tag in entry.tags] == ["ferries", "Trade & industry"]
    assert "Bo Lind" in str(entry.authors)
    enclosure = entry.enclosures[0]
    assert enclosure["href"] == "https://herald.example/media/items/talk.mp3"
    assert (enclosure["type"], str(enclosure["length"])) == ("audio/mpeg", "123456")


@pytest.mark.parametrize("format_", ["rss", "atom"])
@pytest.mark.parametrize(
    "title", ["Use <b> in Q&A", "港口明早重新开放", "عاصفة في المساء", "🎉👩‍🚀", "a ]]> b", "AT&T"]
)
def test_a_reader_sees_a_title_as_it_was_written(format_: Format, title: str) -> None:
    (entry,) = read(formats.render(selection(item(title=title)), format_)).entries
    assert entry.title == title


@pytest.mark.parametrize("format_", FORMATS)
def test_an_item_that_cannot_be_rendered_is_named(format_: Format) -> None:
    for broken in (item(9, id=" "), replace(item(9), article=Article(title=None))):  # type: ignore[arg-type]  # a row from elsewhere
        with pytest.raises(formats.RenderError) as caught:
            formats.render(selection(item(1), broken, item(2)), format_)
        assert caught.value.item_id == broken.id


def test_a_fault_of_the_feed_itself_blames_no_item() -> None:
    with pytest.raises(formats.RenderError, match="no time zone") as caught:
        formats.render(replace(selection(item()), updated=datetime(2026, 1, 1)), "rss")
    assert caught.value.item_id == ""


def test_two_feeds_of_the_same_items_differ_in_what_they_say_about_themselves_only() -> None:
    one, other = (
        json.loads(formats.render(selection(item(), feed=replace(FEED, path=path)), "json"))
        for path in ("/feeds/a", "/feeds/b")
    )
    assert one["items"] == other["items"]
    assert one["feed_url"] != other["feed_url"]


def test_updated_is_never_before_published() -> None:
    early: Item = item(published=NOON, updated=NOON - timedelta(days=1))
    body = formats.render(selection(early, site=SITE), "atom").decode()
    assert body.count("2026-11-25T12:00:00Z") == 3


@given(chosen=selections)
@FEW
def test_an_entry_is_what_stands_in_the_document_of_any_feed_of_its_setting(chosen: Selection) -> None:
    setting = formats.Setting.of(chosen.site, chosen.feed)
    for format_ in FORMATS:
        body = formats.render(chosen, format_)
        for each in chosen.items:
            prepared = formats.prepare(setting, each)
            assert prepared is not None
            assert formats.entry(setting, prepared, format_)[0] in body


@pytest.mark.parametrize("format_", FORMATS)
def test_a_feed_without_items_whose_title_looks_like_its_date_keeps_both(format_: Format) -> None:
    stand_in = '<updated>9999-12-31T23:59:59Z</updated>"updated":"9999-12-31T23:59:59Z"'
    body = formats.render(selection(feed=replace(FEED, title=stand_in)), format_)
    formats.check(body, format_)
    title = json.loads(body)["title"] if format_ == "json" else read(body).feed.title
    assert title == stand_in
    assert (b"2026-11-25T12:00:00Z" in body) is (format_ != "rss")


@pytest.mark.parametrize("content", ["full", "summary"])
def test_an_item_with_a_licence_of_its_own_declares_its_namespace_also_without_content(
    content: Literal["full", "summary"],
) -> None:
    licensed = item(1, license="https://licence.example/", summary="Short")
    body = formats.render(selection(licensed, feed=replace(FEED, content=content)), "rss")
    formats.check(body, "rss")
    assert b"xmlns:dcterms=" in body
    plain = formats.render(selection(item(1, summary="Short"), feed=replace(FEED, content=content)), "rss")
    assert b"xmlns:dcterms=" not in plain


def test_content_that_looks_like_a_namespace_of_ours_declares_none() -> None:
    body = formats.render(selection(item(1, content="<p>&lt;rsl:x</p><rsl:content>")), "rss")
    assert b"xmlns:rsl=" not in body
