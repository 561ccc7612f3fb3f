"""The healthcheck command: it asks the configured address, and says what it heard in its exit code."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.cli.conftest import Command
from tests.cli.test_loading import HEAVY, loaded
from tests.serving import free_port

ANSWERS = {
    "/healthz": (200, b'{"status": "ok"}'),
    "/readyz": (503, b'{"status": "waiting", "why": "the first look is not live yet"}'),
}


class Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_server_that_answers_well_is_code_0(
    feedsvc: Command, port: int, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDSVC_SERVER__PORT", str(port))
    monkeypatch.setenv("FEEDSVC_SERVER__HOST", host)
    assert feedsvc("healthcheck").code == 0
    assert feedsvc("healthcheck", "--quiet").err == ""


@pytest.mark.usefixtures("newsroom")
def test_a_server_that_is_not_ready_is_code_1_and_says_why(
    feedsvc: Command, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDSVC_SERVER__PORT", str(port))
    done = feedsvc("healthcheck", "--ready")
    assert done.code == 1
    assert done.err == "it answers 503: the first look is not live yet\n"
    monkeypatch.setitem(ANSWERS, "/readyz", (502, b"<html>"))
    assert feedsvc("healthcheck", "--ready").err == "it answers 502\n"


@pytest.mark.usefixtures("newsroom")
def test_no_server_is_code_1(feedsvc: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_SERVER__PORT", str(free_port()))
    done = feedsvc("healthcheck")
    assert done.code == 1
    assert "does not answer" in done.err


@pytest.mark.usefixtures("newsroom")
def test_a_server_that_says_nothing_is_not_waited_for(
    feedsvc: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        monkeypatch.setenv("FEEDSVC_SERVER__PORT", str(mute.getsockname()[1]))
        done = feedsvc("healthcheck", "--timeout", "0.2")
    assert done.code == 1
    assert "timed out" in done.err


def test_a_container_that_asks_every_few_seconds_loads_little() -> None:
    code = "from feedsvc.cli import run\nrun(['healthcheck'])"
    assert loaded(code) & HEAVY == {"pydantic"}
