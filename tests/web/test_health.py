from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from feedsvc.errors import StoreError
from feedsvc.status import facts
from feedsvc.store import clock, meta
from feedsvc.web import Front, create_app
from feedsvc.work import tasks
from tests.desk import Desk, desk
from tests.elapsed import defer, pass_time, register_worker
from tests.web.newsroom import Newsroom, ask, make

CHECKS = ("database", "schema", "items", "disk", "worker", "jobs")


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
    told = json.loads(reply.body)
    assert (reply.status, told["status"]) == (200, "ok")
    assert told["why"] == "no worker runs"
    assert [check["name"] for check in told["checks"]] == list(CHECKS)
    assert all(set(check) == {"name", "ok", "detail"} for check in told["checks"])
    assert reply.headers["cache-control"] == "no-store"


def test_a_process_without_its_database_is_ready_only_with_something_in_memory(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.add(make())
    newsroom.publish()
    read = type(newsroom.store).read
    monkeypatch.setattr(type(newsroom.store), "read", _fail)
    assert "database does not answer" in _why(newsroom)
    told = json.loads(newsroom.ask("/readyz").body)
    assert _failing(told) == {"database", "schema", "items", "worker", "jobs"}
    monkeypatch.setattr(type(newsroom.store), "read", read)
    newsroom.front.start()
    monkeypatch.setattr(type(newsroom.store), "read", _fail)
    reply = newsroom.ask("/readyz")
    told = json.loads(reply.body)
    assert (reply.status, told["status"], told["degraded"]) == (200, "ok", True)
    assert told["why"] == "the database does not answer"
    assert _failing(told) == {"database", "schema", "worker", "jobs"}
    assert newsroom.ask("/feeds/all.rss").status == 200


def test_readiness_is_public_and_gives_nothing_away(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(newsroom.store), "read", _fail)
    body = newsroom.ask("/readyz").body.decode()
    assert "the disk is gone" not in body
    assert str(newsroom.folder) not in body
    assert "sqlite" not in body


@pytest.fixture
def room(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk(tmp_path, url=database_url) as opened:
        tasks.arrange(opened.service, opened.clock())
        with opened.service.store.write() as tx:
            meta.put(tx.connection, "scanned", "1")
        yield opened


def test_a_process_without_a_worker_serves_on_and_says_so(room: Desk) -> None:
    status, told = _ready(room)
    assert (status, told["status"], told["degraded"]) == (200, "ok", True)
    assert _failing(told) == {"worker"}
    register_worker(room.service.queue)
    status, told = _ready(room)
    assert (status, told["degraded"], _failing(told)) == (200, False, set())
    assert "why" not in told
    pass_time(room.service, timedelta(seconds=61))
    status, told = _ready(room)
    assert (status, told["degraded"], _failing(told)) == (200, True, {"worker"})


def test_overdue_work_is_told_and_serving_goes_on(room: Desk) -> None:
    defer(room.service, "publish")
    pass_time(room.service, timedelta(seconds=40))
    register_worker(room.service.queue)
    assert _ready(room)[1]["degraded"] is False
    pass_time(room.service, timedelta(seconds=21))
    register_worker(room.service.queue)
    status, told = _ready(room)
    assert (status, told["degraded"], _failing(told)) == (200, True, {"jobs"})


def test_a_process_on_tables_of_another_version_is_not_ready(room: Desk) -> None:
    with room.service.store.write() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    status, told = _ready(room)
    assert (status, told["status"]) == (503, "waiting")
    assert "newer feedsvc" in told["why"]
    assert "schema" in _failing(told)


def test_a_process_with_a_full_disk_serves_on_and_says_so(
    room: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_worker(room.service.queue)
    monkeypatch.setattr(facts, "FULL_BYTES", 2**62)
    monkeypatch.setattr(facts, "LOW_SHARE", 2.0)
    status, told = _ready(room)
    assert status == 200
    if room.service.store.dialect == "postgresql":
        # The disk of the database is another machine's.
        assert not told["degraded"]
    else:
        assert (told["degraded"], told["why"]) == (True, "the disk with the database is full: make room")


def _ready(room: Desk) -> tuple[int, dict[str, Any]]:
    reply = ask(Front(room.service, create_app(room.service)), "/readyz")
    return reply.status, json.loads(reply.body)


def _failing(told: dict[str, Any]) -> set[str]:
    return {check["name"] for check in told["checks"] if not check["ok"]}


def _why(newsroom: Newsroom) -> str:
    reply = newsroom.ask("/readyz")
    told = json.loads(reply.body)
    assert (reply.status, told["status"]) == (503, "waiting")
    return str(told["why"])


def _fail(self: object) -> object:
    raise StoreError("the disk is gone")
