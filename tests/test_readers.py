"""A real service counts its readers and stops a flood, whichever of its parts answers."""

from __future__ import annotations

import http.client
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.serving import Tree, eventually, item, serving

CONFIG = """
[site]
title = "Harbour News"
[server]
workers = 1
flood = 5
delta = true
trusted_proxies = ["127.0.0.1"]
"""


@contextmanager
def service(folder: Path, door: str) -> Iterator[Tree]:
    (folder / "items").mkdir()
    (folder / "items" / "fog.md").write_text(item("Fog"), encoding="utf-8")
    with serving(folder, CONFIG, FEEDSVC_SERVER__DOOR=door) as running:
        yield running


@pytest.fixture(scope="module", params=["true", "false"], ids=["by the door", "by the web server"])
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    with service(tmp_path_factory.mktemp("readers"), request.param) as running:
        yield running


def counted(tree: Tree) -> dict[str, tuple[int, int, int]]:
    with closing(sqlite3.connect(tree.folder / "data" / "feedsvc.db")) as database:
        rows = database.execute("SELECT format, requests, unchanged, bytes FROM audience_day").fetchall()
    return {format_: tuple(counts) for format_, *counts in rows}


def test_a_service_that_stops_has_put_down_what_it_counted(tmp_path: Path) -> None:
    with service(tmp_path, "true") as tree:
        whole = tree.get("/feeds/all.rss")
        for _ in range(3):
            assert tree.get("/feeds/all.rss", If_None_Match=whole.headers["etag"]).status == 304
        browser = {"Accept": "text/html,application/xhtml+xml", "Sec_Fetch_Dest": "document"}
        page = tree.get("/feeds/all.atom", **browser)
        assert tree.stop() == 0
        found = counted(tree)
    assert found["rss"] == (4, 3, len(whole.body))
    assert found["atom"] == (1, 0, len(page.body))


def test_a_flood_is_stopped_and_all_others_are_served(tree: Tree) -> None:
    def fetch(client: str, **headers: str) -> int:
        return tree.get("/feeds/all.rss", X_Forwarded_For=client, **headers).status

    statuses = [fetch("203.0.113.7") for _ in range(8)]
    assert statuses == [200] * 5 + [429] * 3
    told = tree.get("/feeds/all.rss", X_Forwarded_For="8.8.8.8, 203.0.113.7")
    assert told.status == 429
    assert 1 <= int(told.headers["retry-after"]) <= 60
    assert fetch("203.0.113.7", If_None_Match='"x"') == 200
    assert fetch("203.0.113.8") == 200
    # Two lines of the header are one list.
    connection = http.client.HTTPConnection("127.0.0.1", tree.port, timeout=10)
    connection.putrequest("GET", "/feeds/all.rss")
    connection.putheader("X-Forwarded-For", "8.8.8.8")
    connection.putheader("X-Forwarded-For", "203.0.113.7")
    connection.endheaders()
    assert connection.getresponse().status == 429
    connection.close()


def test_no_header_makes_an_address_in_a_feed(tree: Tree) -> None:
    plain = tree.get("/feeds/all.atom")
    forged = tree.get(
        "/feeds/all.atom",
        Host="evil.example",
        X_Forwarded_Host="evil.example",
        X_Forwarded_Proto="https",
        X_Forwarded_For="203.0.113.9",
        Forwarded="for=203.0.113.9;host=evil.example;proto=https",
    )
    assert (forged.status, forged.body, forged.headers["link"]) == (200, plain.body, plain.headers["link"])
    page = tree.get("/", Host="evil.example", X_Forwarded_Host="evil.example")
    assert "evil.example" not in page.text + str(page.headers)


def test_a_reader_that_asks_for_changes_gets_what_is_new(tree: Tree) -> None:
    first = tree.get("/feeds/all.rss")
    tree.write("sun.md", item("Sun"))
    eventually(lambda: tree.holds("Sun"), 20, "the news is live")
    told = tree.get("/feeds/all.rss", A_IM="feed", If_None_Match=first.headers["etag"])
    assert told.status == 226
    assert ("Sun" in told.text, "Fog" in told.text) == (True, False)
