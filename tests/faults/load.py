"""Load for fault tests: an editor who saves files, a writer elsewhere, readers; each knows what to expect."""

from __future__ import annotations

import http.client
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from tests.serving import FEEDS, ROOT, eventually, item

WRITER = Path(__file__).parent / "writer.py"


class Editor:
    """Saves about ten files a second, new ones and old ones again, and knows what each holds."""

    def __init__(self, items: Path, chance: random.Random, names: int = 40) -> None:
        self.titles: dict[str, str] = {}
        self._items = items
        self._chance = chance
        self._names = names
        self._edits = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Edit in the background until the end of the block."""
        done = threading.Event()
        thread = threading.Thread(target=self._work, args=(done,))
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _work(self, done: threading.Event) -> None:
        while not done.wait(0.1):
            self._edits += 1
            name = f"{self._chance.randrange(self._names):03}.md"
            self.titles[name] = f"Edit {self._edits} of {name}"
            (self._items / name).write_text(item(self.titles[name]), encoding="utf-8")


@dataclass
class Wire:
    """A process elsewhere that writes items through the store, and its ledger of what was acknowledged."""

    folder: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def ledger(self) -> Path:
        return self.folder / "wire.ledger"

    def start(self, pause: float = 0.05, rounds: int = 0) -> None:
        """Have it write, from where it was; with `rounds` it writes so often and ends."""
        self._go.touch()
        if self.process is None or self.process.poll() is not None:
            command = [sys.executable, str(WRITER), str(self.ledger), str(pause), str(rounds)]
            with (self.folder / "wire.log").open("a") as log:
                self.process = subprocess.Popen(
                    command, cwd=self.folder, env=dict(self.environment), stdout=log, stderr=log
                )

    def rest(self) -> None:
        """Have it wait, and return once the write that was under way has ended."""
        self._go.unlink(missing_ok=True)
        eventually(lambda: not self._ends_with("try"), 30, "the writer rests")
        # It may have looked just before: one more write may begin.
        time.sleep(0.05)
        eventually(lambda: not self._ends_with("try"), 30, "the writer rests")

    def kill(self) -> None:
        """End it as a power failure would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            with self.ledger.open("a") as notes:
                notes.write('\n["cut", "", ""]\n')

    @property
    def _go(self) -> Path:
        return self.ledger.with_suffix(".go")

    def _ends_with(self, kind: str) -> bool:
        alive = self.process is not None and self.process.poll() is None
        lines = self.ledger.read_text().splitlines() if self.ledger.exists() else []
        return alive and bool(lines) and lines[-1].startswith(f'["{kind}"')

    def promised(self) -> dict[str, tuple[int, set[str]]]:
        """Return, by guid, how often it was acknowledged, and the titles of which it must have one.

        That is the last acknowledged one, or one that was tried after it: the news of its success may
        have been lost.
        """
        found: dict[str, tuple[int, set[str]]] = {}
        for line in self.ledger.read_text().splitlines() if self.ledger.exists() else ():
            try:
                kind, guid, title = json.loads(line)
            except ValueError:
                continue  # The kill cut it off.
            times, titles = found.get(guid, (0, set()))
            if kind == "ack":
                found[guid] = (times + 1, {title})
            elif kind == "try":
                found[guid] = (times, titles | {title})
        return found


class Reader(threading.Thread):
    """Asks for feeds, each time on a connection of its own, and notes how that goes.

    A document that is whole but not well-formed is noted as such.
    """

    def __init__(self, port: int, pause: float = 0.0) -> None:
        super().__init__()
        self.answers: Counter[str] = Counter()
        self.done = threading.Event()
        self._port = port
        self._pause = pause

    def run(self) -> None:
        while not self.done.is_set():
            for path in FEEDS:
                self.answers[self._ask(path)] += 1
                if self._pause:
                    time.sleep(self._pause)

    def _ask(self, path: str) -> str:
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)) as connection:
            try:
                connection.connect()
            except OSError:
                time.sleep(0.02)
                return "refused"
            try:
                connection.request("GET", path)
                response = connection.getresponse()
            except OSError:
                return "unanswered"
            try:
                body = response.read()
            except (OSError, http.client.HTTPException):
                return "half"
        if response.status != 200:
            return f"status {response.status}"
        return "whole" if well_formed(path, body) else f"malformed {path}"


@contextmanager
def reading(ports: Sequence[int], each: int = 1, pause: float = 0.0) -> Iterator[Counter[str]]:
    """Read the feeds at these ports in the background; the counter is complete after the block."""
    answers: Counter[str] = Counter()
    readers = [Reader(port, pause) for port in ports for _ in range(each)]
    for reader in readers:
        reader.start()
    try:
        yield answers
    finally:
        for reader in readers:
            reader.done.set()
        for reader in readers:
            reader.join()
            answers.update(reader.answers)


def well_formed(path: str, body: bytes) -> bool:
    """Say whether a feed's bytes are a whole document."""
    try:
        if path.endswith(".json"):
            return isinstance(json.loads(body), dict)
        etree.fromstring(body)
    except (ValueError, etree.XMLSyntaxError):
        return False
    return True


def wire_environment(environment: Mapping[str, str], config: Path) -> dict[str, str]:
    """Return the environment in which the writer uses the same configuration."""
    clean = {key: value for key, value in environment.items() if not key.startswith("FEEDSVC_SERVER")}
    return {**clean, "PYTHONPATH": str(ROOT), "FEEDSVC_CONFIG": str(config)}


@dataclass
class Spread:
    """How a measured time is spread over its rounds, and which of them took longest."""

    name: str
    rounds: list[tuple[float, str]] = field(default_factory=list)

    def add(self, seconds: float, label: str) -> None:
        self.rounds.append((seconds, label))

    def __str__(self) -> str:
        """Return one line for whoever reads the test run."""
        ranked = sorted(self.rounds) or [(0.0, "none")]
        p50, p95 = (ranked[min(len(ranked) - 1, int(share * len(ranked)))][0] for share in (0.5, 0.95))
        most, label = ranked[-1]
        return f"{self.name}: {len(ranked)} times, p50 {p50:.2f} s, p95 {p95:.2f} s, {label} {most:.2f} s"
