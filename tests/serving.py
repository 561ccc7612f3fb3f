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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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

    @property
    def items(self) -> Path:
        return self.folder / "items"

    def get(self, path: str, **headers: str) -> Answer:
        return get(self.port, path, **headers)

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
        return all(text in answer for answer in self._answers())

    def lacks(self, text: str) -> bool:
        return not any(text in answer for answer in self._answers())

    def _answers(self) -> Iterator[str]:
        """Yield what several new connections get: the web processes share them."""
        for path in FEEDS:
            for _ in range(3):
                try:
                    yield self.get(path).text
                except OSError:
                    yield ""

    def children(self) -> dict[str, list[int]]:
        """Return the process ids below the supervisor: its web and worker, and the web's own workers."""
        found: dict[str, list[int]] = {"web": [], "worker": [], "web-worker": []}
        for pid in _below(self.process.pid):
            name = "worker" if "worker" in _command(pid) else "web"
            found[name].append(pid)
            if name == "web":
                found["web-worker"] += [
                    each for each in _below(pid) if "resource_tracker" not in _command(each)
                ]
        return found

    def memory(self) -> int:
        """Return the bytes that the whole tree holds (PSS: what processes share counts once)."""
        pids = [self.process.pid, *(pid for pids in self.children().values() for pid in pids)]
        return sum(_pss(pid) for pid in pids)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 15) -> int:
        self.process.send_signal(number)
        return self.process.wait(seconds)


def get(port: int, path: str, **headers: str) -> Answer:
    """Ask on a new connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        response = connection.getresponse()
        body = response.read()
        if response.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, body)
    finally:
        connection.close()


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


def start(folder: Path, port: int, config: str = "", under: Sequence[str] = (), **environment: str) -> Tree:
    """Start the service; `under` are the words of a command that runs it."""
    (folder / "items").mkdir(exist_ok=True)
    if config or not (folder / "config.toml").exists():
        (folder / "config.toml").write_text(config or '[site]\ntitle = "Harbour News"\n', encoding="utf-8")
    log = folder / "serve.log"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("FEEDSVC_")}
    command = [*under, sys.executable, "-m", "feedsvc", "serve", "--config", str(folder / "config.toml")]
    with log.open("a") as sink:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**clean, "PYTHONPATH": str(ROOT), "FEEDSVC_SERVER__PORT": str(port), **environment},
            stdout=subprocess.DEVNULL,
            stderr=sink,
            text=True,
        )
    return Tree(folder, port, process, log)


@contextmanager
def serving(folder: Path, config: str = "", under: Sequence[str] = (), **environment: str) -> Iterator[Tree]:
    """Run the service until the end of the block; ready when the block begins."""
    with starting(folder, config, under, **environment) as tree:
        eventually(tree.ready, 60, "the service is ready")
        yield tree


@contextmanager
def starting(folder: Path, config: str = "", under: Sequence[str] = (), **environment: str) -> Iterator[Tree]:
    """Run the service until the end of the block; it only begins to start when the block begins."""
    tree = start(folder, free_port(), config, under, **environment)
    try:
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


def titles(tree: Tree, path: str = "/feeds/all.json") -> list[str]:
    feed = json.loads(tree.get(path).body)
    return [entry["title"] for entry in feed["items"]]


def _below(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
