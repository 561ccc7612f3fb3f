"""Making changes live: what is rendered, when, and what never is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import pytest

from feedsvc import plan as planning
from feedsvc import publish as publishing
from feedsvc.feeds.lint import lint
from feedsvc.model import FORMATS, Document
from feedsvc.store import clock, feeds, items, rendered, sources
from tests.desk import NOON, Desk, desk

EVERY = tuple(f"/feeds/all.{format_}" for format_ in FORMATS)


@pytest.fixture
def room(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk(tmp_path, url=database_url) as opened:
        yield opened


def asked(room: Desk, path: str) -> Document | None:
    service = room.service
    return publishing.document(service.store, service.catalog, path, room.clock())


def test_an_item_is_in_every_format_of_the_feeds_whose_rules_it_matches(room: Desk) -> None:
    room.save("a.md", "Storm closes the pier", tags="storm")
    room.save("b.md", "Market moves to Friday")
    room.look()
    room.publish()
    assert room.titles("all") == ["Market moves to Friday", "Storm closes the pier"]
    assert room.titles("storms") == ["Storm closes the pier"]
    for suffix in ("rss", "atom"):
        parsed = feedparser.parse(room.bytes(f"/feeds/all.{suffix}"))
        assert [entry.title for entry in parsed.entries] == room.titles("all")
        assert [entry.id for entry in parsed.entries] == [room.item("b.md").id, room.item("a.md").id]


def test_publishing_again_writes_nothing(room: Desk) -> None:
    room.save("a.md", "Storm")
    room.look()
    assert room.publish().documents
    with room.service.store.read() as connection:
        before = clock.seq(connection)
    room.clock.turn(hours=5)
    assert not room.publish().documents
    with room.service.store.read() as connection:
        assert clock.seq(connection) == before


def test_only_the_feeds_that_a_change_touches_are_rendered(room: Desk) -> None:
    room.save("a.md", "Storm", tags="storm")
    room.look()
    room.publish()
    room.save("b.md", "Market")
    room.look()
    embeds = {f"/embed/all{suffix}" for suffix in (".json", ".html", ".svg", "/")}
    assert set(room.publish().documents) == {*EVERY, *embeds}


def test_an_item_that_loses_its_tag_leaves_the_feed_and_the_feed_moves_forward(room: Desk) -> None:
    room.save("a.md", "Storm", tags="storm")
    room.look()
    room.publish()
    before = feedparser.parse(room.bytes("/feeds/storms.atom")).feed.updated
    room.clock.turn(minutes=1)
    room.save("a.md", "Storm")
    room.look()
    room.publish()
    assert room.titles("storms") == []
    assert feedparser.parse(room.bytes("/feeds/storms.atom")).feed.updated > before


def test_a_withdrawn_item_leaves_every_feed_and_their_updated_moves_forward(room: Desk) -> None:
    room.save("a.md", "Storm")
    room.save("b.md", "Market")
    room.look()
    room.publish()
    room.clock.turn(minutes=10)
    (room.items / "a.md").unlink()
    room.look()
    room.publish()
    assert room.titles() == ["Market"]
    updated = feedparser.parse(room.bytes("/feeds/all.atom")).feed.updated
    assert updated == (NOON + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_an_embargoed_item_appears_at_its_second_and_not_before(room: Desk) -> None:
    room.save("a.md", "Storm")
    room.save("b.md", "Secret", date="2026-11-25T13:00:00Z")
    room.look()
    done = room.publish()
    assert done.next_moment == NOON + timedelta(hours=1)
    assert room.titles() == ["Storm"]
    room.clock.turn(minutes=59, seconds=59)
    room.publish()
    assert room.titles() == ["Storm"]
    room.clock.turn(seconds=1)
    room.publish()
    assert room.titles() == ["Secret", "Storm"]
    (secret, _) = json.loads(room.bytes("/feeds/all.json"))["items"]
    assert secret["date_published"] == "2026-11-25T13:00:00Z"


def test_a_document_past_its_moment_is_rendered_before_it_is_served(room: Desk) -> None:
    room.save("b.md", "Secret", date="2026-11-25T13:00:00Z")
    room.look()
    room.publish()
    room.clock.turn(hours=1)
    served = asked(room, "/feeds/all.json")
    assert served is not None and b"Secret" in served.body
    assert not room.publish().documents


def test_an_item_that_expires_leaves_at_its_second(room: Desk) -> None:
    room.save("a.md", "Offer", expires="2026-11-25T13:00:00Z")
    room.look()
    assert room.publish().next_moment == NOON + timedelta(hours=1)
    room.clock.turn(hours=1)
    room.publish()
    assert room.titles() == []


def test_the_feed_of_a_tag_is_rendered_when_it_is_asked_for_and_kept_up_to_date_from_then_on(
    room: Desk,
) -> None:
    room.save("a.md", "Storm", tags="harbour")
    room.look()
    room.publish()
    with room.service.store.read() as connection:
        assert rendered.find(connection, "/tags/harbour.rss") is None
    served = asked(room, "/tags/harbour.rss")
    assert served is not None and b"Storm" in served.body
    room.clock.turn(minutes=1)
    room.save("a.md", "Calm", tags="harbour")
    room.look()
    room.publish()
    assert b"Calm" in room.bytes("/tags/harbour.rss")


def test_a_tag_that_no_item_has_has_no_feed(room: Desk) -> None:
    room.publish()
    for path in ("/tags/nothing.rss", "/authors/Nobody.atom", "/feeds/unknown.json", "/feeds/all.xml", "/"):
        assert asked(room, path) is None
    with room.service.store.read() as connection:
        assert {state.path for state in feeds.all(connection)} == {"/feeds/all", "/feeds/storms"}


def test_a_feed_that_is_configured_no_more_is_taken_down(room: Desk) -> None:
    room.save("a.md", "Storm", tags="storm")
    room.look()
    room.publish()
    service = room.service
    catalog = replace(service.catalog, feeds=service.catalog.feeds[:1])
    publishing.publish(service.store, catalog, room.clock())
    with service.store.read() as connection:
        assert rendered.find(connection, "/feeds/storms.rss") is None
        assert {state.path for state in feeds.all(connection)} == {"/feeds/all"}
    assert room.titles() == ["Storm"]


def test_an_item_that_would_break_a_feed_is_left_out_and_named(room: Desk) -> None:
    room.save("a.md", "Storm")
    room.save("b.md", "Market")
    room.look()
    bad = room.item("b.md")
    with room.service.store.write() as tx:
        # Behind the back of everything that checks: an id that no feed may carry twice.
        broken = replace(bad, id=" ")
        items.update(tx.connection, [broken], tx.seq())
    done = room.publish()
    assert {problem.code for problem in done.problems} == {"E301"}
    assert "Market" in done.problems[0].message
    with room.service.store.read() as connection:
        assert sources.problems(connection, publishing.PROBLEMS)
    assert [entry.title for entry in feedparser.parse(room.bytes("/feeds/all.rss")).entries] == ["Storm"]


def test_the_same_files_give_the_same_bytes_on_another_machine(tmp_path: Path) -> None:
    kept: list[list[bytes]] = []
    for name in ("one", "two"):
        place = tmp_path / name
        place.mkdir()
        with desk(place) as room:
            for number in range(5):
                room.save(f"{number}.md", f"Item {number} & more", date=f"2026-11-2{number}", tags="storm")
            room.look()
            room.publish()
            kept.append([room.bytes(path) for path in EVERY])
    assert kept[0] == kept[1]


def test_a_slow_process_never_puts_an_older_selection_over_a_newer_one(room: Desk) -> None:
    room.save("a.md", "Storm")
    room.look()
    room.publish()
    store, catalog = room.service.store, room.service.catalog
    feed = catalog.feeds[0]
    with store.read() as connection:
        before = feeds.state(connection, feed.path)
        slow = planning.plan(connection, catalog, feed, before, room.clock())
    room.clock.turn(minutes=1)
    room.save("b.md", "Market")
    room.look()
    room.publish()
    assert publishing._store(store, [(slow, publishing.build(slow.selection))]) == [slow]
    assert "Market" in room.titles()


def test_a_feed_with_tombstones_tells_which_items_were_withdrawn_and_when(tmp_path: Path) -> None:
    config = '[site]\nurl = "https://harbour.example"\n[feeds.all]\ntombstones = true\n'
    with desk(tmp_path, config) as room:
        room.save("a.md", "Storm")
        room.save("b.md", "Market")
        room.look()
        room.publish()
        assert b"deleted-entry" not in room.bytes("/feeds/all.atom")
        gone = room.item("a.md").id
        room.clock.turn(minutes=5)
        (room.items / "a.md").unlink()
        room.look()
        room.publish()
        atom = ElementTree.fromstring(room.bytes("/feeds/all.atom"))
        (stone,) = atom.iter("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
        assert stone.attrib == {"ref": gone, "when": "2026-11-25T12:05:00Z"}
        assert (atom.findtext("{http://www.w3.org/2005/Atom}updated") or "") >= stone.attrib["when"]
        told = json.loads(room.bytes("/feeds/all.json"))
        assert told["_feedsvc"]["withdrawn"] == [{"id": gone, "withdrawn": "2026-11-25T12:05:00Z"}]
        assert b"tombstones" not in room.bytes("/feeds/all.rss")
        room.clock.turn(minutes=5)
        room.save("a.md", "Storm, after all")
        room.look()
        room.publish()
        assert b"deleted-entry" not in room.bytes("/feeds/all.atom")
        assert feedparser.parse(room.bytes("/feeds/all.atom")).entries[-1].updated > stone.attrib["when"]


def test_partners_that_ask_for_it_are_told_that_a_withdrawn_item_has_expired(tmp_path: Path) -> None:
    config = '[site]\nurl = "https://harbour.example"\n[feeds.all]\nexpire_withdrawn = true\n'
    with desk(tmp_path, config) as room:
        room.save("a.md", "Storm", "What must not be said again.")
        room.save("b.md", "Market")
        room.look()
        room.publish()
        gone = room.item("a.md").id
        room.clock.turn(minutes=5)
        (room.items / "a.md").unlink()
        room.look()
        room.publish()
        told = list(ElementTree.fromstring(room.bytes("/feeds/all.rss")).iter("item"))
        assert [item.findtext("guid") for item in told] == [room.item("b.md").id, gone]
        valid = told[1].findtext("{http://purl.org/dc/terms/}valid")
        assert valid == "start=2026-11-25T12:00:00Z; end=2026-11-25T12:05:00Z; scheme=W3C-DTF"
        assert told[1].findtext("{http://purl.org/dc/terms/}modified") == "2026-11-25T12:05:00Z"
        assert b"said again" not in room.bytes("/feeds/all.rss")
        assert b"deleted-entry" not in room.bytes("/feeds/all.atom")
        assert not [each for each in lint(room.bytes("/feeds/all.rss")).findings if each.severity == "error"]
