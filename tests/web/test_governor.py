"""Who fetches feeds without end is told to wait, and nobody else; on the fast path and beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsvc.web import Front, create_app, governor
from feedsvc.web.clients import Proxies
from feedsvc.web.governor import Governor
from tests.desk import CONFIG, Desk, desk
from tests.web.newsroom import BROWSER, Reply, ask

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SERVER = '\n[server]\nflood = 3\ntrusted_proxies = ["127.0.0.1"]\n'


class Web:
    """A web process behind a trusted proxy, that tells for whom it asks."""

    def __init__(self, room: Desk) -> None:
        self.room = room
        self.front = Front(room.service, create_app(room.service))
        self.front._look()

    def ask(
        self, path: str = "/feeds/all.rss", client: str = "203.0.113.9", method: str = "GET", **headers: str
    ) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        forwarded = {"X-Forwarded-For": client} if client else {}
        return ask(
            lambda environ, start: self.front({**environ, "REMOTE_ADDR": "127.0.0.1"}, start),
            path,
            named | forwarded,
            method,
        )


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with desk(tmp_path, CONFIG + SERVER) as room:
        room.save("storm.md", "Storm closes the road", date="2026-11-25 09:00", tags="storm")
        room.look()
        room.publish()
        yield Web(room)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/feeds/all.rss", {}),
        ("/feeds/all.rss", BROWSER),
        ("/tags/storm.atom", {}),
        ("/search/storm.rss", {}),
    ],
)
def test_a_flood_is_told_how_long_to_wait(web: Web, path: str, headers: dict[str, str]) -> None:
    headers = {name.replace("-", "_"): value for name, value in headers.items()}
    assert [web.ask(path, **headers).status for _ in range(5)] == [200, 200, 200, 429, 429]
    web.room.clock.turn(seconds=18.5)
    told = web.ask(path, **headers)
    assert told.status == 429
    assert told.headers["retry-after"] == "42"
    assert told.headers["cache-control"] == "no-store"
    assert told.headers["content-type"] == "text/plain; charset=utf-8"
    assert b"If-None-Match" in told.body
    web.room.clock.turn(seconds=41.5)
    assert web.ask(path, **headers).status == 200


def test_asking_for_changes_is_always_free(web: Web) -> None:
    whole = web.ask()
    conditions = (
        {"If_None_Match": whole.headers["etag"]},
        {"If_None_Match": '"another"'},
        {"If_Modified_Since": whole.headers["last-modified"]},
        {"If_Modified_Since": "never"},
    )
    for headers in (*conditions, {**BROWSER, **conditions[1]}):
        named = {name.replace("-", "_"): value for name, value in headers.items()}
        assert {web.ask(**named).status for _ in range(8)} <= {200, 304}
    while web.ask().status != 429:
        pass
    for headers in conditions:
        assert web.ask(**headers).status in (200, 304)


def test_others_and_other_requests_are_not_held_up_by_a_flood(web: Web) -> None:
    while web.ask().status != 429:
        pass
    assert web.ask(client="203.0.113.10").status == 200
    assert web.ask(method="HEAD").status == 200
    assert web.ask("/").status == 200
    assert web.ask("/feeds/none.rss").status == 404
    assert web.ask(method="POST").status == 405


def test_who_cannot_be_told_from_others_is_never_refused(web: Web) -> None:
    assert {web.ask(client="").status for _ in range(9)} == {200}


def test_a_household_of_ipv6_is_one_client(web: Web) -> None:
    statuses = [web.ask(client=f"2001:db8:0:7::{number}").status for number in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert web.ask(client="2001:db8:0:8::1").status == 200


def test_a_header_that_the_client_wrote_itself_makes_nobody_else_of_it(web: Web) -> None:
    statuses = [web.ask(client=f"198.51.100.{number}, 203.0.113.9").status for number in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_without_a_limit_nobody_is_refused() -> None:
    free = Governor(0, Proxies(()))
    assert not any(free.refuses("8.8.8.8", {}, NOW) for _ in range(100))


def test_memory_has_an_end_and_beyond_it_nobody_new_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(governor, "MANY", 10)
    strict = Governor(1, Proxies(()))
    assert not any(strict.refuses(f"8.8.8.{number}", {}, NOW) for number in range(30))
    assert len(strict._counts) == 10
    assert strict.refuses("8.8.8.3", {}, NOW)
    assert not strict.refuses("8.8.8.29", {}, NOW)
    later = NOW + timedelta(minutes=1)
    assert not strict.refuses("8.8.8.3", {}, later)
    assert len(strict._counts) == 1


def test_a_clock_that_is_set_back_makes_nobody_wait_long() -> None:
    strict = Governor(1, Proxies(()))
    assert not strict.refuses("8.8.8.8", {}, NOW)
    assert not strict.refuses("8.8.8.8", {}, NOW - timedelta(hours=1))
    assert strict.refuses("8.8.8.8", {}, NOW - timedelta(hours=1))
    _, headers, _ = strict.refusal(NOW - timedelta(hours=1))
    assert dict(headers)["Retry-After"] == "60"
