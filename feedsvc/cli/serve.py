"""Run the service: the supervisor and the two kinds of processes below it.

    serve ─┬─ web ── granian ── N web processes
           └─ worker

The supervisor loads nothing that its children need: it stays small beside them.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import StringIO
from pathlib import Path
from types import FrameType

from rich.console import Console

from feedsvc import __version__, config, logs
from feedsvc.process import end_with_parent, only_one, require_free_port

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
    with _only_tree(settings) as lock:
        require_free_port(settings.server.host, settings.server.port, PATIENCE)
        environment = config.child_environment(settings)
        prepared = subprocess.run(_command("db", "upgrade", "--afresh", "--quiet"), env=environment)  # noqa: S603
        if prepared.returncode:
            return prepared.returncode
        _greet(settings)
        return Supervisor(["web", "worker"], environment, lock).run()


class Child:
    """One process below the supervisor: started, watched, started again, ended."""

    def __init__(self, name: str, environment: Mapping[str, str], lock: tuple[int, ...]) -> None:
        self.name = name
        self._lock = lock
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._due = 0.0
        self._begun = 0.0
        self._failures = 0

    def tend(self, now: float) -> None:
        """Start the process if it does not run and its pause is over."""
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            log.error("serve child=%s ended code=%d: starting it again", self.name, code)
            self._process = None
            # One that was killed is started again at once, however young it was.
            self._failures = self._failures + 1 if code > 0 and now - self._begun < SOON else 0
            self._due = now + min(PAUSE * 2 ** max(self._failures - 1, 0), LONGEST_PAUSE)
        if now >= self._due:
            self._begun = now
            self._process = subprocess.Popen(  # noqa: S603
                _command(self.name),
                env=dict(self._environment),
                # The lock is held until the last of the tree has ended.
                pass_fds=self._lock,
                # Before the exec, so that no moment is left in which an orphan could be born.
                preexec_fn=partial(end_with_parent, os.getpid()),
            )

    def ask_to_end(self) -> None:
        """Send SIGTERM, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def end(self, until: float) -> None:
        """Wait for the end; kill what has not ended in time."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("serve child=%s did not end within %.0f s: killed", self.name, GRACE)
            self._process.kill()
            self._process.wait()


class Supervisor:
    """Keeps the processes below running until it is told to stop."""

    def __init__(self, names: list[str], environment: Mapping[str, str], lock: tuple[int, ...]) -> None:
        self._children = [Child(name, environment, lock) for name in names]
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
def _only_tree(settings: config.Settings) -> Iterator[tuple[int, ...]]:
    """Be the one tree on a SQLite database; yield the lock. A PostgreSQL database may have many trees."""
    path = settings.database_path
    if path is None:
        yield ()
    else:
        with only_one(Path(f"{path}.serve"), str(path), GRACE) as lock:
            yield (lock,)


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "feedsvc", *words]


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
