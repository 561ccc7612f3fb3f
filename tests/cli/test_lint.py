"""`feedsvc feeds lint`: our feeds, somebody's feed, a file; exit codes that scripts can rely on."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.upstream_server import EvilServer, evil_upstream

CASES = Path(__file__).parents[1] / "cases" / "lint"
GOOD, BAD = CASES / "good.rss", CASES / "channel.rss"
LOOPBACK = ("--allow-network", "127.0.0.0/8")


@pytest.fixture(scope="module")
def upstream() -> Iterator[EvilServer]:
    with evil_upstream() as server:
        yield server


def test_a_good_file_is_code_0(feedsvc: Command, newsroom: Path) -> None:
    done = feedsvc("feeds", "lint", str(GOOD))
    assert done.code == 0
    assert done.out == f"{GOOD}: RSS, 1 item: nothing to say\n"
    assert not (newsroom / "data").exists()


def test_a_bad_file_is_code_1_with_places_and_cures(feedsvc: Command, newsroom: Path) -> None:
    done = feedsvc("feeds", "lint", str(BAD))
    assert done.code == 1
    lines = done.out.splitlines()
    assert "  F603 error   An address is relative, or not a web address" in lines
    assert "         7:1: <link>: /relative" in lines
    assert "       → Write it whole, `https://…`" in lines
    grave = [("error", "warning", "info").index(line.split()[1]) for line in lines if line.startswith("  F")]
    assert grave == sorted(grave)
    assert "\x1b" not in done.out


def test_lines_fit_a_terminal_of_80_columns(feedsvc: Command, newsroom: Path) -> None:
    done = feedsvc("feeds", "lint", str(BAD), str(CASES / "items.rss"), str(CASES / "feed.atom"))
    assert [line for line in done.out.splitlines() if len(line) > 80 and "/" not in line.split(":")[0]] == []
    assert done.err.startswith("3 documents, 0 without findings: ")


def test_strict_makes_warnings_count(feedsvc: Command, newsroom: Path) -> None:
    (newsroom / "short.rss").write_bytes(GOOD.read_bytes().replace(b"urn:uuid:00000000-0000-4000-8000-", b""))
    assert feedsvc("feeds", "lint", "short.rss", "--strict").code == 0
    no_self = GOOD.read_bytes().replace(b'rel="self"', b'rel="related"')
    (newsroom / "no-self.rss").write_bytes(no_self)
    assert feedsvc("feeds", "lint", "no-self.rss").code == 0
    assert feedsvc("feeds", "lint", "no-self.rss", "--strict").code == 1


def test_standard_input_is_read(feedsvc: Command, newsroom: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"hello")))
    done = feedsvc("feeds", "lint", "-")
    assert done.code == 1
    assert "standard input: no feed: 1 error" in done.out


def test_programs_get_everything(feedsvc: Command, newsroom: Path) -> None:
    done = feedsvc("feeds", "lint", "--json", str(BAD))
    (document,) = done.json
    assert (document["format"], document["items"]) == ("rss", 1)
    assert document["counts"]["error"] == sum(each["severity"] == "error" for each in document["findings"])
    first = next(each for each in document["findings"] if each["code"] == "F603")
    assert (first["line"], first["column"], first["told"]) == (7, 1, "<link>: /relative")
    assert first["what"] and first["cure"]


def test_our_own_feeds_are_looked_through_in_every_format(feedsvc: Command, newsroom: Path) -> None:
    assert feedsvc("refresh").code == 0
    done = feedsvc("feeds", "lint", "--json", "--strict")
    assert done.code == 0, done.out
    names = [document["name"] for document in done.json]
    assert {"/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/feeds/weather.rss"} <= set(names)
    one = feedsvc("feeds", "lint", "weather", "--json").json
    assert {document["name"].rpartition(".")[0].partition("/archive")[0] for document in one} == {
        "/feeds/weather"
    }
    assert {document["format"] for document in one} == {"rss", "atom", "json"}
    assert feedsvc("feeds", "lint", "/feeds/weather.atom", "--json").json[0]["format"] == "atom"


def test_where_nothing_is_published_it_says_so(feedsvc: Command, newsroom: Path) -> None:
    assert feedsvc("db", "upgrade").code == 0
    done = feedsvc("feeds", "lint")
    assert (done.code, done.out) == (0, "")
    assert "feedsvc refresh" in done.err


@pytest.mark.parametrize("name", ["nothing", "nothing.xml", "/feeds/nothing.rss"])
def test_what_is_not_there_is_code_6(feedsvc: Command, newsroom: Path, name: str) -> None:
    feedsvc("refresh")
    done = feedsvc("feeds", "lint", name)
    assert done.code == 6
    assert name in done.err


def test_an_address_is_fetched_and_its_headers_are_judged(
    feedsvc: Command, newsroom: Path, upstream: EvilServer
) -> None:
    done = feedsvc("feeds", "lint", "--json", *LOOPBACK, f"{upstream.url}/ok")
    found = {each["code"] for each in done.json[0]["findings"]}
    assert {"F112", "F405", "F418", "F419"} <= found
    assert found.isdisjoint({"F407", "F408", "F413"}), "it has validators, and answers 304 to them"
    moved = feedsvc("feeds", "lint", "--json", *LOOPBACK, f"{upstream.url}/found").json[0]
    assert "F413" in {each["code"] for each in moved["findings"]}


def test_a_private_address_needs_permission(feedsvc: Command, newsroom: Path, upstream: EvilServer) -> None:
    before = len(upstream.asked)
    done = feedsvc("feeds", "lint", f"{upstream.url}/ok")
    assert done.code == 5
    assert len(upstream.asked) == before
