from __future__ import annotations

import json

import pytest

from feedsvc.errors import StoreError
from feedsvc.store import clock
from tests.web.newsroom import Newsroom, make


def test_health_asks_nothing_of_the_database(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(newsroom.store), "read", _fail)
    reply = newsroom.ask("/healthz")
    assert (reply.status, json.loads(reply.body)) == (200, {"status": "ok"})


def test_a_process_is_ready_once_the_first_look_is_live_in_it(newsroom: Newsroom) -> None:
    assert "first look" in _why(newsroom)
    newsroom.add(make())
    newsroom.publish()
    with newsroom.store.read() as connection:
        live = clock.seq(connection)
    newsroom.ready(live)
    assert "has loaded up to change 0" in _why(newsroom)
    newsroom.front.start()
    reply = newsroom.ask("/readyz")
    assert (reply.status, json.loads(reply.body)) == (200, {"status": "ok"})
    assert reply.headers["cache-control"] == "no-store"


def test_a_process_without_its_database_is_not_ready(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(newsroom.store), "read", _fail)
    assert "database does not answer" in _why(newsroom)


def _why(newsroom: Newsroom) -> str:
    reply = newsroom.ask("/readyz")
    told = json.loads(reply.body)
    assert (reply.status, told["status"]) == (503, "waiting")
    return str(told["why"])


def _fail(self: object) -> object:
    raise StoreError("the disk is gone")
