"""Two shapes of a running service, hurt and mended alike: one tree on SQLite, a cluster on PostgreSQL."""

from __future__ import annotations

import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.cluster import Cluster, Member, cluster
from tests.faults.load import Wire, wire_environment
from tests.serving import Tree, get, serving, start

CONFIG = "[feeds.all]\nlimit = 500\n"


class Room(ABC):
    """A running service that can be hurt."""

    kinds: tuple[str, ...]
    """What can be killed; `all` is everything at once."""
    folder: Path
    url: str

    @property
    @abstractmethod
    def ports(self) -> list[int]:
        """The ports of the web servers, those that are down as well."""

    @abstractmethod
    def kill(self, kind: str) -> None:
        """Kill a process of a kind, or all, with SIGKILL."""

    @abstractmethod
    def stop(self) -> list[int]:
        """Send SIGTERM to what a person would send it to, and return the exit codes."""

    @abstractmethod
    def revive(self) -> None:
        """Start what ended, as the machine's service manager does."""

    @abstractmethod
    def is_whole(self) -> bool:
        """Say whether every process is there."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """Return the environment in which another process uses the same service."""

    @abstractmethod
    def log(self) -> str:
        """Return what was logged."""

    @contextmanager
    def wire(self) -> Iterator[Wire]:
        """Have a writer elsewhere until the end of the block."""
        wire = Wire(self.folder, wire_environment(self.environment(), self.folder / "config.toml"))
        try:
            yield wire
        finally:
            wire.kill()

    def is_ready(self) -> bool:
        """Say whether every web server says that it is ready."""
        with suppress(OSError):
            return self.is_whole() and all(get(port, "/readyz").status == 200 for port in self.ports)
        return False


class OneTree(Room):
    """`feedsvc serve` on SQLite."""

    kinds = ("worker", "web-worker", "serve", "web", "all")

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.folder = tree.folder
        self.url = f"sqlite:///{tree.folder}/data/feedsvc.db"

    @property
    def ports(self) -> list[int]:
        return [self.tree.port]

    def kill(self, kind: str) -> None:
        below = self.tree.children()
        if kind == "all":
            pids = [self.tree.process.pid, *(pid for pids in below.values() for pid in pids)]
        elif kind == "serve":
            pids = [self.tree.process.pid]
        else:
            pids = below[kind][-1:]
        slay(pids)
        if kind in ("serve", "all"):
            self.tree.process.wait()

    def stop(self) -> list[int]:
        return [self.tree.stop(signal.SIGTERM, 60)]

    def revive(self) -> None:
        if self.tree.process.poll() is not None:
            self.tree.process = start(self.folder, self.tree.port).process

    def is_whole(self) -> bool:
        below = self.tree.children()
        return bool(below["worker"]) and len(below["web-worker"]) == 2

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def log(self) -> str:
        return self.tree.log.read_text()


class TwoAndTwo(Room):
    """Two `feedsvc web` and two `feedsvc worker` on PostgreSQL."""

    kinds = ("worker 0", "web-worker 0", "worker 1", "web 1", "web 0", "web-worker 1", "all")

    def __init__(self, running: Cluster, url: str) -> None:
        self.cluster = running
        self.folder = running.folder
        self.url = url

    @property
    def ports(self) -> list[int]:
        return [member.port for member in self.cluster.webs]

    def kill(self, kind: str) -> None:
        name, _, number = kind.partition(" ")
        if name == "all":
            ended = [*self.cluster.webs, *self.cluster.workers]
            slay([pid for member in ended for pid in (member.process.pid, *below(member))])
        elif name == "web-worker":
            ended = []
            slay(below(self.cluster.webs[int(number)])[-1:])
        else:
            ended = [(self.cluster.workers if name == "worker" else self.cluster.webs)[int(number)]]
            slay([ended[0].process.pid])
        for member in ended:
            member.process.wait()

    def stop(self) -> list[int]:
        members = [*self.cluster.webs, *self.cluster.workers]
        for member in members:
            member.process.send_signal(signal.SIGTERM)
        return [member.process.wait(60) for member in members]

    def revive(self) -> None:
        for member in (*self.cluster.webs, *self.cluster.workers):
            if member.process.poll() is not None:
                self.cluster.start_again(member)

    def is_whole(self) -> bool:
        return all(
            member.process.poll() is None for member in (*self.cluster.webs, *self.cluster.workers)
        ) and all(below(member) for member in self.cluster.webs)

    def environment(self) -> dict[str, str]:
        return self.cluster.environment

    def log(self) -> str:
        return (self.folder / "cluster.log").read_text()


@contextmanager
def room(folder: Path, url: str) -> Iterator[Room]:
    """Run a service in the shape that suits its database; empty text stands for SQLite."""
    if url:
        with cluster(folder, url, webs=2, workers=2, text=CONFIG) as running:
            yield TwoAndTwo(running, url)
    else:
        with serving(folder, CONFIG) as tree:
            yield OneTree(tree)


def below(member: Member) -> list[int]:
    """Return the processes of a web server below its main one."""
    pid = member.process.pid
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def slay(pids: list[int]) -> None:
    """Kill processes with SIGKILL; one that has just ended is dead already."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
