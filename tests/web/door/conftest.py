from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from feedsvc.web.door.door import Door
from feedsvc.web.door.opening import listen
from feedsvc.web.door.peers import Peers
from feedsvc.web.door.replies import Replies
from tests.web.newsroom import Newsroom, make

PATH = "/feeds/all.rss"
SECONDS = 10.0
"""Patience of every wait on a socket: only a fault is slower."""


@dataclass
class House:
    """A door over a newsroom's documents; what goes through a tunnel comes out at `behind`."""

    newsroom: Newsroom
    behind: socket.socket
    port: int
    door: Door
    ended: threading.Event
    """To be set where the web server's thread has ended."""
    opened: list[socket.socket] = field(default_factory=list)

    def connect(self) -> socket.socket:
        """Return a new connection to the door."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)
        self.opened.append(connection)
        return connection

    def accept(self) -> socket.socket:
        """Return the web server's end of the next tunnel."""
        connection, _ = self.behind.accept()
        connection.settimeout(SECONDS)
        self.opened.append(connection)
        return connection

    def poll(self, *lines: str, path: str = PATH, method: str = "GET") -> bytes:
        """Return the head of a poll."""
        return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: news.example", *lines, "", ""]).encode()

    def ask(self, *lines: str, path: str = PATH, method: str = "GET") -> bytes:
        """Ask on a new connection, and return all that comes until it is closed."""
        connection = self.connect()
        connection.sendall(self.poll(*lines, "Connection: close", path=path, method=method))
        return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """Return everything up to the end of a connection."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def read_answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Return the head and the body of one answer on a connection that stays open."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        assert part, f"the connection ended after {data!r}"
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"content-length: ")]
    while lengths and len(body) < lengths[0]:
        part = connection.recv(65536)
        assert part, "the connection ended in the middle of a body"
        body += part
    return head, body


@pytest.fixture
def house(newsroom: Newsroom) -> Iterator[House]:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front._look()
    front = newsroom.front
    with listen("127.0.0.1", 0) as listener, socket.create_server(("127.0.0.1", 0)) as behind:
        behind.settimeout(SECONDS)
        replies = Replies(front.documents, front.answered, front.clock, front.audience, front.governor)
        ended = threading.Event()
        owner = threading.Thread(target=ended.wait, daemon=True)
        owner.start()
        door = Door(listener, behind.getsockname(), replies, Peers(), owner)
        port = listener.getsockname()[1]
        door.start()
        # The door looks whether the web server listens.
        behind.accept()[0].close()
        made = House(newsroom, behind, port, door, ended)
        try:
            yield made
        finally:
            for connection in made.opened:
                connection.close()
            door.stop()
            door.join()
            ended.set()
            owner.join()
