"""A real service for tests: the whole process tree on a free port, with a folder of items."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
FEEDS = ("/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json")


@dataclass
class Answer:
    """An HTTP answer, its body decoded."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Tree:
    """A running `feedsvc serve`."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    log: Path
    _connections: list[http.client.HTTPConnection] = field(default_factory=list)

    @property
    def items(self) -> Path:
        return self.folder / "items"

    def get(self, path: str, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            response = connection.getresponse()
            body = response.read()
            if response.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            return Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, body)
        finally:
            connection.close()

    def ready(self) -> bool:
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False

    def write(self, name: str, text: str) -> float:
        """Save a file as an editor does; return the moment at which it was there."""
        path = self.items / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return time.monotonic()

    def holds(self, text: str) -> bool:
        """Say whether every format of the feed of everything holds the text, in every web process."""
        return all(text in self.get(path).text for path in FEEDS for _ in range(3))

    def lacks(self, text: str) -> bool:
        return not any(text in self.get(path).text for path in FEEDS for _ in range(3))

    def children(self) -> dict[str, list[int]]:
        """Return the process ids below the supervisor, by the command's name."""
        found: dict[str, list[int]] = {}
        for pid in _descendants(self.process.pid):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            name = "worker" if b"worker" in command else "web" if b"web" in command else "web-worker"
            found.setdefault(name, []).append(pid)
        return found

    def stop(self, number: int = signal.SIGTERM, seconds: float = 15) -> int:
        self.process.send_signal(number)
        return self.process.wait(seconds)


def eventually(condition: Callable[[], bool], seconds: float, what: str, pause: float = 0.05) -> float:
    """Wait until a condition holds; return how many seconds that took."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            raise AssertionError(f"after {seconds} s it is not true that {what}")
        time.sleep(pause)
    return time.monotonic() - begun


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, port: int, config: str = "", **environment: str) -> Tree:
    (folder / "items").mkdir(exist_ok=True)
    if config or not (folder / "config.toml").exists():
        (folder / "config.toml").write_text(config or '[site]\ntitle = "Harbour News"\n', encoding="utf-8")
    log = folder / "serve.log"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("FEEDSVC_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "feedsvc", "serve", "--config", str(folder / "config.toml")],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), "FEEDSVC_SERVER__PORT": str(port), **environment},
        stdout=subprocess.PIPE if environment.get("PIPE") else subprocess.DEVNULL,
        stderr=log.open("a"),
        text=True,
    )
    return Tree(folder, port, process, log)


@contextmanager
def serving(folder: Path, config: str = "", **environment: str) -> Iterator[Tree]:
    """Run the service until the end of the block; ready when the block begins."""
    tree = start(folder, free_port(), config, **environment)
    try:
        eventually(tree.ready, 30, f"the service is ready (its log: {tree.log.read_text()})")
        yield tree
    finally:
        if tree.process.poll() is None:
            tree.process.terminate()
            try:
                tree.process.wait(15)
            except subprocess.TimeoutExpired:
                tree.process.kill()
                tree.process.wait()


def item(title: str, body: str = "The harbour master said so on Tuesday morning.", **fields: str) -> str:
    """Return the text of an item file."""
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\ntitle: {title}\n{head}---\n\n{body}\n"


def titles(tree: Tree) -> list[str]:
    feed = json.loads(tree.get("/feeds/all.json").body)
    return [entry["title"] for entry in feed["items"]]


def _descendants(pid: int) -> list[int]:
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [each for child in map(int, below) for each in (child, *_descendants(child))]
