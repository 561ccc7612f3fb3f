"""Run what serves the same feeds in another way, to compare with: nginx, and less of feedsvc itself."""

from __future__ import annotations

import gzip
import http.client
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tests.serving import ROOT, eventually, free_port


@dataclass(frozen=True)
class Server:
    """A running server: its port, the root of its processes, and the addresses that it is asked for."""

    name: str
    port: int
    pid: int
    paths: tuple[str, ...]

    def validators(self, path: str, packed: bool) -> dict[str, str]:
        """Return what a client that has the answer would send the next time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"} if packed else {})
            response = connection.getresponse()
            response.read()
            return {"etag": response.headers["ETag"], "modified": response.headers["Last-Modified"]}
        finally:
            connection.close()

    def answers(self) -> bool:
        """Say whether it answers the first of its addresses."""
        try:
            self.validators(self.paths[0], packed=False)
        except OSError:
            return False
        return True


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
    with _running(command, f"nginx, sendfile {sendfile}", port, tuple(bodies)) as server:
        yield server


@contextmanager
def granian_alone(folder: Path, paths: tuple[str, ...]) -> Iterator[Server]:
    """Serve the database of a folder by feedsvc without its door."""
    port = free_port()
    environment = {"FEEDSVC_SERVER__DOOR": "false", "FEEDSVC_SERVER__PORT": str(port)}
    command = [sys.executable, "-m", "feedsvc", "web", "--config", str(folder / "config.toml")]
    with _running(command, "granian, no door", port, paths, environment) as server:
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
    with _running(command, "the Flask view alone", port, paths, environment) as server:
        yield server


@contextmanager
def _running(
    command: list[str],
    name: str,
    port: int,
    paths: tuple[str, ...],
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Server]:
    """Run a server until the end of the block; it answers when the block begins."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("FEEDSVC_")}
    site = {"FEEDSVC_SITE__URL": "http://news.example", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env={**clean, **site, **environment})
    server = Server(name, port, process.pid, paths)
    try:
        eventually(server.answers, 30, f"{name} answers")
        yield server
    finally:
        process.terminate()
        process.wait(20)
