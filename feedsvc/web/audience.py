"""Count how often each feed is asked for, in memory, and put that down in the database every so often."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from multiprocessing import util

from feedsvc.catalog import Catalog
from feedsvc.errors import StoreError
from feedsvc.service import Service
from feedsvc.store import Counts, audience

FLUSH_SECONDS = 20.0
LAST_SECONDS = 2.0
"""How long the end of a process may wait for a database that is busy."""

MANY = 10_000
"""Addresses that are counted by themselves between two flushes."""

OTHERS = "/others"
SEARCH = "/search"
"""Anybody can search for anything: searches are counted as one feed."""

log = logging.getLogger(__name__)


class Audience:
    """The counts of this process since its last flush, and the thread that flushes them.

    Threads that meet may lose a count; no request ever waits for another.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._counts: dict[str, list[int]] = {}
        self._flushing = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._last: util.Finalize | None = None

    def note(self, path: str, status: str, size: int) -> None:
        """Count the answer to a request of a feed document: its path as in WSGI, its body's size in bytes."""
        counts = self._counts.get(path)
        if counts is None:
            counts = self._begin(path)
        counts[0] += 1
        counts[2] += size
        if status[:3] == "304":
            counts[1] += 1

    def start(self) -> None:
        """Flush in a thread of its own, until `stop` or the end of the process."""
        self._thread = threading.Thread(target=self._run, name="feedsvc-audience", daemon=True)
        self._thread.start()
        # Runs however the process ends by itself; below multiprocessing nothing else does.
        self._last = util.Finalize(self, self.stop, exitpriority=1)

    def stop(self) -> None:
        """Flush once more, if the database takes it at once."""
        self._stopping.set()
        if self._last is not None:
            self._last.cancel()
        if self._thread is not None:
            self._thread.join(LAST_SECONDS)

    def flush(self) -> None:
        """Add what was counted to what the database has; where it does not take that, keep it."""
        with self._flushing:
            taken, self._counts = self._counts, {}
            counted = by_feed(self._service.catalog, taken)
            if not counted:
                return
            try:
                with self._service.store.write() as tx:
                    audience.add(tx.connection, self._service.clock(), counted)
            except StoreError as error:
                self._take_back(taken)
                log.info("audience status=waiting reason=%s", error)

    def _run(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._stopping.wait(FLUSH_SECONDS)
            try:
                self.flush()
            except Exception:
                # Counting must cost no feed, and a bug in it not all counting.
                log.exception("audience status=failed")

    def _begin(self, path: str) -> list[int]:
        key = path if len(self._counts) < MANY else OTHERS
        return self._counts.setdefault(key, [0, 0, 0])

    def _take_back(self, taken: Mapping[str, list[int]]) -> None:
        for path, counts in taken.items():
            current = self._begin(path) if path not in self._counts else self._counts[path]
            current[:] = [mine + theirs for mine, theirs in zip(current, counts, strict=True)]


def by_feed(catalog: Catalog, counts: Mapping[str, list[int]]) -> dict[tuple[str, str], Counts]:
    """Return what was counted by address as counts by feed and format; pages of archives are their feed's."""
    found: dict[tuple[str, str], Counts] = {}
    for path, each in counts.items():
        key = _feed_of(catalog, path)
        found[key] = found.get(key, Counts()) + Counts(*each)
    return found


def _feed_of(catalog: Catalog, path: str) -> tuple[str, str]:
    spelt = path.encode("latin-1").decode(errors="replace")
    embed = catalog.embed(spelt)
    if embed is not None:
        return embed[0].path, f"embed-{embed[1]}"
    document = catalog.find(spelt)
    if document is None:
        return OTHERS, ""
    return SEARCH if document.feed.path.startswith(f"{SEARCH}/") else document.feed.path, document.format
