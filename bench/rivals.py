"""Run what serves the same feeds in another way, to compare with: nginx, and less of feedsvc itself."""

from __future__ import annotations

import gzip
import http.client
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from bench.machine import tree
from tests.serving import ROOT, eventually, free_port

Headers = Mapping[str, str]
NO_MORE: Mapping[str, str] = MappingProxyType({})
NO_BOUNDS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class Server:
    """A running server: its port, the roots of its processes, and the addresses that it is asked for."""

    name: str
    port: int
    roots: tuple[int, ...]
    paths: tuple[str, ...]
    bounds: Mapping[str, float] = field(default_factory=dict)
    """How many times feedsvc's cost each kind of poll should cost here at least, by its name."""
    keeps_etag: bool = True
    """Whether it knows the ETag of a compressed answer again; else polls send that of the plain one."""

    def pids(self) -> list[int]:
        """Return all its processes."""
        return [pid for root in self.roots for pid in tree(root)]

    def validators(self, path: str, packed: bool) -> dict[str, str]:
        """Return what a client that has the answer would send the next time; empty where it got none."""
        asks_gzip = packed and self.keeps_etag
        _, headers, _ = self.ask(path, {"Accept-Encoding": "gzip"} if asks_gzip else {})
        return {"etag": headers.get("etag", ""), "modified": headers.get("last-modified", "")}

    def ask(self, path: str, headers: Mapping[str, str], method: str = "GET") -> tuple[int, Headers, bytes]:
        """Ask on a new connection; return status, headers and body as they came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, headers=dict(headers))
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.headers.items()}
            return response.status, told, response.read()
        finally:
            connection.close()

    def answers(self) -> bool:
        """Say whether it answers the first of its addresses."""
        try:
            return self.ask(self.paths[0], {})[0] == 200
        except OSError:
            return False


@contextmanager
def nginx(folder: Path, bodies: Mapping[str, bytes], sendfile: str) -> Iterator[Server]:
    """Serve these bytes by nginx, tuned for static files."""
    for path, body in bodies.items():
        target = folder / "root" / path.removeprefix("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
        Path(f"{target}.gz").write_bytes(gzip.compress(body, 6, mtime=0))
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(
        f"""
        user root; daemon off; worker_processes 2; pid {folder}/pid; error_log {folder}/error.log;
        events {{ worker_connections 1024; }}
        http {{
          access_log off; sendfile {sendfile}; tcp_nopush {sendfile}; output_buffers 1 512k;
          keepalive_requests 1000000000; gzip_static on;
          open_file_cache max=20000 inactive=60s; open_file_cache_valid 60s;
          types {{ application/rss+xml rss; }}
          client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
          uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
          server {{
            listen 127.0.0.1:{port} reuseport; root {folder}/root; add_header Cache-Control max-age=300;
          }}
        }}
        """
    )
    command = ["nginx", "-c", str(config), "-e", str(folder / "error.log")]
    with running(command, f"nginx, sendfile {sendfile}", port, tuple(bodies)) as server:
        yield server


@contextmanager
def granian_alone(folder: Path, paths: tuple[str, ...]) -> Iterator[Server]:
    """Serve the database of a folder by feedsvc without its door."""
    port = free_port()
    environment = {"FEEDSVC_SERVER__DOOR": "false", "FEEDSVC_SERVER__PORT": str(port)}
    command = [sys.executable, "-m", "feedsvc", "web", "--config", str(folder / "config.toml")]
    with running(command, "granian, no door", port, paths, environment) as server:
        yield server


@contextmanager
def flask_alone(folder: Path, paths: tuple[str, ...]) -> Iterator[Server]:
    """Serve the database of a folder by feedsvc's views, without door and fast path."""
    port = free_port()
    code = (
        "import os, sys; from granian import Granian; from granian.constants import HTTPModes, Interfaces; "
        "Granian('bench.views:app', port=int(sys.argv[1]), interface=Interfaces.WSGI, workers=2, "
        "blocking_threads=4, http=HTTPModes.http1, log_enabled=False).serve()"
    )
    environment = {"FEEDSVC_CONFIG": str(folder / "config.toml"), "FEEDSVC_LOG__LEVEL": "warning"}
    command = [sys.executable, "-c", code, str(port)]
    bounds = {"304": 5.0}
    with running(command, "the Flask view alone", port, paths, environment, bounds) as server:
        yield server


@contextmanager
def running(
    command: Sequence[str],
    name: str,
    port: int,
    paths: tuple[str, ...],
    environment: Mapping[str, str] = NO_MORE,
    bounds: Mapping[str, float] = NO_BOUNDS,
) -> Iterator[Server]:
    """Run a server until the end of the block; it answers when the block begins."""
    site = {"FEEDSVC_SITE__URL": "http://news.example", "PYTHONPATH": str(ROOT)}
    with process(command, {**site, **environment}) as root:
        server = Server(name, port, (root,), paths, bounds)
        eventually(server.answers, 60, f"{name} answers")
        yield server


@contextmanager
def process(command: Sequence[str], environment: Mapping[str, str] = NO_MORE) -> Iterator[int]:
    """Run a program until the end of the block; return its process id."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("FEEDSVC_")}
    started = subprocess.Popen(command, env={**clean, **environment})
    try:
        yield started.pid
    finally:
        started.terminate()
        started.wait(30)
