"""What /metrics says, on both databases, and whom it answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feedsvc import __version__
from feedsvc.errors import StoreError
from feedsvc.store import SourceState, sources
from feedsvc.web import Front, create_app
from feedsvc.web.metrics import is_local
from feedsvc.work import tasks
from tests.desk import CONFIG, NOON, Desk, desk
from tests.elapsed import defer, fail_job, pass_time, register_worker
from tests.web.newsroom import BROWSER, Reply, ask
from tests.web.prometheus import Family, parse

HERE = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8484"}
AGENCY = '\n[sources.agency]\nurl = "https://secret.example/feed.xml"\n'


@pytest.fixture
def room(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk(tmp_path, CONFIG + AGENCY, database_url) as opened:
        tasks.arrange(opened.service, opened.clock())
        yield opened


class Web:
    """One web process, and how a program on this machine asks it."""

    def __init__(self, room: Desk) -> None:
        self.front = Front(room.service, create_app(room.service))
        self.front.start()
        self.front.stop()

    def ask(self, path: str = "/metrics", **environ: str) -> Reply:
        return ask(lambda given, start: self.front({**given, **HERE, **environ}, start), path)

    def metrics(self) -> dict[str, Family]:
        reply = self.ask()
        assert reply.status == 200
        assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert reply.headers["cache-control"] == "no-store"
        return parse(reply.body.decode())


def test_every_metric_says_what_is(room: Desk) -> None:
    room.save("storm.md", "Storm closes the road", date="2026-11-25 09:00", tags="storm")
    room.save("later.md", "The mayor speaks", draft="yes")
    room.look()
    room.publish()
    register_worker(room.service.queue)
    with room.service.store.write() as tx:
        failed = SourceState("agency", "upstream", last_success=NOON, failures=2, error="it is down")
        sources.put_state(tx.connection, failed)
    found = Web(room).metrics()
    assert found["feedsvc_info"].value(version=__version__) == 1
    assert found["feedsvc_database_up"].value() == 1
    assert found["feedsvc_database_bytes"].value() > 10_000
    assert found["feedsvc_items"].samples == {
        (("state", "draft"),): 1,
        (("state", "published"),): 1,
        (("state", "withdrawn"),): 0,
    }
    assert found["feedsvc_feeds"].value() == 2
    assert found["feedsvc_source_failures"].value(source="agency") == 2
    assert found["feedsvc_source_failures"].value(source="items") == 0
    succeeded = found["feedsvc_source_last_success_timestamp_seconds"]
    assert succeeded.samples == {(("source", "agency"),): NOON.timestamp()}
    assert found["feedsvc_workers"].value() == 1
    assert found["feedsvc_worker_heartbeat_age_seconds"].value() < 10
    assert found["feedsvc_queue_jobs"].value(status="todo") == 1
    assert found["feedsvc_sequence"].value() > 0
    own = found["feedsvc_loaded_sequence"]
    assert own.value(process=str(os.getpid())) == found["feedsvc_sequence"].value()
    assert ("feedsvc_disk_free_bytes" in found) == (room.service.store.dialect == "sqlite")
    assert found["process_resident_memory_bytes"].value() > 10_000_000
    assert found["process_cpu_seconds_total"].value() > 0
    assert found["process_open_fds"].value() > 2


def test_work_that_is_late_is_measured(room: Desk) -> None:
    fail_job(room.service, "refresh")
    defer(room.service, "publish")
    pass_time(room.service, timedelta(minutes=5))
    found = Web(room).metrics()
    assert found["feedsvc_workers"].value() == 0
    assert "feedsvc_worker_heartbeat_age_seconds" not in found
    assert 300 <= found["feedsvc_queue_oldest_due_seconds"].value() < 310
    assert found["feedsvc_overdue_seconds"].value() == pytest.approx(300, abs=10)
    assert found["feedsvc_queue_jobs"].value(status="failed") == 1


def test_requests_are_counted_by_status_whoever_answers_them(room: Desk) -> None:
    room.look()
    room.publish()
    web = Web(room)
    etag = web.ask("/feeds/all.rss").headers["etag"]
    web.ask("/feeds/all.rss", HTTP_IF_NONE_MATCH=etag)
    web.ask("/feeds/all.atom", HTTP_IF_NONE_MATCH="*")
    web.ask("/", **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in BROWSER.items()})
    web.ask("/nothing-here")
    counted = web.metrics()["feedsvc_http_requests_total"]
    assert counted.kind == "counter"
    assert [counted.value(status=code) for code in ("200", "304", "404")] == [2, 2, 1]


def test_a_dead_database_is_a_metric_and_no_error(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web(room)

    def fail(self: object) -> object:
        raise StoreError("the disk reports an error")

    monkeypatch.setattr(type(room.service.store), "read", fail)
    found = web.metrics()
    assert found["feedsvc_database_up"].value() == 0
    assert "feedsvc_items" not in found
    assert found["feedsvc_loaded_sequence"].value() >= 0


def test_the_database_is_asked_once_a_second_at_the_most(room: Desk) -> None:
    web = Web(room)
    first = web.ask().body
    room.save("storm.md", "Storm closes the road", date="2026-11-25 09:00")
    room.look()
    assert web.ask().body == first
    room.clock.turn(seconds=1)
    assert web.metrics()["feedsvc_items"].value(state="published") == 1


def test_no_title_and_no_address_of_a_source_is_told(room: Desk) -> None:
    room.save("storm.md", "Storm closes the road", date="2026-11-25 09:00")
    room.look()
    body = Web(room).ask().body.decode()
    assert "Storm" not in body
    assert "secret.example" not in body
    assert str(room.items.parent) not in body


@pytest.mark.parametrize(
    ("environ", "local"),
    [
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8484"}, True),
        ({"REMOTE_ADDR": "127.9.9.9", "HTTP_HOST": "localhost"}, True),
        ({"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:8484"}, True),
        ({"REMOTE_ADDR": "::ffff:127.0.0.1", "HTTP_HOST": "LOCALHOST:8484"}, True),
        ({"REMOTE_ADDR": "10.0.0.7", "HTTP_HOST": "127.0.0.1:8484"}, False),
        ({"REMOTE_ADDR": "::ffff:10.0.0.7", "HTTP_HOST": "127.0.0.1:8484"}, False),
        ({"REMOTE_ADDR": "", "HTTP_HOST": "127.0.0.1:8484"}, False),
        ({"HTTP_HOST": "127.0.0.1:8484"}, False),
        ({"REMOTE_ADDR": "127.0.0.1"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "news.example"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1.evil.example"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "[::1"}, False),
        *(
            ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8484", name: "127.0.0.1"}, False)
            for name in (
                "HTTP_X_FORWARDED_FOR",
                "HTTP_X_FORWARDED_PROTO",
                "HTTP_X_FORWARDED_HOST",
                "HTTP_FORWARDED",
                "HTTP_X_REAL_IP",
                "HTTP_VIA",
            )
        ),
    ],
)
def test_only_a_program_on_this_machine_that_asks_directly_is_local(
    environ: dict[str, str], local: bool
) -> None:
    assert is_local(environ) is local


@pytest.mark.parametrize(
    ("access", "environ", "status"),
    [
        ("local", {}, 200),
        ("local", {"REMOTE_ADDR": "10.0.0.7"}, 403),
        ("local", {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403),
        ("public", {"REMOTE_ADDR": "10.0.0.7", "HTTP_X_FORWARDED_FOR": "10.0.0.7"}, 200),
        ("off", {}, 404),
    ],
)
def test_the_configuration_says_who_may_read(
    tmp_path: Path, access: str, environ: dict[str, str], status: int
) -> None:
    with desk(tmp_path, f'{CONFIG}\n[server]\nmetrics = "{access}"\n') as room:
        reply = Web(room).ask(**environ)
    assert reply.status == status
    assert (b"feedsvc_sequence" in reply.body) == (status == 200)


def test_how_often_feeds_were_asked_for_is_told_by_feed_and_by_kind(room: Desk) -> None:
    room.save("storm.md", "Storm closes the road", date="2026-11-25 09:00", tags="[storm, sea]")
    room.look()
    room.publish()
    web = Web(room)
    whole = web.ask("/feeds/all.rss")
    web.ask("/feeds/all.rss", HTTP_IF_NONE_MATCH=whole.headers["etag"])
    for path in ("/tags/storm.atom", "/tags/sea.atom", "/search/storm.rss"):
        web.ask(path)
    web.front.audience.flush()
    found = web.metrics()
    requests = found["feedsvc_feed_requests_total"]
    assert requests.kind == "counter"
    assert requests.value(feed="/feeds/all", format="rss") == 2
    assert requests.value(feed="/tags/", format="atom") == 2
    assert requests.value(feed="/search", format="rss") == 1
    assert found["feedsvc_feed_unchanged_total"].value(feed="/feeds/all", format="rss") == 1
    assert found["feedsvc_feed_bytes_total"].value(feed="/feeds/all", format="rss") == len(whole.body)
