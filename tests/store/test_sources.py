from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from feedsvc.model import FileState, Problem
from feedsvc.store import SourceState, Store, sources

from .samples import NOW

AGENCY = SourceState(
    "agency",
    "feed",
    "Agency",
    "https://agency.example/feed",
    etag='"x"',
    last_modified="Wed, 25 Nov 2026 12:00:00 GMT",
    next_at=NOW + timedelta(minutes=30),
    last_try=NOW,
    last_success=NOW - timedelta(hours=1),
    failures=2,
    error="the server answered 503",
    held=12,
    paused=True,
)


def test_a_source_state_comes_back_as_it_was(store: Store) -> None:
    with store.write() as t:
        sources.put_state(t.connection, AGENCY)
    with store.read() as c:
        assert sources.state(c, "agency") == AGENCY
        assert sources.state(c, "other") is None


def test_a_source_is_made_known_with_an_empty_history(store: Store) -> None:
    with store.write() as t:
        sources.ensure(t.connection, [SourceState("items", "folder", "Items", "items")])
    with store.read() as c:
        assert sources.all(c) == [SourceState("items", "folder", "Items", "items")]


def test_a_known_source_keeps_its_history_under_a_new_title(store: Store) -> None:
    with store.write() as t:
        sources.put_state(t.connection, AGENCY)
        sources.ensure(t.connection, [SourceState("agency", "feed", "The Agency", AGENCY.url)])
        assert sources.all(t.connection) == [replace(AGENCY, title="The Agency")]


def test_a_new_address_is_not_asked_with_the_validators_of_the_old_one(store: Store) -> None:
    with store.write() as t:
        sources.put_state(t.connection, AGENCY)
        sources.ensure(t.connection, [SourceState("agency", "feed", "Agency", "https://new.example/feed")])
        (moved,) = sources.all(t.connection)
    assert (moved.etag, moved.last_modified) == (None, None)
    assert moved.last_success == AGENCY.last_success


def _file(path: str, **fields: object) -> FileState:
    return replace(FileState(path, 12, 1_764_072_000_123_456_789, 42, "h", "g"), **fields)


def test_files_are_remembered_replaced_and_forgotten(store: Store) -> None:
    with store.write() as t:
        sources.put_files(t.connection, "items", [_file("a.md"), _file("b.md")], [])
        sources.put_files(t.connection, "other", [_file("a.md")], [])
        sources.put_files(t.connection, "items", [_file("a.md", size=13)], ["b.md", "never.md"])
    with store.read() as c:
        assert sources.files(c, "items") == {"a.md": _file("a.md", size=13)}
        assert sources.files(c, "other") == {"a.md": _file("a.md")}


def test_inode_numbers_of_64_bits_are_kept(store: Store) -> None:
    largest = _file("a.md", inode=2**64 - 1)
    with store.write() as t:
        sources.put_files(t.connection, "items", [largest], [])
        assert sources.files(t.connection, "items") == {"a.md": largest}


def test_problems_of_a_path_replace_its_last_ones(store: Store) -> None:
    def problem(path: str, line: int) -> Problem:
        return Problem(
            "items", path, "E103", "“soon” is not a date", line, 7, "date", "date: soon", "warning"
        )

    with store.write() as t:
        sources.put_problems(t.connection, "items", "b.md", [problem("b.md", 3)])
        sources.put_problems(t.connection, "items", "a.md", [problem("a.md", 9), problem("a.md", 2)])
        sources.put_problems(t.connection, "items", "b.md", [problem("b.md", 5)])
        sources.put_problems(t.connection, "other", "c.md", [replace(problem("c.md", 1), source="other")])
    with store.read() as c:
        found = sources.problems(c, "items")
        assert found == [problem("a.md", 2), problem("a.md", 9), problem("b.md", 5)]
        assert len(sources.problems(c)) == 4
    with store.write() as t:
        sources.put_problems(t.connection, "items", "a.md", [])
        assert sources.problems(t.connection, "items") == [problem("b.md", 5)]


def test_many_sources_are_ensured_at_once_each_with_its_history(store: Store) -> None:
    wanted = [SourceState(f"s{number}", "upstream", "", f"https://{number}.example/") for number in range(3)]
    with store.write() as t:
        sources.ensure(t.connection, wanted)
        sources.put_state(t.connection, replace(wanted[0], etag='"1"', failures=2))
        moved = [
            wanted[0],
            replace(wanted[1], url="https://new.example/"),
            wanted[2],
            replace(wanted[2], key="s3"),
        ]
        sources.ensure(t.connection, moved)
        found = sources.all(t.connection)
    assert found == [replace(wanted[0], etag='"1"', failures=2), *moved[1:]]
