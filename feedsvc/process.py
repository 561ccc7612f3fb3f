"""Tie processes together: a child ends with its parent, and only one tree serves a data folder."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feedsvc.errors import Conflict

PR_SET_PDEATHSIG = 1
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
FREE_BYTES = 131_072
PIECE_BYTES = 65_536


def end_with_parent(parent: int) -> None:
    """Have this process get SIGTERM when its parent dies, also by kill -9; does nothing but on Linux.

    The signal is the kernel's, and it outlives an exec. `parent` is the id of the process that made
    this one: one that is gone already sends no signal any more.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def heed_signals() -> None:
    """Let SIGTERM and Ctrl-C end this process at once, until it has a way of its own to end.

    A fork begins with its parent's handlers, which would lose a signal that comes before it is ready.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def give_memory_back(arenas: int = 2) -> None:
    """Have what this process frees go back to the system, before its threads begin; only with glibc.

    By itself glibc keeps an arena for each thread, and more and more of what is free in them. With one
    arena, what one thread has freed another takes; threads that work without the GIL want two.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, arenas)
        mallopt(M_TRIM_THRESHOLD, FREE_BYTES)
        mallopt(M_MMAP_THRESHOLD, PIECE_BYTES)


@contextmanager
def only_one(lock: Path, what: str, patience: float) -> Iterator[int]:
    """Hold a lock file while something is served; yield its descriptor, for children to hold it as well.

    Conflict where another process holds it. If that has died and its children are still ending, they
    have `patience` seconds for it.
    """
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + patience
    # Nobody else can read it, or hold it, whatever the umask is.
    with os.fdopen(os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+") as held:
        while not _locked(held.fileno()):
            held.seek(0)
            other = held.read().strip()
            if _is_alive(other) or time.monotonic() > until:
                raise Conflict(
                    f"another feedsvc (process {other or 'unknown'}) already serves {what}. Stop it first, "
                    "or give this one a data folder of its own with FEEDSVC_DATABASE__URL."
                )
            time.sleep(0.1)
        held.seek(0)
        held.truncate()
        held.write(f"{os.getpid()}\n")
        held.flush()
        yield held.fileno()


def require_free_port(host: str, port: int, patience: float) -> None:
    """Return once the address can be listened on; Conflict if it still cannot after `patience` seconds.

    Waiting a little lets the workers of a tree that was just killed end.
    """
    until = time.monotonic() + patience
    while fault := _bind_fault(host, port):
        if fault != errno.EADDRINUSE or time.monotonic() > until:
            raise Conflict(
                f"cannot listen on {host} port {port}: {os.strerror(fault).lower()}. "
                "Stop the program that uses it, or choose another with FEEDSVC_SERVER__PORT."
            )
        time.sleep(0.1)


def _bind_fault(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            return error.errno or errno.EINVAL
    return 0


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(process: str) -> bool:
    return process.isdecimal() and Path("/proc", process).exists()
