"""nginx and Caddy serve the folder as feedsvc serves it: the same bytes and headers, without asking it."""

from __future__ import annotations

import gzip
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.proxying import Reply, ask, part, running
from tests.serving import FEEDS, Tree, eventually, free_port, item, serving
from tests.web.newsroom import BROWSER

pytestmark = pytest.mark.system

ARCHIVES = ("/feeds/all/archive/1.rss", "/feeds/all/archive/1.atom", "/feeds/all/archive/1.json")
LISTS = ("/feeds.opml", "/sitemap.xml", "/news-sitemap.xml", "/robots.txt")
CODINGS: tuple[dict[str, str], ...] = (
    {},
    {"Accept-Encoding": "identity"},
    {"Accept-Encoding": "gzip"},
    {"Accept-Encoding": "gzip;q=0, deflate"},
)
OWN = {"connection", "date", "keep-alive", "server", "transfer-encoding", "etag", "accept-ranges"}
"""What is a server's own; the ETag is made of the file's time and size."""

CONFIG = """
[site]
url = "http://news.example"
[export]
path = "out"
[feeds.ended]
gone = true
[feeds.moved]
redirect_to = "all"
"""
NGINX = """daemon off;
worker_processes 1;
user root;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{}}
http {{
    access_log off;
    {temporary}
    server {{
        listen 127.0.0.1:{port};
        include {out}/nginx/feedsvc.conf;
        location / {{ proxy_pass http://127.0.0.1:{behind}; }}
    }}
}}
"""
CADDY = """{{
	admin off
	auto_https off
	default_bind 127.0.0.1
	storage file_system "{folder}/storage"
}}
http://127.0.0.1:{port} {{
	import {out}/caddy/feedsvc.caddy
	reverse_proxy 127.0.0.1:{behind}
}}
"""


@dataclass
class House:
    """A service that exports, and a web server that serves what it exports."""

    tree: Tree
    port: int
    name: str = "nginx"

    def direct(self, method: str, path: str, headers: Mapping[str, str]) -> Reply:
        return ask(self.tree.port, method, path, headers)

    def served(self, method: str, path: str, headers: Mapping[str, str]) -> Reply:
        return ask(self.port, method, path, headers)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    for name in ("nginx", "caddy"):
        part(name)
    folder = tmp_path_factory.mktemp("desk")
    (folder / "items").mkdir()
    for number in range(4):
        body = f"![](tide.jpg)\n\nHigh water “{number}” is at noon. " * 90
        (folder / "items" / f"{number}.md").write_text(item(f"Tide {number}", body), encoding="utf-8")
    (folder / "items" / "tide.jpg").write_bytes(b"\xff\xd8 a picture")
    (folder / "items" / "gone.md").write_text(item("Gone tomorrow"), encoding="utf-8")
    with serving(folder, CONFIG) as tree:
        (folder / "items" / "gone.md").unlink()
        eventually(lambda: tree.lacks("Gone tomorrow"), 30, "the withdrawal is live")
        eventually(lambda: is_exported(tree), 60, "everything is exported, in its last encoding")
        yield tree


def is_exported(tree: Tree) -> bool:
    public = tree.folder / "out" / "public"
    names = [path[1:] for path in (*FEEDS, *ARCHIVES)]
    whole = all((public / f"{name}.br").exists() for name in names)
    conf = tree.folder / "out" / "nginx" / "feedsvc.conf"
    return (
        whole and "gone-tomorrow" in conf.read_text() and b"Gone tom" not in (public / names[0]).read_bytes()
    )


@contextmanager
def nginx(tree: Tree, folder: Path) -> Iterator[int]:
    port = free_port()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{each}_temp_path {folder}/{each};" for each in kinds)
    main = folder / "nginx.conf"
    main.write_text(
        NGINX.format(folder=folder, temporary=temporary, port=port, out=tree.folder / "out", behind=tree.port)
    )
    command = [part("nginx"), "-p", str(folder), "-c", str(main)]
    with running("nginx", command, folder, dict(os.environ)):
        yield port


@contextmanager
def caddy(tree: Tree, folder: Path) -> Iterator[int]:
    port = free_port()
    main = folder / "Caddyfile"
    main.write_text(CADDY.format(folder=folder, port=port, out=tree.folder / "out", behind=tree.port))
    command = [part("caddy"), "run", "--config", str(main), "--adapter", "caddyfile"]
    with running("caddy", command, folder, {"PATH": os.environ["PATH"], "HOME": str(folder)}):
        yield port


