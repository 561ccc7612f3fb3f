"""The background worker: one process that looks at the folder, ticks, and runs tasks."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from feedsvc import config, ingest
from feedsvc.errors import StoreError
from feedsvc.publish import LOOKED
from feedsvc.service import Service, client, folder
from feedsvc.sources import Watch
from feedsvc.store import meta
from feedsvc.work import refresh, tasks
from feedsvc.work.ticks import Ticks

SETTLE = 0.26
"""Seconds between looks while a file is being written: two of them are the settling time."""

PATIENCE = 20
"""Looks after which the first one counts as done although some file never settles."""

log = logging.getLogger(__name__)


def run(service: Service) -> None:
    """Work until SIGTERM or SIGINT; running tasks are finished first, for at most five seconds."""
    with _only_worker(service):
        requeued = service.queue.requeue_orphans()
        if requeued:
            log.warning("queue requeued=%d: the worker before this one was killed", requeued)
        tasks.register(service, client(service.settings))
        tasks.arrange(service, service.clock())
        looker = Looker(service)
        ticks = Ticks(
            timedelta(seconds=service.settings.schedule.tick_seconds), lambda: tasks.enqueue_due(service)
        )
        looker.start()
        ticks.start()
        try:
            asyncio.run(service.queue.run_worker(concurrency=4, graceful_seconds=5))
        finally:
            looker.stop()
            ticks.stop()


class Looker:
    """A thread that looks at items/ whenever something there changes, and once a minute in any case."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._folder = folder(service.settings)
        items = service.settings.items
        self._watch = Watch(self._folder.rules.root, items.watch, items.scan_seconds)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="looker", daemon=True)
        self._looks = 0
        self._looked = False

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the look that is under way."""
        self._stopping.set()
        self._watch.stop()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._look():
                self._stopping.wait(SETTLE)
            else:
                self._watch.wait(self._service.settings.items.scan_seconds)

    def _look(self) -> bool:
        """Look once; say whether to look again at once."""
        try:
            outcome = ingest.refresh_folder(
                self._service.store,
                self._service.queue,
                self._folder,
                now=self._service.clock(),
                monotonic=time.monotonic(),
            )
            if outcome.did_something:
                refresh.tell(outcome)
            self._looks += 1
            if not self._looked and (not outcome.unsettled or self._looks > PATIENCE):
                self._note_looked()
        except StoreError as error:
            log.error('refresh source=%s status=failed error="%s"', config.FOLDER, error)
            return True
        except Exception:
            # A bug met in one look must not end all looking: it is logged like a task's.
            log.exception("refresh source=%s status=bug", config.FOLDER)
            self._stopping.wait(5)
            return False
        return outcome.unsettled

    def _note_looked(self) -> None:
        """Note that the first look is taken in, and have that published: then the service is ready."""
        with self._service.store.write() as tx:
            meta.put(tx.connection, LOOKED, "1")
            ingest.defer_publish(self._service.queue, tx)
        self._looked = True


@contextmanager
def _only_worker(service: Service) -> Iterator[None]:
    """Hold the lock that makes this the one worker on a SQLite database; wait for the one before to end."""
    if service.store.dialect != "sqlite":
        yield
        return
    path = Path(f"{service.settings.database_path}.worker")
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
