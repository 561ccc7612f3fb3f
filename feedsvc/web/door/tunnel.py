"""Carry a connection to the web server and back, untouched, at the pace of the slower end."""

from __future__ import annotations

import errno
import socket
from select import EPOLLIN, EPOLLOUT
from typing import TYPE_CHECKING

from feedsvc.web.door.peers import NO_PORT

if TYPE_CHECKING:
    from feedsvc.web.door.door import Door

CHUNK = 65536
LINGER = 2.0
"""Seconds that a client has to read and to close once the web server has closed."""


class End:
    """One end of a tunnel; what it is given to send and cannot yet, it keeps, and the other end waits."""

    __slots__ = ("ended", "mask", "other", "socket", "tunnel", "unsent")

    def __init__(self, tunnel: Tunnel, connection: socket.SocketType, mask: int = 0) -> None:
        self.tunnel = tunnel
        self.socket = connection
        self.mask = mask
        self.unsent: bytes | memoryview = b""
        self.ended = False
        """Whether it has sent all that it had to send."""
        self.other = self

    def ready(self, events: int) -> None:
        """Send and receive what is possible now."""
        try:
            if self.unsent and events & ~EPOLLIN:
                self._send(self.unsent)
            if not self.ended and not self.other.unsent and events & ~EPOLLOUT:
                self._receive()
        except BlockingIOError:
            pass
        except OSError:
            self.tunnel.close()
            return
        self.tunnel.settle()

    def close(self) -> None:
        """Let both ends go."""
        self.tunnel.close()

    def send(self, data: bytes) -> None:
        """Send what the other end has received; OSError where this end is gone."""
        try:
            self._send(data)
        except BlockingIOError:
            self.unsent = data

    def finish(self) -> None:
        """Say that nothing more comes."""
        self.socket.shutdown(socket.SHUT_WR)

    def interest(self) -> int:
        """Return the events that matter now; none, and the end is not watched at all."""
        reading = EPOLLIN if not self.ended and not self.other.unsent else 0
        return reading | (EPOLLOUT if self.unsent else 0)

    def _receive(self) -> None:
        data = self.socket.recv(CHUNK)
        if data:
            self.other.send(data)
            return
        self.ended = True
        self.other.finish()

    def _send(self, data: bytes | memoryview) -> None:
        sent = self.socket.send(data)
        self.unsent = memoryview(data)[sent:] if sent < len(data) else b""


class Tunnel:
    """Two ends; open until both have ended, or one of them breaks."""

    __slots__ = ("_client", "_door", "_server", "_source", "finished_at")

    def __init__(self, door: Door, client: socket.SocketType, mask: int, address: str, data: bytes) -> None:
        """Go on with a client's connection of which `data` was read; OSError where files run out."""
        self._door = door
        self._client = End(self, client, mask)
        self._server = End(self, socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK))
        self._source = door.peers.enter(address)
        self.finished_at: float | None = None
        self._client.other, self._server.other = self._server, self._client
        # The web server hears nothing before it is connected; until then this waits like all unsent bytes.
        self._server.unsent = data

    def open(self) -> None:
        """Connect to the web server, and watch both ends."""
        self._door.tunnels.add(self)
        client, server = self._client.socket, self._server.socket
        try:
            client.setblocking(False)
            server.setsockopt(socket.IPPROTO_IP, NO_PORT, 1)
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.bind((self._source, 0))
            failure = server.connect_ex(self._door.inner)
        except OSError as error:
            failure = error.errno or errno.EIO
        if failure == 0:
            self._server.ready(EPOLLOUT)
        elif failure == errno.EINPROGRESS:
            self.settle()
        else:
            self.close()

    def settle(self) -> None:
        """Watch each end for what matters now, and close once both have ended."""
        client, server = self._client, self._server
        if server.ended and not client.unsent:
            if client.ended and not server.unsent:
                self.close()
                return
            self.finished_at = self.finished_at or self._door.loop.tick
        for end in (client, server):
            end.mask = self._door.loop.watch(end.socket.fileno(), end, end.mask, end.interest())

    def is_unheard(self) -> bool:
        """Say whether nothing from the web server is under way, though it has not closed."""
        if self._server.ended or self._client.unsent:
            return False
        try:
            self._server.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def is_over(self, tick: float) -> bool:
        """Say whether the web server has closed, and the client has had its time."""
        linger = 0 if self._door.is_stopping else LINGER
        return self.finished_at is not None and tick - self.finished_at > linger

    def close(self) -> None:
        """Let both ends go."""
        self._door.tunnels.discard(self)
        self._door.peers.leave(self._source)
        for end in (self._client, self._server):
            self._door.loop.forget(end.socket)
