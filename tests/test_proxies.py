"""The shipped Caddyfile and nginx.conf in front of a real cluster: what arrives, and what is never lost."""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.cluster import Cluster, cluster
from tests.proxying import (
    DEPLOY,
    PROXIES,
    Proxy,
    Reply,
    ask,
    end_web,
    nginx_main,
    part,
    self_signed,
    start_web,
)
from tests.serving import FEEDS, eventually, free_port, item

pytestmark = pytest.mark.system

PATHS = (
    *FEEDS,
    "/",
    "/feeds/",
    "/feeds.opml",
    "/tags/storm.atom",
    "/authors/Anna%20Berg.rss",
    "/static/site.css",
)
ENCODINGS: tuple[dict[str, str], ...] = (
    {},
    {"Accept-Encoding": "identity"},
    {"Accept-Encoding": "gzip"},
    {"Accept-Encoding": "gzip, deflate, br"},
)
OWN = {"alt-svc", "connection", "date", "keep-alive", "server", "transfer-encoding", "via"}
"""The headers that are a server's own, and no part of what is served."""


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL that is this module's alone: it is stopped on the way."""
    for name in PROXIES:
        part(name)
    with tempfile.TemporaryDirectory(prefix="feedsvc-postgresql-") as folder:
        made = postgres.make(Path(folder) / "server", **postgres.FAST)
        made.start()
        yield made
        made.stop()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, server: postgres.Server) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "items").mkdir()
    for number in range(12):
        text = item(f"Tide {number}", "High water is at noon. " * 200, tags="[storm]", author="Anna Berg")
        (folder / "items" / f"{number}.md").write_text(text, encoding="utf-8")
    with cluster(folder, server.database(), webs=2, workers=1) as running:
        eventually(lambda: is_dense(running), 30, "every web process has every encoding of every feed")
        yield running


def is_dense(running: Cluster) -> bool:
    """Say whether no document will get another encoding any more: the last one comes after the news."""
    wants = {"Accept-Encoding": "br"}
    asked = [ask(web.port, "HEAD", path, wants) for web in running.webs for path in FEEDS]
    return all(reply.headers.get("content-encoding") == "br" for reply in asked)


@pytest.fixture(scope="module", params=sorted(PROXIES))
def proxy(
    request: pytest.FixtureRequest, desk: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    with PROXIES[request.param](tmp_path_factory.mktemp(request.param), desk.webs) as running:
        yield running


def own(reply: Reply) -> dict[str, str]:
    return {name: value for name, value in reply.headers.items() if name not in OWN}


def same(proxied: Reply, direct: Reply) -> bool:
    return (proxied.status, own(proxied), proxied.body) == (direct.status, own(direct), direct.body)


@pytest.mark.parametrize("path", PATHS)
def test_every_byte_and_header_arrives_unchanged(desk: Cluster, proxy: Proxy, path: str) -> None:
    for encoding in ENCODINGS:
        direct = ask(desk.webs[0].port, "GET", path, encoding)
        assert direct.status == 200
        for method in ("GET", "HEAD"):
            expected = ask(desk.webs[0].port, method, path, encoding)
            proxied = proxy.ask(method, path, encoding)
            assert same(proxied, expected), (method, encoding, own(proxied), own(expected))


@pytest.mark.parametrize("path", FEEDS)
def test_a_reader_that_has_the_feed_gets_304_through_the_proxy(
    desk: Cluster, proxy: Proxy, path: str
) -> None:
    tags = set()
    for encoding in ENCODINGS:
        whole = proxy.ask("GET", path, encoding)
        tags.add(whole.headers["etag"])
        assert whole.headers["vary"]
        for condition in (
            {"If-None-Match": whole.headers["etag"]},
            {"If-Modified-Since": whole.headers["last-modified"]},
        ):
            direct = ask(desk.webs[1].port, "GET", path, encoding | condition)
            proxied = proxy.ask("GET", path, encoding | condition)
            assert proxied.status == 304
            assert same(proxied, direct)
    assert len(tags) == 3, "each coding has a strong ETag of its own: identity, gzip, br"


@pytest.mark.parametrize("path", ["/nothing-here", "/feeds/none.rss", "/rss", "/items//twice"])
def test_errors_and_redirects_are_feedsvcs_own(desk: Cluster, proxy: Proxy, path: str) -> None:
    assert same(proxy.ask("GET", path, {}), ask(desk.webs[0].port, "GET", path, {}))


def test_metrics_are_no_strangers_business(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/metrics", {}).status == 403


class Readers:
    """Threads that ask for feeds without pause, each time on a new connection, and count what they get."""

    def __init__(self, proxy: Proxy, tags: dict[str, str]) -> None:
        self._proxy, self._tags = proxy, tags
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(number,)) for number in range(3)]
        self.counted: Counter[str] = Counter()
        self.slowest = 0.0

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)

    def _read(self, number: int) -> None:
        path = FEEDS[number]
        while not self._stopping.wait(0.01):
            headers = {"If-None-Match": self._tags[path]} if self.counted.total() % 2 else {}
            begun = time.monotonic()
            try:
                answer = str(self._proxy.ask("GET", path, headers).status)
            except Exception as error:
                answer = repr(error)
            self.counted[answer] += 1
            self.slowest = max(self.slowest, time.monotonic() - begun)

    def lost(self) -> dict[str, int]:
        return {answer: count for answer, count in self.counted.items() if answer not in ("200", "304")}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "restarted in turn"])
