"""Answer the polls of one connection, until one comes that is none: then it becomes a tunnel."""

from __future__ import annotations

import socket
from select import EPOLLIN, EPOLLOUT
from socket import MSG_DONTWAIT
from typing import TYPE_CHECKING

from feedsvc.web.door.head import MAX_BYTES, is_unfinished
from feedsvc.web.door.replies import Parts, Reply
from feedsvc.web.door.tunnel import Tunnel

if TYPE_CHECKING:
    from feedsvc.web.door.door import Door

PATIENCE = 0.1
"""Seconds for the rest of a head; then the web server waits for it, with a limit of its own."""

FIRST = 15.0
"""Seconds for the first bytes of a connection."""

IDLE = 75.0
"""Seconds that a connection may rest between polls, or in the middle of an answer."""


class Visitor:
    """One connection. Its memory is a few hundred bytes: the bodies are shared, the rest is the kernel's."""

    __slots__ = ("_address", "_begun", "_closes", "_door", "_mask", "_unsent", "answered", "seen", "socket")

    def __init__(self, door: Door, connection: socket.SocketType, address: str) -> None:
        self.socket = connection
        self.seen = door.loop.tick
        self.answered = False
        self._door = door
        self._address = address
        self._mask = 0
        self._begun = b""
        self._unsent: tuple[memoryview, ...] = ()
        self._closes = False

    @property
    def is_sending(self) -> bool:
        """Say whether it is in the middle of an answer."""
        return bool(self._unsent)

    def is_overdue(self, tick: float) -> bool:
        """Say whether it has been silent for too long."""
        return tick - self.seen > (IDLE if self.answered else FIRST)

    def ready(self, events: int) -> None:
        """Go on: send what is left of an answer, else read."""
        self.seen = self._door.loop.tick
        if self._unsent:
            self._send(self._unsent, sum(map(len, self._unsent)))
            return
        try:
            data = self.socket.recv(MAX_BYTES + 1, MSG_DONTWAIT)
        except BlockingIOError:
            self._watch(EPOLLIN)
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        if self._begun:
            data = self._begun + data
        reply = self._door.replies.reply(data, self._address)
        if reply is not None:
            self._answer(reply)
        elif is_unfinished(data):
            self._begun = data
            self._door.waiting.setdefault(self, self.seen + PATIENCE)
            self._watch(EPOLLIN)
        else:
            self._tunnel(data)

    def hand_on(self) -> None:
        """Let the web server wait for the rest of a head that does not come."""
        self._tunnel(self._begun)

    def close(self) -> None:
        """End the connection."""
        self._leave()
        self._door.loop.forget(self.socket)

    def _answer(self, reply: Reply) -> None:
        if self._begun:
            self._begun = b""
            self._door.waiting.pop(self, None)
        self.answered = True
        self._closes = reply.closes
        self._send(reply.parts, reply.size)

    def _send(self, parts: Parts, size: int) -> None:
        try:
            sent = self.socket.sendmsg(parts, (), MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.close()
            return
        self._unsent = left(parts, sent) if sent < size else ()
        if self._unsent:
            self._watch(EPOLLOUT)
        elif self._closes or self._door.is_stopping:
            self.close()
        else:
            self._watch(EPOLLIN)

    def _tunnel(self, data: bytes) -> None:
        self._leave()
        try:
            tunnel = Tunnel(self._door, self.socket, self._mask, self._address, data)
        except OSError:
            self._door.loop.forget(self.socket)
            return
        tunnel.open()

    def _leave(self) -> None:
        self._door.visitors.discard(self)
        self._door.waiting.pop(self, None)

    def _watch(self, mask: int) -> None:
        if mask != self._mask:
            self._mask = self._door.loop.watch(self.socket.fileno(), self, self._mask, mask)


def left(parts: Parts, sent: int) -> tuple[memoryview, ...]:
    """Return what is left of these parts once so many of their bytes were sent."""
    rest = []
    for part in parts:
        if sent < len(part):
            rest.append(memoryview(part)[sent:])
        sent = max(0, sent - len(part))
    return tuple(rest)
