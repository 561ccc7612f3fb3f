"""The door: one thread that owns the public address and every connection to it."""

from __future__ import annotations

import errno
import heapq
import logging
import os
import resource
import select
import signal
import socket
import threading
import time
from select import EPOLLIN
from typing import Protocol

from feedsvc.web.door.peers import Peers
from feedsvc.web.door.replies import Replies
from feedsvc.web.door.tunnel import Tunnel
from feedsvc.web.door.visitor import Visitor

BACKLOG = 1024
"""How many connections the system keeps until they are accepted."""

LAST_SECONDS = 4.0
"""How long answers and tunnels may last after a stop: less than granian waits for its processes."""

SHORT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
ENDS = (signal.SIGTERM, signal.SIGINT)
EVENTS = 256
PAUSE = 0.5
"""Seconds between two looks at what is not urgent."""

SPARE_FILES = 128
"""Descriptors that the rest of the process needs."""

TUNNEL_FILES = 3
"""Descriptors of a tunnel: its two ends, and the web server's."""

log = logging.getLogger(__name__)


class Watched(Protocol):
    """What waits for events on a descriptor."""

    def ready(self, events: int) -> None:
        """Do what is possible now; also where nothing is."""

    def close(self) -> None:
        """End it, after a fault."""


class Door:
    """Accepts connections, and lets each visitor and tunnel go on when it can."""

    def __init__(
        self,
        listener: socket.socket,
        inner: tuple[str, int],
        replies: Replies,
        peers: Peers,
        owner: threading.Thread,
    ) -> None:
        self.inner = inner
        self.replies = replies
        self.peers = peers
        self.visitors: set[Visitor] = set()
        self.tunnels: set[Tunnel] = set()
        self.waiting: dict[Visitor, float] = {}
        """Until when the heads that have begun may take to be complete."""
        self.tick = time.monotonic()
        self.is_stopping = False
        self._owner = owner
        self._listener = listener
        self._accepts = False
        self._stop_at = 0.0
        self._watched: dict[int, Watched] = {}
        self._epoll = select.epoll()
        self._bell, self._rope = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._room = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_FILES
        self._thread = threading.Thread(target=self._run, name="feedsvc-door")

    def start(self) -> None:
        """Open once the web server behind listens; end when the owner has ended, which runs that server."""
        self._thread.start()

    def heed_signals(self) -> None:
        """Stop by the signals that this process has handlers for; to be called in its main thread."""
        signal.set_wakeup_fd(self._rope, warn_on_full_buffer=False)

    def stop(self) -> None:
        """Accept nothing more; end what rests, and what is being sent once it is sent."""
        os.write(self._rope, bytes([signal.SIGTERM]))

    def join(self) -> None:
        """Wait until the last connection has ended; signals must have gone elsewhere by then."""
        self._thread.join()
        os.close(self._bell)
        os.close(self._rope)

    def watch(self, fd: int, watched: Watched, before: int, mask: int) -> int:
        """Have a descriptor watched for these events, none or some; return them."""
        if mask and before:
            if mask != before:
                self._epoll.modify(fd, mask)
        elif mask:
            self._epoll.register(fd, mask)
        elif before:
            self._epoll.unregister(fd)
        self._watched[fd] = watched
        return mask

    def forget(self, connection: socket.socket) -> None:
        """Close a connection; the system stops watching it."""
        self._watched.pop(connection.fileno(), None)
        connection.close()

    def ready(self, events: int) -> None:
        """Accept one connection."""
        self._let_in()

    def close(self) -> None:
        """Go on: the door itself does not end because of a fault."""

    def _let_in(self) -> bool:
        """Accept one connection if there is one; its first bytes are there in most cases."""
        try:
            connection, address = self._listener.accept()
        except OSError as error:
            if error.errno in SHORT:
                # With a pause, not in a circle: the sweep accepts again.
                log.warning("door status=full reason=%s", error.strerror)
                self._make_room()
                self._accept(False)
            return False
        visitor = Visitor(self, connection, address[0])
        self.visitors.add(visitor)
        visitor.ready(EPOLLIN)
        if len(self.visitors) + TUNNEL_FILES * len(self.tunnels) > self._room:
            self._make_room()
        return True

    def _run(self) -> None:
        try:
            if self._await_server():
                self._accept(True)
                self._epoll.register(self._bell, EPOLLIN)
                self._watched[self._bell] = Bell(self, self._bell)
                self._loop()
        except Exception:
            log.exception("door status=failed")
            # A process that nobody can reach must not seem to live: it is started again.
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            self._close()

    def _loop(self) -> None:
        due = 0.0
        watched = self._watched
        while not self.is_stopping or self.visitors or self.tunnels:
            for fd, events in self._epoll.poll(0.05 if self.waiting or self.is_stopping else PAUSE, EVENTS):
                self.tick = time.monotonic()
                each = watched.get(fd)
                if each is None:
                    continue
                try:
                    each.ready(events)
                except Exception:
                    # A fault in what one client does must not cost all the others their door.
                    log.exception("door status=fault")
                    each.close()
            self.tick = time.monotonic()
            if self.waiting:
                self._hand_on()
            if self.tick >= due:
                due = self.tick + (0.1 if self.is_stopping else PAUSE)
                self._sweep()

    def _hand_on(self) -> None:
        for visitor in [each for each, until in self.waiting.items() if self.tick >= until]:
            visitor.hand_on()

    def _sweep(self) -> None:
        """Do what is not urgent: end what is overdue, accept again after a pause."""
        for visitor in [each for each in self.visitors if each.is_overdue(self.tick)]:
            visitor.close()
        for tunnel in [each for each in self.tunnels if each.is_over(self.tick)]:
            tunnel.close()
        if not self._owner.is_alive():
            self.begin_to_stop()
            self._end_unheard()
        if self.is_stopping and self.tick > self._stop_at:
            self._end_all()
        if not self.is_stopping:
            self._accept(True)

    def _end_unheard(self) -> None:
        """End the tunnels that the web server has not taken before it ended: it never will."""
        for tunnel in [each for each in self.tunnels if each.is_unheard()]:
            tunnel.close()

    def begin_to_stop(self) -> None:
        """Let in who has already knocked, then nobody; end what rests."""
        if self.is_stopping:
            return
        self._stop_at = self.tick + LAST_SECONDS
        for _ in range(BACKLOG):
            if not self._let_in():
                break
        self.is_stopping = True
        self._accept(False)
        self._listener.close()
        for visitor in [each for each in self.visitors if not each.is_sending]:
            visitor.close()

    def _make_room(self) -> None:
        """End a part of the connections that rest, those first that have rested longest."""
        resting = [each for each in self.visitors if not each.is_sending]
        for visitor in heapq.nsmallest(len(resting) // 16 + 1, resting, key=lambda each: each.seen):
            visitor.close()

    def _accept(self, accepts: bool) -> None:
        if accepts != self._accepts:
            fd = self._listener.fileno()
            self.watch(fd, self, EPOLLIN if self._accepts else 0, EPOLLIN if accepts else 0)
            self._accepts = accepts

    def _await_server(self) -> bool:
        """Return True once the web server behind listens; False if this process ends before."""
        while self._owner.is_alive():
            with socket.socket() as probe:
                if probe.connect_ex(self.inner) == 0:
                    return True
            time.sleep(0.005)
        return False

    def _end_all(self) -> None:
        for visitor in [*self.visitors]:
            visitor.close()
        for tunnel in [*self.tunnels]:
            tunnel.close()

    def _close(self) -> None:
        self._listener.close()
        self._end_all()
        self._epoll.close()


class Bell:
    """Rings with every signal that this process heeds (the numbers come through a pipe)."""

    def __init__(self, door: Door, bell: int) -> None:
        self._door = door
        self._bell = bell

    def ready(self, events: int) -> None:
        """Begin to stop if one of the signals says so."""
        if any(number in ENDS for number in os.read(self._bell, 64)):
            self._door.begin_to_stop()

    def close(self) -> None:
        """Go on, as the door does."""
