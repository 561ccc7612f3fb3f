"""Measure the processor time that a poll costs, against nginx serving the same bytes as files.

    .venv/bin/python -m bench.serving            needs: apt-get install -y nginx wrk

feedsvc and nginx take turns (A B A B …) under the same load from wrk. Processor time is that of the
whole server tree, from /proc; the figure is microseconds a request, the ratio is feedsvc to nginx.
"""

from __future__ import annotations

import argparse
import gzip
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.machine import cpu_seconds, describe, tree
from tests.serving import Tree, free_port, item, serving

PATH = "/feeds/all.rss"
PARAGRAPH = (
    "The harbour board met for the third time this week and heard from the pilots, the ferry company and "
    "the fish market before it voted on the new opening hours of the lock, which take effect in March. "
)


@dataclass(frozen=True)
class Case:
    """One kind of poll: what it is called, and the headers that make it one."""

    name: str
    headers: tuple[str, ...]


def main() -> None:
    """Run every case and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=3)
    chosen = options.parse_args()
    for program in ("nginx", "wrk"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: apt-get install -y nginx wrk")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_items(folder)
        with serving(folder) as service:
            measure(service, folder, chosen.rounds, chosen.seconds)


def write_items(folder: Path) -> None:
    """Write fifty items of about four kilobytes."""
    (folder / "items").mkdir()
    for number in range(50):
        body = "\n\n".join(f"{PARAGRAPH * 3} ({number}.{part})" for part in range(7))
        (folder / "items" / f"{number:02}.md").write_text(item(f"Harbour board, part {number}", body))


def measure(service: Tree, folder: Path, rounds: int, seconds: int) -> None:
    """Interleave the two servers over all cases and print medians."""
    plain = service.get(PATH)
    packed = service.get(PATH, Accept_Encoding="gzip")
    port, nginx = start_nginx(folder / "nginx", plain.body)
    try:
        etag = re.search(r'ETag: (".*?")', head(port))
        cases = [
            Case("304", ("If-None-Match: {etag}", "Accept-Encoding: gzip")),
            Case("200 gzip", ("Accept-Encoding: gzip",)),
            Case("200 identity", ()),
        ]
        print(f"{describe()}\n{len(plain.body):,} bytes, 50 items; {rounds} rounds of {seconds} s\n")
        print("case            feedsvc µs    nginx µs   ratio   feedsvc req/s   nginx req/s")
        tags = {service.port: packed.headers["etag"], port: etag[1] if etag else ""}
        for case in cases:
            rows: dict[int, list[tuple[float, float]]] = {service.port: [], port: []}
            for _ in range(rounds):
                for server, root in ((service.port, service.process.pid), (port, nginx.pid)):
                    headers = [line.format(etag=tags[server]) for line in case.headers]
                    rows[server].append(load(server, tree(root), headers, seconds))
            report(case.name, rows[service.port], rows[port])
    finally:
        nginx.terminate()
        nginx.wait()


def load(port: int, pids: list[int], headers: list[str], seconds: int) -> tuple[float, float]:
    """Return microseconds of processor time a request, and requests a second."""
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s"]
    for line in headers:
        command += ["-H", line]
    before = cpu_seconds(pids)
    result = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{PATH}"], capture_output=True, text=True, check=True
    )
    spent = cpu_seconds(pids) - before
    requests = int(re.search(r"(\d+) requests in", result.stdout)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", result.stdout)[1])  # type: ignore[index]
    return spent / requests * 1e6, rate


def report(name: str, ours: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> None:
    """Print one row of medians."""
    us, rate = (statistics.median(column) for column in zip(*ours, strict=True))
    other, other_rate = (statistics.median(column) for column in zip(*theirs, strict=True))
    print(f"{name:<14}{us:>12.1f}{other:>12.1f}{us / other:>8.2f}{rate:>16,.0f}{other_rate:>14,.0f}")


def start_nginx(folder: Path, body: bytes) -> tuple[int, subprocess.Popen[bytes]]:
    """Serve the same bytes by nginx, tuned for static files; return its port and process."""
    target = folder / "root" / PATH.removeprefix("/")
    target.parent.mkdir(parents=True)
    target.write_bytes(body)
    Path(f"{target}.gz").write_bytes(gzip.compress(body, 6, mtime=0))
    port = free_port()
    (folder / "nginx.conf").write_text(
        f"""
        user root; daemon off; worker_processes 2; pid {folder}/pid; error_log {folder}/error.log;
        events {{ worker_connections 1024; }}
        http {{
          access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
          open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s; gzip_static on;
          types {{ application/rss+xml rss; }}
          client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
          uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
          server {{ listen 127.0.0.1:{port}; root {folder}/root; add_header Cache-Control max-age=300; }}
        }}
        """
    )
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")])
    time.sleep(0.5)
    return port, process


def head(port: int) -> str:
    """Return the headers of nginx's gzip answer: its own ETag is what its clients would send."""
    url = f"http://127.0.0.1:{port}{PATH}"
    command = ["curl", "-sI", "-H", "Accept-Encoding: gzip", url]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main()
