"""Run the service: the supervisor and the two kinds of processes below it.

    serve ─┬─ web ── granian ── N web processes
           └─ worker

The supervisor loads all that its children need, opens nothing, and forks them: what is loaded is loaded
once for all of them, and one that ended is there again at once.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType

from rich.console import Console
from setproctitle import setproctitle

from feedsvc import __version__, config, logs
from feedsvc.cli import app
from feedsvc.cli import database as _database  # noqa: F401  # the commands that the processes below run
from feedsvc.cli import web as _web  # noqa: F401
from feedsvc.cli import worker as _worker  # noqa: F401
from feedsvc.process import end_with_parent, heed_signals, only_one, require_free_port

GRACE = 8.0
"""Seconds that the processes below have to end by themselves; then they are killed."""

PAUSE = 0.5
"""Seconds before a process that ended is started again."""

SOON, LONGEST_PAUSE = 10.0, 8.0
"""A process that ended by itself so soon after its start will do so again: the pauses double, up to these."""

PATIENCE = 3.0
"""Seconds to wait for a port: the workers of a killed tree need a moment to let go of it."""

log = logging.getLogger(__name__)


def serve(settings: config.Settings) -> int:
    """Serve until SIGTERM or Ctrl-C, starting again whatever dies below; return the exit code.

    Conflict where another tree serves the same data folder, or the port is taken.
    """
    logs.configure(settings.log.level, settings.log.format)
    setproctitle("feedsvc serve")
    with _only_tree(settings):
        require_free_port(settings.server.host, settings.server.port, PATIENCE)
        config.export(settings)
        gc.freeze()  # What is loaded stays shared: no collector of a process below writes to it.
        prepared = _fork("db", "upgrade", "--afresh", "--quiet")
        prepared.join()
        if prepared.exitcode:
            return abs(prepared.exitcode)
        _greet(settings)
        return Supervisor(["web", "worker"]).run()


class Child:
    """One process below the supervisor: started, watched, started again, ended."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._process: ForkProcess | None = None
        self._due = 0.0
        self._begun = 0.0
        self._failures = 0

    def tend(self, now: float) -> None:
        """Start the process if it does not run and its pause is over."""
        if self._process is not None:
            code = self._process.exitcode
            if code is None:
                return
            log.error("serve child=%s ended code=%d: starting it again", self.name, code)
            self._process = None
            # One that was killed is started again at once, however young it was.
            self._failures = self._failures + 1 if code > 0 and now - self._begun < SOON else 0
            self._due = now + min(PAUSE * 2 ** max(self._failures - 1, 0), LONGEST_PAUSE)
        if now >= self._due:
            self._begun = now
            self._process = _fork(self.name)

    def ask_to_end(self) -> None:
        """Send SIGTERM, if it runs."""
        if self._process is not None and self._process.exitcode is None:
            self._process.terminate()

    def end(self, until: float) -> None:
        """Wait for the end; kill what has not ended in time."""
        if self._process is None:
            return
        self._process.join(max(0.0, until - time.monotonic()))
        if self._process.exitcode is None:
            log.error("serve child=%s did not end within %.0f s: killed", self.name, GRACE)
            self._process.kill()
            self._process.join()


class Supervisor:
    """Keeps the processes below running until it is told to stop."""

    def __init__(self, names: list[str]) -> None:
        self._children = [Child(name) for name in names]
        self._stop = threading.Event()
        self._signal = signal.SIGTERM

    def run(self) -> int:
        """Tend the children until SIGTERM (exit code 0) or SIGINT (130)."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        while not self._stop.is_set():
            for child in self._children:
                child.tend(time.monotonic())
            self._stop.wait(0.2)
        until = time.monotonic() + GRACE
        for child in self._children:
            child.ask_to_end()
        for child in self._children:
            child.end(until)
        log.info("serve stopped signal=%s", self._signal.name)
        return 130 if self._signal is signal.SIGINT else 0

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._signal = signal.Signals(number)
        self._stop.set()


@contextmanager
def _only_tree(settings: config.Settings) -> Iterator[None]:
    """Be the one tree on a SQLite database. A PostgreSQL database may have many trees.

    The processes below inherit the lock: it is held until the last of the tree has ended.
    """
    path = settings.database_path
    if path is None:
        yield
    else:
        with only_one(Path(f"{path}.serve"), str(path), GRACE):
            yield


def _fork(*words: str) -> ForkProcess:
    """Start a command in a process of its own, which ends when this one does."""
    process = multiprocessing.get_context("fork").Process(target=_run, args=(os.getpid(), words))
    process.start()
    return process


def _run(parent: int, words: tuple[str, ...]) -> None:
    end_with_parent(parent)
    heed_signals()
    setproctitle(f"feedsvc {' '.join(words)}")
    raise SystemExit(app.run(words))


def _greet(settings: config.Settings) -> None:
    """Print what a newcomer needs: the addresses, and how to add an item."""
    text = StringIO()
    on_terminal = bool(sys.stderr and sys.stderr.isatty())
    console = Console(file=text, force_terminal=on_terminal, highlight=False, soft_wrap=True)
    url = config.site(settings).url
    listening = f"http://{settings.server.host}:{settings.server.port}/"
    console.print(f"[bold]feedsvc {__version__}[/] serves [bold]{settings.site.title}[/] on {listening}")
    for label, address in (
        ("All news", f"{url}/"),
        ("Feeds", f"{url}/feeds/"),
        ("RSS", f"{url}/feeds/all.rss"),
        ("Atom", f"{url}/feeds/all.atom"),
        ("JSON Feed", f"{url}/feeds/all.json"),
    ):
        console.print(f"  {label:<10} [cyan]{address}[/]")
    console.print(f"  Drop a file into {settings.items_path}: it is live within two seconds.")
    console.print("  Stop with Ctrl-C.")
    logs.say(text.getvalue())
