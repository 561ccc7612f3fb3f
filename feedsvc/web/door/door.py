"""The door: one thread that owns the public address and every connection to it."""

from __future__ import annotations

import errno
import heapq
import logging
import os
import resource
import signal
import socket
import threading
from select import EPOLLIN

from feedsvc.web.door.loop import Bell, Loop
from feedsvc.web.door.peers import Peers
from feedsvc.web.door.replies import Replies
from feedsvc.web.door.tunnel import Tunnel
from feedsvc.web.door.visitor import Visitor

BACKLOG = 1024
"""How many connections the system keeps until they are accepted."""

LAST_SECONDS = 4.0
"""How long answers and tunnels may last after a stop: less than granian waits for its processes."""

SHORT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
PAUSE = 0.5
"""Seconds between two looks at what is not urgent."""

SPARE_FILES = 128
"""Descriptors that the rest of the process needs."""

TUNNEL_FILES = 3
"""Descriptors of a tunnel: its two ends, and the web server's."""

log = logging.getLogger(__name__)


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
        self.loop = Loop()
        self.is_stopping = False
        self._owner = owner
        self._listener = listener
        self._family = int(listener.family)
        self._accepts = False
        self._stop_at = 0.0
        self._bell = Bell(self.loop, self._begin_to_stop)
        self._room = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_FILES
        self._thread = threading.Thread(target=self._run, name="feedsvc-door")

    def start(self) -> None:
        """Open once the web server behind listens; end when the owner has ended, which runs that server."""
        self._thread.start()

    def heed_signals(self) -> None:
        """Stop by the signals that this process has handlers for; to be called in its main thread."""
        signal.set_wakeup_fd(self._bell.rope, warn_on_full_buffer=False)

    def stop(self) -> None:
        """Accept nothing more; end what rests, and what is being sent once it is sent."""
        self._bell.pull()

    def join(self) -> None:
        """Wait until the last connection has ended; signals must have gone elsewhere by then."""
        self._thread.join()
        self._bell.take_down()

    def ready(self, events: int) -> None:
        """Accept one connection."""
        self._let_in()

    def close(self) -> None:
        """Go on: the door itself does not end because of a fault."""

    def _let_in(self) -> bool:
        """Accept one connection if there is one; its first bytes are there in most cases."""
        try:
            # What `accept` does without the wrapping, which costs more than the system's own part.
            fd, address = self._listener._accept()  # type: ignore[attr-defined]  # typeshed leaves it out
        except OSError as error:
            if error.errno in SHORT:
                # With a pause, not in a circle: the sweep accepts again.
                log.warning("door status=full reason=%s", error.strerror)
                self._make_room()
                self._accept(False)
            return False
        connection = socket.SocketType(self._family, socket.SOCK_STREAM, 0, fd)
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
                self._serve()
        except Exception:
            log.exception("door status=failed")
            # A process that nobody can reach must not seem to live: it is started again.
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            self._close()

    def _serve(self) -> None:
        due = 0.0
        while not self.is_stopping or self.visitors or self.tunnels:
            self.loop.turn(0.05 if self.waiting or self.is_stopping else PAUSE)
            if self.waiting:
                self._hand_on()
            if self.loop.tick >= due:
                due = self.loop.tick + (0.1 if self.is_stopping else PAUSE)
                self._sweep()

    def _hand_on(self) -> None:
        for visitor in [each for each, until in self.waiting.items() if self.loop.tick >= until]:
            visitor.hand_on()

    def _sweep(self) -> None:
        """Do what is not urgent: end what is overdue, let memory go, accept again after a pause."""
        self.replies.let_go()
        for visitor in [each for each in self.visitors if each.is_overdue(self.loop.tick)]:
            visitor.close()
        for tunnel in [each for each in self.tunnels if each.is_over(self.loop.tick)]:
            tunnel.close()
        if not self._owner.is_alive():
            self._begin_to_stop()
            self._end_unheard()
        if self.is_stopping and self.loop.tick > self._stop_at:
            self._end_all()
        if not self.is_stopping:
            self._accept(True)

    def _end_unheard(self) -> None:
        """End the tunnels that the web server has not taken before it ended: it never will."""
        for tunnel in [each for each in self.tunnels if each.is_unheard()]:
            tunnel.close()

    def _begin_to_stop(self) -> None:
        """Let in who has already knocked, then nobody; end what rests."""
        if self.is_stopping:
            return
        self._stop_at = self.loop.tick + LAST_SECONDS
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
            self.loop.watch(fd, self, EPOLLIN if self._accepts else 0, EPOLLIN if accepts else 0)
            self._accepts = accepts

    def _await_server(self) -> bool:
        """Return True once the web server behind listens; False if this process ends before."""
        while self._owner.is_alive():
            with socket.socket() as probe:
                if probe.connect_ex(self.inner) == 0:
                    return True
            self._owner.join(0.005)
        return False

    def _end_all(self) -> None:
        for visitor in [*self.visitors]:
            visitor.close()
        for tunnel in [*self.tunnels]:
            tunnel.close()

    def _close(self) -> None:
        self._listener.close()
        self._end_all()
        self.loop.close()
