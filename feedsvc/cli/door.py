"""Start each web process with the door at the public address and granian behind it."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from typing import Any

import granian._signals
from granian import Granian
from granian._granian import WorkerSignal
from granian.net import SocketSpec  # type: ignore[attr-defined]  # granian's servers take it from there

from feedsvc.config import Settings
from feedsvc.web.door import open_door

SIGNALS = (signal.SIGTERM, signal.SIGINT)
INNER = "127.0.0.1"
BACKLOG = 1024


def spawn(
    settings: Settings, number: int, name: str | None, load: Callable[[], Any], sock: Any, *rest: Any
) -> None:
    """Be a web process: granian listens on a port of the loopback that is this process's own.

    The arguments are those that granian gives to every process it makes, whence the Any.
    """
    with socket.socket() as reserved:
        # Bound, but not listening: nobody else gets the port, and all connections go to granian.
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        reserved.bind((INNER, 0))
        inner = reserved.getsockname()

        def behind() -> Any:
            return open_door(load(), settings.server.host, settings.server.port, inner)

        own = ((SocketSpec(INNER, inner[1], BACKLOG), None), sock[1])
        Granian._spawn_wsgi_worker(number, name, behind, own, *rest)


def heed_the_first() -> None:
    """Have the web processes that are forked from this one end by their first signal, whatever follows it.

    Granian tells its threads of each; from the second on that may wait for a thread which in turn waits for
    Python. When the main process is killed the kernel sends one for each of its threads.
    """
    granian._signals.set_sync_signals = _set_signals


def _set_signals() -> WorkerSignal:
    event, first = WorkerSignal(), [True]

    def stop(*_: object) -> None:
        try:
            # One step, which no other signal comes between.
            first.pop()
        except IndexError:
            return
        event.set()

    for number in SIGNALS:
        signal.signal(number, stop)
    return event
