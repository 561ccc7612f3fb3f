"""Several web and worker processes on one PostgreSQL, for tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.serving import ROOT, Answer, eventually, free_port, get


@dataclass
class Member:
    """One process of the cluster: a web server on a port of its own, or a worker."""

    name: str
    process: subprocess.Popen[bytes]
    port: int = 0

    def get(self, path: str, **headers: str) -> Answer:
        return get(self.port, path, **headers)

    def ready(self) -> bool:
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass
class Cluster:
    """Web servers and workers that share a database and a folder of items."""

    folder: Path
    environment: dict[str, str]
    webs: list[Member] = field(default_factory=list)
    workers: list[Member] = field(default_factory=list)

    def add_web(self) -> Member:
        port = free_port()
        member = Member(f"web {port}", self._start("web", FEEDSVC_SERVER__PORT=str(port)), port)
        self.webs.append(member)
        return member

    def add_worker(self) -> Member:
        member = Member(f"worker {len(self.workers)}", self._start("worker"))
        self.workers.append(member)
        return member

    def start_again(self, member: Member) -> None:
        """Start a member that ended again, as a service manager does: a web server on its own port."""
        if member.port:
            member.process = self._start("web", FEEDSVC_SERVER__PORT=str(member.port))
        else:
            member.process = self._start("worker")

    def command(self, *words: str) -> str:
        """Run a command of feedsvc to its end and return what it printed."""
        command = [sys.executable, "-m", "feedsvc", *words]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        with (self.folder / "cluster.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "feedsvc", *words],
                cwd=self.folder,
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        for member in (*self.webs, *self.workers):
            if member.process.poll() is None:
                member.process.send_signal(signal.SIGTERM)
        for member in (*self.webs, *self.workers):
            try:
                member.process.wait(15)
            except subprocess.TimeoutExpired:
                member.kill()


@contextmanager
def cluster(folder: Path, url: str, webs: int, workers: int, text: str = "") -> Iterator[Cluster]:
    """Run a cluster until the end of the block; ready when the block begins."""
    (folder / "items").mkdir(exist_ok=True)
    site = '[site]\ntitle = "Harbour News"\nurl = "https://harbour.example"\n[server]\nworkers = 1\n'
    (folder / "config.toml").write_text(site + text, encoding="utf-8")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("FEEDSVC_")}
    made = Cluster(folder, {**clean, "PYTHONPATH": str(ROOT), "FEEDSVC_DATABASE__URL": url})
    made.command("db", "upgrade")
    try:
        for _ in range(workers):
            made.add_worker()
        for _ in range(webs):
            made.add_web()
        for member in made.webs:
            eventually(member.ready, 40, f"{member.name} is ready")
        yield made
    finally:
        made.stop()
