"""The door and the web server behind it give the same answers to the same bytes, whatever these are."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedsvc.web.door.head import read_poll
from tests.serving import ROOT, Tree, eventually, free_port, get, item, serving

SITE = "http://news.example"
FEEDS = (
    "/feeds/all.rss",
    "/feeds/all.atom",
    "/feeds/all.json",
    "/tags/%C3%84rger.rss",
    "/tags/%c3%84rger.atom",
)
OTHERS = (
    *("/feeds/%61ll.rss", "/feeds/all.rss?a=b", "/feeds/all.rss#a", "/feeds/none.rss", "//feeds/all.rss"),
    *("/feeds/all.rss/", "/rss", "/items/market-day", "/healthz", "/feeds/all%2erss", "/%zz", "/%", "*", ""),
    *("http://news.example/feeds/all.rss", "/feeds/../feeds/all.rss", "/feeds/all.rss%00", "/FEEDS/all.rss"),
)
SILENCE = 0.7
"""Seconds after which nothing more comes."""

COUNT = re.compile(r'feedsvc_http_requests_total\{process="(\d+)",status="304"\} (\d+)')
DATE = re.compile(rb"(?m)^date: [^\r]*")
METHODS = ("GET", "GET", "GET", "HEAD", "HEAD", "POST", "OPTIONS", "DELETE", "get", "BREW")
COMMON = {
    "Accept-Encoding": ("gzip", "br", "gzip, br;q=0.5", "*", "gzip;q=0", "identity;q=0, br", "", "x-gzip"),
    "If-None-Match": ("{plain}", "{packed}", "W/{plain}", '"x", {packed}', "*", '"x"', "", "{plain}-gzip"),
    "If-Modified-Since": ("{modified}", "Thu, 01 Jan 1970 00:00:00 GMT", "tomorrow"),
    "Accept": ("*/*", "application/rss+xml", "text/html,application/xhtml+xml", ""),
    "User-Agent": ("curl/8.0", "Mozilla/5.0 (X11; Linux)", "Reader/1.0 (+http://reader.example; 3)"),
}
# No bodies: whether granian closes after a body that nobody read is a race in itself.
RARE = {
    "Sec-Fetch-Dest": ("document", "empty"),
    "Range": ("bytes=0-9", "x"),
    "Authorization": ("Basic YTpi",),
    "Content-Length": ("0", "x"),
    "Connection": ("close", "keep-alive", "Close", "keep-alive, close", "upgrade"),
    "Host": ("news.example", "other.example", ""),
    "If_None_Match": ("{plain}",),
    "X-Any": ("a\tb", "\xe9", "  padded  "),
    "A-IM": ("feed",),
}


@dataclass(frozen=True)
class Pair:
    """One installation behind two addresses: with the door, and without it."""

    tree: Tree
    direct: int
    known: Mapping[str, str]
    """The validators of the feed of everything, by the names that stand for them."""

    def spelt(self, text: str) -> bytes:
        """Return a request's bytes, with the validators in their places."""
        for name, value in self.known.items():
            text = text.replace("{" + name + "}", value)
        return text.encode("latin-1")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("two ways")
    (folder / "items").mkdir()
    for title in ("Market day", "Ferry late", "Fog"):
        (folder / "items" / f"{title}.md").write_text(item(title, "Words. " * 300, tags="[Ärger]"))
    with serving(folder, FEEDSVC_SITE__URL=SITE) as tree:
        port = free_port()
        own = {key: value for key, value in os.environ.items() if not key.startswith("FEEDSVC_")}
        more = {"FEEDSVC_SITE__URL": SITE, "FEEDSVC_SERVER__DOOR": "false", "FEEDSVC_SERVER__PORT": str(port)}
        environment = {**own, **more, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "feedsvc", "web", "--config", str(folder / "config.toml")]
        with (folder / "direct.log").open("w") as log:
            direct = subprocess.Popen(command, cwd=folder, env=environment, stderr=log)
        try:
            eventually(lambda: is_there(port), 60, "the other way is open")
            plain = tree.get("/feeds/all.rss").headers
            packed = tree.get("/feeds/all.rss", Accept_Encoding="gzip").headers["etag"]
            known = {"plain": plain["etag"], "packed": packed, "modified": plain["last-modified"]}
            yield Pair(tree, port, known)
        finally:
            direct.terminate()
            direct.wait(20)


def is_there(port: int) -> bool:
    try:
        return get(port, "/readyz").status == 200
    except OSError:
        return False


@st.composite
def polls(draw: st.DrawFn) -> str:
    """A poll as feed readers send it, or a browser's look at a feed."""
    method, path = draw(st.sampled_from(["GET", "HEAD"])), draw(st.sampled_from(FEEDS))
    names = draw(st.lists(st.sampled_from(sorted(COMMON)), unique=True))
    lines = [f"{name}: {draw(st.sampled_from(COMMON[name]))}" for name in names]
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: news.example", *lines, "", ""])


