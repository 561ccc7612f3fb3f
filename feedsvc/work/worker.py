"""The background worker: one process that looks at the folder, ticks, and runs tasks."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from feedsvc import config, ingest
from feedsvc.errors import StoreError
from feedsvc.ingest import Outcome
from feedsvc.service import Service, client, folder, persist
from feedsvc.sources import Watch
from feedsvc.store import Fenced, hold, meta
from feedsvc.work import refresh, tasks
from feedsvc.work.ticks import Ticks

SETTLE = 0.26
"""Seconds between looks while a file is being written: two of them are the settling time."""

TROUBLE = 3.0
"""Seconds of rest after a look that the database or a bug ended."""

STANDBY = 1.0
"""Seconds between two tries to become the worker that reads the folder."""

PROGRESS = 2.0
"""Seconds between two log lines of a look that takes long."""

PATIENCE = 20
"""Looks in a row that bring nothing, after which the first one counts as done although some file never
settles."""

LAST = 9.0
"""Seconds after which a worker that was asked to end is ended, whatever it waits for; nothing is lost."""

log = logging.getLogger(__name__)


def run(service: Service) -> None:
    """Work until SIGTERM or SIGINT; running tasks are finished first, for at most five seconds."""
    with _only_worker(service):
        persist(lambda: requeue(service))
        tasks.register(service, client(service.settings))
        persist(lambda: tasks.arrange(service, service.clock()))
        looker = Looker(service)
        ticks = Ticks(service.settings.schedule.tick, lambda: tick(service))
        looker.start()
        ticks.start()
        try:
            asyncio.run(service.queue.run_worker(concurrency=4, graceful_seconds=5, on_stop=_begin_to_end))
        finally:
            looker.stop()
            ticks.stop()


def tick(service: Service) -> None:
    """Enqueue what is due, and on a database with several workers give back what a dead one was doing."""
    if service.store.dialect == "postgresql":
        requeue(service)
    tasks.enqueue_due(service)


def requeue(service: Service) -> None:
    """Have the jobs of workers that died done by the others."""
    requeued = service.queue.requeue_orphans()
    if requeued:
        log.warning("queue requeued=%d: a worker was killed at its work", requeued)


class Looker:
    """A thread that looks at items/ whenever something there changes, and once a minute in any case."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._folder = folder(service.settings)
        items = service.settings.items
        self._watch = Watch(self._folder.rules.root, items.watch, items.scan_seconds)
        self._role = hold(service.store.url, "folder")
        self._store = Fenced(service.store, self._role)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="looker", daemon=True)
        self._idle = 0
        self._last = Outcome(config.FOLDER)
        self._progress = Progress(time.monotonic())
        self._trouble = ("", 0)
        self._looked = False

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the look that is under way."""
        self._stopping.set()
        self._watch.stop()
        self._thread.join(5)
        self._role.release()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._take_turn()
            except StoreError as error:
                self._note_trouble(str(error))
                self._stopping.wait(TROUBLE)
            except Exception:
                # A bug met in one look must not end all looking: it is logged like a task's.
                log.exception("refresh source=%s status=bug", config.FOLDER)
                self._stopping.wait(TROUBLE)
                self._watch.wait(self._service.settings.items.scan_seconds)

    def _take_turn(self) -> None:
        """Look, if it is on this worker to do so, and wait until it is time again."""
        if not self._role.take():
            # Another worker reads the folder; this one is there if that ends.
            self._stopping.wait(STANDBY)
        elif self._look():
            self._stopping.wait(SETTLE)
        else:
            self._watch.wait(self._service.settings.items.scan_seconds)

    def _note_trouble(self, error: str) -> None:
        """Log what keeps the looks from being taken in, once; the next good look says that it is over."""
        if self._trouble != (error, 0):
            log.error('refresh source=%s status=failed error="%s"', config.FOLDER, error)
        self._trouble = (error, 0)
        self._last = Outcome(config.FOLDER)

    def _look(self) -> bool:
        """Look once; say whether to look again at once."""
        if not self._last.unsettled:
            self._progress = Progress(time.monotonic())
        outcome = ingest.refresh_folder(
            self._store,
            self._service.queue,
            self._folder,
            now=self._service.clock(),
            monotonic=time.monotonic(),
            progress=self._progress,
        )
        trouble = (outcome.error, outcome.held)
        if outcome.did_something or trouble != self._trouble:
            refresh.tell(outcome)
        self._trouble = trouble
        self._idle = 0 if refresh.gets_on(self._last, outcome) else self._idle + 1
        self._last = outcome
        if not self._looked and (not outcome.unsettled or self._idle > PATIENCE):
            self._note_looked()
        return outcome.unsettled

    def _note_looked(self) -> None:
        """Note that the first look is taken in, and have that published: then the service is ready."""
        with self._store.write() as tx:
            meta.put(tx.connection, meta.LOOKED, "1")
            ingest.defer_publish(self._service.queue, tx)
        self._looked = True


class Progress:
    """Says in the log how far a reading that takes several looks has come, every few seconds."""

    def __init__(self, begun: float) -> None:
        self._told = begun

    def __call__(self, done: int, total: int) -> None:
        """Hear that so many files of so many are read."""
        now = time.monotonic()
        if now - self._told >= PROGRESS:
            self._told = now
            log.info("look source=%s read=%d of=%d", config.FOLDER, done, total)


def _begin_to_end() -> None:
    """Have the process ended if it does not end by itself, as when a database hangs."""
    last = threading.Timer(LAST, _give_up)
    last.daemon = True
    last.start()


def _give_up() -> None:
    log.error("worker did not end within %.0f s: ended; what it was doing is done again", LAST)
    os._exit(1)


@contextmanager
def _only_worker(service: Service) -> Iterator[None]:
    """Be the one worker on a SQLite database, once the one before has ended; PostgreSQL may have many."""
    role = hold(service.store.url, "worker")
    while service.store.dialect == "sqlite" and not persist(role.take):
        time.sleep(SETTLE)
    try:
        yield
    finally:
        role.release()
