"""Tell when to look at a folder: at once when the system reports a change, and regularly for the truth."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import watchfiles

POLL = 1.0
"""Seconds between looks where no change is reported: on a network's or a virtual machine's file system."""
STEP_MS = 40
DEBOUNCE_MS = 120
"""watchfiles' own is 1.6 s."""
CHECK_MS = 1000
RETRY = 5.0
MOUNTS = Path("/proc/self/mounts")

_SILENT = re.compile(
    r"(nfs|cifs|smb|9p|fuse|virtiofs|vboxsf|prl_fs|afs|ceph|gluster|lustre|fakeowner|grpcfuse)"
)


class Watch:
    """Says when to look, until it is stopped; one thread waits for it, any thread may stop it.

    `auto` listens to the system and falls back to `poll` where that cannot be relied on; `poll` asks for
    a look every second; `off` leaves the full scan every `scan_seconds`, which all of them ask for.
    """

    def __init__(
        self,
        root: Path,
        mode: Literal["auto", "poll", "off"],
        scan_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._root = root
        self._scan_seconds = scan_seconds
        self._monotonic = monotonic
        self._news = threading.Event()
        self._stopped = threading.Event()
        self._looked = -math.inf
        self._polls = mode == "poll"
        if mode == "auto":
            threading.Thread(target=self._listen, name="watch", daemon=True).start()

    def wait(self, timeout: float) -> bool:
        """Return True when something changed or a full scan is due, else False after `timeout` seconds.

        The first wait returns True at once: nobody knows what happened before. False after `stop`.
        """
        every = min(self._scan_seconds, POLL) if self._polls else self._scan_seconds
        due = self._looked + every
        changed = self._news.wait(max(0.0, min(timeout, due - self._monotonic())))
        if self._stopped.is_set() or not (changed or self._monotonic() >= due):
            return False
        self._news.clear()
        self._looked = self._monotonic()
        return True

    def stop(self) -> None:
        """Let every wait return, now and later."""
        self._stopped.set()
        self._news.set()

    def _listen(self) -> None:
        """Listen for changes as long as the folder is there; look for it again when it is not."""
        while not self._stopped.is_set():
            self._polls = is_silent(self._root)
            if not self._polls:
                try:
                    self._listen_once()
                except (OSError, RuntimeError):
                    self._polls = True
            self._news.set()
            self._stopped.wait(RETRY if self._polls else 0.2)

    def _listen_once(self) -> None:
        inode = self._root.stat().st_ino
        changes = watchfiles.watch(
            self._root,
            watch_filter=None,
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            stop_event=self._stopped,
            rust_timeout=CHECK_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=False,
            ignore_permission_denied=True,
        )
        is_new = True
        for change in changes:
            # The first answer says that the system listens now; what happened before, only a look can tell.
            if is_new or change:
                self._news.set()
            is_new = False
            if self._root.stat().st_ino != inode:
                return


def is_silent(root: Path, mounts: Path = MOUNTS) -> bool:
    """Say whether a folder lies on a file system that does not report what other machines change on it."""
    try:
        place = str(root.resolve()) + "/"
        lines = [line.split() for line in mounts.read_text("utf-8", "replace").splitlines()]
    except OSError:
        return False
    found = [(len(line[1]), line[2]) for line in lines if place.startswith(line[1].rstrip("/") + "/")]
    return bool(found) and bool(_SILENT.match(max(found)[1]))