@st.composite
def requests(draw: st.DrawFn) -> str:
    """Whatever else comes to the door, spelt in latin-1."""
    method, path = draw(st.sampled_from(METHODS)), draw(st.sampled_from(FEEDS + OTHERS))
    version = draw(st.sampled_from(["HTTP/1.1"] * 8 + ["HTTP/1.0", "HTTP/2.0", "http/1.1"]))
    common = st.lists(st.sampled_from(sorted(COMMON)), max_size=3)
    names = [*draw(common), *draw(st.lists(st.sampled_from(sorted(RARE)), max_size=2))]
    lines = [] if "Host" in names else ["Host: news.example"]
    for name in names:
        spelt = draw(st.sampled_from([name, name.lower()]))
        lines.append(f"{spelt}: {draw(st.sampled_from((COMMON | RARE)[name]))}")
    return "\r\n".join([f"{method} {path} {version}", *lines, "", ""])


def test_every_poll_is_answered_as_the_web_server_would(pair: Pair) -> None:
    taken: list[bool] = []

    @settings(max_examples=200, deadline=None)
    @given(polls())
    def same(text: str) -> None:
        data = pair.spelt(text)
        taken.append(read_poll(data) is not None)
        assert answer(pair.tree.port, data) == answer(pair.direct, data)

    same()
    assert sum(taken) > len(taken) / 2


def test_every_other_request_is_answered_as_the_web_server_would(pair: Pair) -> None:
    @settings(max_examples=200, deadline=None)
    @given(requests())
    @example("GET /feeds/all.rss HTTP/1.1\r\nHost: x\r\n\r\nGET /feeds/all.json HTTP/1.1\r\nHost: x\r\n\r\n")
    @example("GET /feeds/all.rss HTTP/1.1\nHost: x\n\n")
    @example("GET /feeds/all.rss HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n")
    @example("GET /feeds/all.rss HTTP/1.1\r\nHost : x\r\n\r\n")
    @example("GET  /feeds/all.rss HTTP/1.1\r\nHost: x\r\n\r\n")
    @example("\r\n\r\nGET /feeds/all.rss HTTP/1.1\r\nHost: x\r\n\r\n")
    @example("GET /feeds/all.rss HTTP/1.1\r\nHost: x\r\nUser-Agent: " + "y" * 3000 + "\r\n\r\n")
    @example("GET /feeds/all.rss HTTP/1.1\r\n" + "".join(f"X-{n}: y\r\n" for n in range(150)) + "\r\n")
    @example("GET /feeds/all.rss\r\n\r\n")
    @example("\x16\x03\x01\r\n\r\n")
    def same(text: str) -> None:
        data = pair.spelt(text)
        assert answer(pair.tree.port, data) == answer(pair.direct, data)

    same()


def test_answers_of_the_door_are_counted(pair: Pair) -> None:
    """The counts of all web processes together grow by as many as were answered."""
    head = pair.spelt("GET /feeds/all.rss HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n\r\n")
    seen: dict[str, list[int]] = {}
    asked = 0

    def enough() -> bool:
        nonlocal asked
        for _ in range(10):
            asked += answer(pair.tree.port, head)[0].endswith(b" 304 Not Modified")
        text = pair.tree.get("/metrics").text
        for process, count in COUNT.findall(text):
            seen.setdefault(process, []).append(int(count))
        return len(seen) == 2 and all(len(counts) > 1 for counts in seen.values())

    eventually(enough, 30, "both web processes have told their counts twice", pause=1.1)
    assert 0 < sum(counts[-1] - counts[0] for counts in seen.values()) <= asked


def answer(port: int, data: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Return status line, sorted headers and body of what comes, all dates taken out."""
    with socket.create_connection(("127.0.0.1", port), timeout=SILENCE) as connection:
        connection.sendall(data)
        received = b""
        with suppress(ConnectionResetError, TimeoutError):
            while not is_whole(data, received) and (part := connection.recv(65536)):
                received += part
    head, _, body = DATE.sub(b"date: now", received).partition(b"\r\n\r\n")
    first, *fields = head.split(b"\r\n")
    return first, sorted(fields), body


def is_whole(asked: bytes, received: bytes) -> bool:
    """Say whether nothing more comes, where the connection stays open; wrong only where two are asked."""
    head, end, body = received.partition(b"\r\n\r\n")
    if not end or asked.count(b"HTTP/1.1\r\n") != 1:
        return False
    if asked.startswith(b"HEAD ") or head.startswith((b"HTTP/1.1 304", b"HTTP/1.0 304")):
        return True
    length = re.search(rb"content-length: (\d+)", head)
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")