SERVERS = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(scope="module", params=sorted(SERVERS))
def house(
    request: pytest.FixtureRequest, desk: Tree, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    with SERVERS[request.param](desk, tmp_path_factory.mktemp(request.param)) as port:
        made = House(desk, port, request.param)
        eventually(lambda: answers(made), 20, f"{request.param} answers")
        yield made


def answers(house: House) -> bool:
    try:
        return house.served("GET", "/robots.txt", {}).status == 200
    except OSError:
        return False


def own(reply: Reply) -> dict[str, object]:
    found: dict[str, object] = {name: value for name, value in reply.headers.items() if name not in OWN}
    # Caddy sends what it has not packed itself in chunks.
    found.setdefault("content-length", str(len(reply.body)))
    return found


@pytest.mark.parametrize("path", [*FEEDS, *ARCHIVES])
def test_feeds_have_the_same_bytes_and_headers(house: House, path: str) -> None:
    for coding in CODINGS:
        for method in ("GET", "HEAD"):
            direct, served = house.direct(method, path, coding), house.served(method, path, coding)
            assert served.status == 200
            assert served.body == direct.body, (method, coding)
            if method == "GET" or "content-length" in served.headers:
                assert own(served) == own(direct), (method, coding)
            assert "server" in served.headers
            assert served.headers["etag"] != direct.headers["etag"], "it comes from the folder"


def test_brotli_is_served_by_a_server_that_knows_it(house: House) -> None:
    wants = {"Accept-Encoding": "br"}
    served = house.served("GET", FEEDS[0], wants)
    # Without its module nginx takes br for a word that it does not know.
    coding = served.headers.get("content-encoding")
    assert (coding == "br") == (house.name == "caddy")
    assert served.body == house.direct("GET", FEEDS[0], wants if coding else {}).body


@pytest.mark.parametrize("path", [*FEEDS, *ARCHIVES])
def test_a_reader_that_has_a_feed_gets_304_with_its_links(house: House, path: str) -> None:
    tags = set()
    for coding in CODINGS[1:3]:
        whole = house.served("GET", path, coding)
        tags.add(whole.headers["etag"])
        assert whole.headers["etag"].startswith('"'), "it is strong"
        for condition in (
            {"If-None-Match": whole.headers["etag"]},
            {"If-Modified-Since": whole.headers["last-modified"]},
        ):
            again = house.served("GET", path, coding | condition)
            assert (again.status, again.body) == (304, b"")
            assert again.headers["etag"] == whole.headers["etag"]
            for name in ("link", "cache-control", "vary", "access-control-allow-origin"):
                assert again.headers[name] == whole.headers[name]
        assert house.served("GET", path, coding | {"If-None-Match": '"other"'}).status == 200
    assert len(tags) == 2, "each coding has an ETag of its own"


@pytest.mark.parametrize("path", LISTS)
def test_lists_hold_the_same(house: House, path: str) -> None:
    direct, served = house.direct("GET", path, {}), house.served("GET", path, {})
    assert served.body == direct.body
    for name in ("content-type", "access-control-allow-origin", "x-content-type-options", "vary"):
        assert served.headers[name] == direct.headers[name]
    packed = house.served("GET", path, {"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.body) == direct.body


def test_a_query_changes_nothing(house: House) -> None:
    plain, asked = house.served("GET", FEEDS[0], {}), house.served("GET", f"{FEEDS[0]}?utm_source=x", {})
    assert (asked.status, asked.body, asked.headers["etag"]) == (200, plain.body, plain.headers["etag"])


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", FEEDS[0], BROWSER),
        ("POST", FEEDS[0], {}),
        ("OPTIONS", FEEDS[0], {"Origin": "https://other.example"}),
        ("GET", "/feeds/none.rss", {}),
        ("GET", "/feeds/ended.rss", {}),
        ("GET", "/items/gone-tomorrow", {}),
        ("GET", "/", {}),
        ("GET", "/media/items/tide.jpg", {}),
    ],
)
def test_all_else_is_feedsvcs_answer(house: House, method: str, path: str, headers: dict[str, str]) -> None:
    direct, served = house.direct(method, path, headers), house.served(method, path, headers)
    assert (served.status, served.body) == (direct.status, direct.body)
    for name in ("refresh", "allow", "access-control-allow-methods", "content-security-policy"):
        assert served.headers.get(name) == direct.headers.get(name)


def test_a_feed_that_has_moved_leads_on(house: House) -> None:
    served = house.served("GET", "/feeds/moved.atom", {})
    assert served.status == 301
    assert served.headers["location"].endswith("/feeds/all.atom")


def test_without_feedsvc_feeds_go_on_and_what_is_gone_stays_gone(house: House) -> None:
    whole = house.served("GET", FEEDS[0], {})
    house.tree.process.send_signal(signal.SIGSTOP)
    for pid in house.tree.children()["web"]:
        os.kill(pid, signal.SIGSTOP)
    try:
        again = house.served("GET", FEEDS[0], {})
        assert (again.status, again.body) == (200, whole.body)
        assert house.served("GET", FEEDS[0], {"If-None-Match": whole.headers["etag"]}).status == 304
    finally:
        for pid in house.tree.children()["web"]:
            os.kill(pid, signal.SIGCONT)
        house.tree.process.send_signal(signal.SIGCONT)


def test_nginx_says_410_for_what_is_gone_without_feedsvc(desk: Tree, tmp_path: Path) -> None:
    conf = desk.folder / "out" / "nginx" / "feedsvc.conf"
    away = tmp_path / "out"
    (away / "nginx").mkdir(parents=True)
    text = conf.read_text().replace(f"http://127.0.0.1:{desk.port}", f"http://127.0.0.1:{free_port()}")
    (away / "nginx" / "feedsvc.conf").write_text(text)
    with nginx(Tree(tmp_path, desk.port, desk.process, desk.log), tmp_path) as port:
        house = House(desk, port)
        eventually(lambda: answers(house), 20, "nginx answers")
        assert ask(port, "GET", FEEDS[0], {}).status == 200
        assert ask(port, "GET", "/feeds/ended.rss", {}).status == 410
        assert ask(port, "GET", "/items/gone-tomorrow", {}).status == 410
        assert ask(port, "GET", FEEDS[0], BROWSER).status == 503
