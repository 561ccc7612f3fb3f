"""Wait for events on many descriptors, and let each thing that waits go on when it can."""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from select import EPOLLIN
from typing import Protocol

EVENTS = 256
ENDS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger(__name__)


class Watched(Protocol):
    """What waits for events on a descriptor."""

    def ready(self, events: int) -> None:
        """Do what is possible now; also where nothing is."""

    def close(self) -> None:
        """End it, after a fault."""


class Loop:
    """The descriptors that are watched, and the time of the events that are being handled."""

    def __init__(self) -> None:
        self.tick = time.monotonic()
        self._watched: dict[int, Watched] = {}
        self._epoll = select.epoll()

    def watch(self, fd: int, watched: Watched, before: int, mask: int) -> int:
        """Have a descriptor watched for these events, none or some, in place of those before; return them."""
        if mask and before:
            if mask != before:
                self._epoll.modify(fd, mask)
        elif mask:
            self._epoll.register(fd, mask)
        elif before:
            self._epoll.unregister(fd)
        self._watched[fd] = watched
        return mask

    def forget(self, connection: socket.SocketType) -> None:
        """Close a connection; the system stops watching it."""
        self._watched.pop(connection.fileno(), None)
        connection.close()

    def turn(self, seconds: float) -> None:
        """Wait so long for events, and handle those that come first."""
        for fd, events in self._epoll.poll(seconds, EVENTS):
            self.tick = time.monotonic()
            each = self._watched.get(fd)
            if each is None:
                continue
            try:
                each.ready(events)
            except Exception:
                # A fault in what one client does must not cost all the others their door.
                log.exception("door status=fault")
                each.close()
        self.tick = time.monotonic()

    def close(self) -> None:
        """Watch nothing any more."""
        self._epoll.close()


class Bell:
    """A pipe that signals come through: it rings with those that end a process."""

    def __init__(self, loop: Loop, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._bell, self.rope = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        loop.watch(self._bell, self, 0, EPOLLIN)

    def ready(self, events: int) -> None:
        """Ring if one of the signals that came is an end."""
        if any(number in ENDS for number in os.read(self._bell, 64)):
            self._ring()

    def pull(self) -> None:
        """Ring as by SIGTERM, from any thread."""
        os.write(self.rope, bytes([signal.SIGTERM]))

    def close(self) -> None:
        """Stay: a fault does not end it."""

    def take_down(self) -> None:
        """Close the pipe, once no signals come any more."""
        os.close(self._bell)
        os.close(self.rope)
