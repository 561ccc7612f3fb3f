"""The archive of a feed: every item ever shown in exactly one page, and no page that shifts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc import paging
from feedsvc import publish as publishing
from feedsvc.store import ArchivePage, rendered
from tests.desk import Desk, desk


@pytest.fixture
def room(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(paging, "PAGE_ITEMS", 4)
    with desk(tmp_path, url=database_url) as opened:
        for number in range(10):
            save(opened, number)
        opened.look()
        opened.publish()
        for tag in ("storm", "market"):
            # Archives of tags begin when somebody asks for the tag's feed.
            body(opened, f"/tags/{tag}.rss")
        yield opened


def save(room: Desk, number: int, **fields: str) -> None:
    tags = "storm" if number % 2 else "market"
    fields = {"tags": tags, "date": f"2026-11-{1 + number:02}", **fields}
    room.save(f"{number:02}.md", f"Item {number}", **fields)


def body(room: Desk, path: str) -> bytes | None:
    service = room.service
    found = publishing.document(service.store, service.catalog, path, room.clock())
    return found.body if found else None


def chain(room: Desk, path: str) -> list[list[str]]:
    """Follow `next_url` from a feed to its first item ever; return the titles of each page."""
    pages = []
    while path:
        page = json.loads(body(room, path) or b"")
        pages.append([item["title"] for item in page["items"]])
        path = page.get("next_url", "").removeprefix("https://harbour.example")
    return pages[1:]


def test_every_item_is_in_one_page_and_the_chain_goes_back_to_the_first(room: Desk) -> None:
    pages = chain(room, "/feeds/all.json")
    assert pages == [
        ["Item 9", "Item 8"],
        ["Item 7", "Item 6", "Item 5", "Item 4"],
        ["Item 3", "Item 2", "Item 1", "Item 0"],
    ]
    assert chain(room, "/tags/storm.json") == [["Item 9"], ["Item 7", "Item 5", "Item 3", "Item 1"]]


@pytest.mark.parametrize("suffix", ["rss", "atom"])
def test_readers_of_rfc_5005_find_the_whole_archive(room: Desk, suffix: str) -> None:
    url, found = f"/feeds/all.{suffix}", Counter[str]()
    for _ in range(10):
        feed = feedparser.parse(body(room, url))
        links = {link.rel: link.href for link in feed.feed.links}
        assert links["self"] == f"https://harbour.example{url}"
        if "/archive/" in url:
            found.update(entry.id for entry in feed.entries)
            assert links["current"] == f"https://harbour.example/feeds/all.{suffix}"
            assert b"archive/>" in (body(room, url) or b"")
        if "prev-archive" not in links:
            break
        url = links["prev-archive"].removeprefix("https://harbour.example")
    assert set(found.values()) == {1}
    assert len(found) == 10


def test_a_new_item_changes_the_last_page_alone(room: Desk) -> None:
    before = [body(room, f"/feeds/all/archive/{page}.atom") for page in (1, 2, 3)]
    room.clock.turn(minutes=1)
    room.save("old.md", "An old item that came late", date="2020-01-01")
    room.look()
    room.publish()
    after = [body(room, f"/feeds/all/archive/{page}.atom") for page in (1, 2, 3)]
    assert after[:2] == before[:2]
    assert b"came late" in (after[2] or b"")


@pytest.mark.parametrize("change", ["withdrawn", "corrected", "another tag"])
def test_a_change_of_an_item_changes_its_own_page_alone_and_at_once(room: Desk, change: str) -> None:
    paths = [f"/feeds/all/archive/{page}.rss" for page in (1, 2, 3)]
    before = [
        body(room, path) for path in (*paths, "/tags/storm/archive/1.rss", "/tags/market/archive/1.rss")
    ]
    room.clock.turn(minutes=1)
    if change == "withdrawn":
        (room.items / "05.md").unlink()
    elif change == "corrected":
        room.save("05.md", "Item five", tags="storm", date="2026-11-06")
    else:
        save(room, 5, tags="fog")
    room.look()
    room.publish()
    with room.service.store.read() as connection:
        assert rendered.find(connection, paths[1]) is None
    after = [body(room, path) for path in (*paths, "/tags/storm/archive/1.rss", "/tags/market/archive/1.rss")]
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True, False, True]
    assert (b">Item 5<" in (after[1] or b"")) == (change == "another tag")


def test_an_item_that_comes_back_comes_back_to_its_page(room: Desk) -> None:
    before = chain(room, "/feeds/all.json")
    (room.items / "02.md").unlink()
    room.look()
    room.publish()
    assert "Item 2" not in chain(room, "/feeds/all.json")[-1]
    room.clock.turn(minutes=1)
    save(room, 2)
    room.look()
    room.publish()
    assert chain(room, "/feeds/all.json") == before


def test_what_is_embargoed_enters_the_archive_when_it_is_shown(room: Desk) -> None:
    room.save("soon.md", "Soon", date="2026-11-25T13:00:00Z")
    room.look()
    room.publish()
    assert all("Soon" not in page for page in chain(room, "/feeds/all.json"))
    room.clock.turn(hours=1)
    room.publish()
    assert "Soon" in chain(room, "/feeds/all.json")[0]


def test_an_item_that_expires_leaves_its_page_by_itself(room: Desk) -> None:
    save(room, 1, expires="2026-11-25T13:00:00Z")
    room.look()
    room.publish()
    assert "Item 1" in chain(room, "/feeds/all.json")[-1]
    room.clock.turn(hours=1)
    assert "Item 1" not in chain(room, "/feeds/all.json")[-1]


@pytest.mark.parametrize("page", ["0", "4", "01", "99999999999999", "x", "-1", "1/archive/1"])
def test_there_are_no_other_pages(room: Desk, page: str) -> None:
    assert body(room, f"/feeds/all/archive/{page}.rss") is None


def test_a_feed_of_everything_it_ever_showed_has_no_archive(tmp_path: Path) -> None:
    config = '[site]\nurl = "https://harbour.example"\n[feeds.all]\ncomplete = true\nlimit = 2\n'
    with desk(tmp_path, config) as room:
        for number in range(5):
            save(room, number)
        room.look()
        room.publish()
        assert len(room.titles()) == 5
        assert b"complete/>" in room.bytes("/feeds/all.atom")
        assert b"prev-archive" not in room.bytes("/feeds/all.rss")


@given(st.lists(st.integers(1, 30), max_size=8))
def test_pages_follow_each_other_without_a_gap(portions: list[int]) -> None:
    pages: dict[int, ArchivePage] = {}
    number = 0
    for portion in portions:
        last = pages[max(pages)] if pages else None
        numbers = range(number + 1, number + 1 + portion)
        number += portion
        pages |= {page.page: page for page in paging.extended("/feeds/all", last, numbers)}
    assert sorted(pages) == list(range(1, len(pages) + 1))
    for page in pages.values():
        following = pages.get(page.page + 1)
        assert page.until == (following.first if following else None)
        assert page.filled == paging.PAGE_ITEMS or following is None
    assert sum(page.filled for page in pages.values()) == number