def test_a_web_server_that_ends_costs_no_request(desk: Cluster, proxy: Proxy, number: signal.Signals) -> None:
    tags = {path: proxy.ask("GET", path, {}).headers["etag"] for path in FEEDS}
    with Readers(proxy, tags) as readers:
        for member in desk.webs:
            time.sleep(0.5)
            end_web(member, number)
            time.sleep(0.5)
            start_web(desk, member)
            # The other one goes only when the proxy has had the time to see this one again.
            time.sleep(2.5)
    assert readers.counted.total() > 50
    assert not readers.lost(), readers.counted
    assert readers.slowest < 5


def test_without_the_database_readers_get_the_last_good_feeds(
    server: postgres.Server, desk: Cluster, proxy: Proxy
) -> None:
    before = {path: proxy.ask("GET", path, {}) for path in FEEDS}
    server.stop()
    try:
        # Longer than the proxy needs to see that no web server is ready.
        until = time.monotonic() + 5
        while time.monotonic() < until:
            for path in FEEDS:
                assert same(proxy.ask("GET", path, {}), before[path])
            time.sleep(0.2)
        ready = proxy.ask("GET", "/readyz", {})
        # Feeds are served, so no balancer may take these web servers out; operators are told.
        assert (ready.status, json.loads(ready.body)["degraded"]) == (200, True)
    finally:
        server.start()
    for member in desk.webs:
        eventually(member.ready, 40, f"{member.name} is ready again")


def test_caddy_finds_its_file_valid_and_formatted(tmp_path: Path) -> None:
    program, file = part("caddy"), str(DEPLOY / "Caddyfile")
    environment = {"HOME": str(tmp_path), "FEEDSVC_SITE": "http://127.0.0.1"}
    for words in (["validate", "--adapter", "caddyfile", "--config", file], ["fmt", file]):
        done = subprocess.run([program, *words], env=environment, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
    assert done.stdout == (DEPLOY / "Caddyfile").read_text(encoding="utf-8")


def test_nginx_finds_its_file_valid(tmp_path: Path) -> None:
    self_signed(tmp_path)
    main = nginx_main(tmp_path, {443: free_port(), 80: free_port()}, [free_port(), free_port()])
    command = [part("nginx"), "-t", "-p", str(tmp_path), "-c", str(main)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr
