"""Open the door in a web process: listen at the public address, and start."""

from __future__ import annotations

import resource
import socket
import threading
from typing import TYPE_CHECKING

from feedsvc.web.door.door import BACKLOG, Door
from feedsvc.web.door.peers import Behind, Peers
from feedsvc.web.door.replies import Replies

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from feedsvc.web.fast import Front

MANY_FILES = 65536
"""How many descriptors a web process asks for: each connection is one, and a tunnel is three."""


def open_door(front: Front, host: str, port: int, inner: tuple[str, int]) -> WSGIApplication:
    """Open the door at the public address; return the application for the web server at the inner one."""
    _allow_many_files()
    peers = Peers()
    replies = Replies(front.documents, front.answered, front.clock, front.audience, front.governor)
    door = Door(listen(host, port), inner, replies, peers, threading.main_thread())
    door.heed_signals()
    door.start()
    return Behind(front, peers, host, port)


def listen(host: str, port: int) -> socket.socket:
    """Listen on the public address, which the web processes share."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    # Connections inherit it: an answer is written at once, and nothing is gained by waiting for more.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # A connection is handed over with its first bytes, or after a second without.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 1)
    listener.bind((host, port))
    listener.listen(BACKLOG)
    return listener


def _allow_many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MANY_FILES if hard == resource.RLIM_INFINITY else min(hard, MANY_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
