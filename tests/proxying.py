"""The proxies of deploy/ for tests: Caddy and nginx on loopback ports, in front of web servers."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster import Cluster, Member
from tests.serving import ROOT, eventually, free_port

DEPLOY = ROOT / "deploy"
WRAPPED = """{{
	admin off
	auto_https disable_redirects
	skip_install_trust
	local_certs
	default_bind 127.0.0.1
	https_port {port}
	storage file_system "{folder}/storage"
}}
import "{deploy}/Caddyfile"
"""


def part(name: str) -> str:
    """Return where a system's program is; skip the test where it is not installed."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        reason = f"needs {name}: ./run test-system installs what is missing"
        if os.environ.get("CI"):
            pytest.fail(f"CI must not skip a system test; it {reason}", pytrace=False)
        pytest.skip(reason)
    return found


@dataclass
class Reply:
    """What came back, as it came: nothing is unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(
    port: int, method: str, path: str, headers: Mapping[str, str], trust: ssl.SSLContext | None = None
) -> Reply:
    """Ask once, on a connection of its own; by TLS where there is somebody to trust."""
    connection = (
        http.client.HTTPSConnection("localhost", port, timeout=15, context=trust)
        if trust
        else http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    )
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


def end_web(member: Member, number: signal.Signals) -> None:
    """End a web server: by SIGKILL all of its processes at once, by another signal its main one alone."""
    main = member.process.pid
    below = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    for pid in (main, *map(int, below if number is signal.SIGKILL else ())):
        os.kill(pid, number)
    member.process.wait(15)


def start_web(cluster: Cluster, member: Member) -> None:
    """Start a web server that ended again, on its port, and wait until it is ready."""
    with (cluster.folder / "cluster.log").open("a") as log:
        member.process = subprocess.Popen(
            [sys.executable, "-m", "feedsvc", "web"],
            cwd=cluster.folder,
            env={**cluster.environment, "FEEDSVC_SERVER__PORT": str(member.port)},
            stdout=log,
            stderr=log,
        )
    eventually(member.ready, 40, f"{member.name} is ready again")


@dataclass
class Proxy:
    """A proxy that runs: where it listens, and whose signature its certificate has."""

    name: str
    port: int
    trust: ssl.SSLContext

    def ask(self, method: str, path: str, headers: Mapping[str, str]) -> Reply:
        return ask(self.port, method, path, headers, self.trust)


@contextmanager
def caddy(folder: Path, webs: Sequence[Member]) -> Iterator[Proxy]:
    """Run Caddy with deploy/Caddyfile as it is, on a loopback port and with a certificate of its own."""
    program, port = part("caddy"), free_port()
    wrapped = folder / "Caddyfile"
    wrapped.write_text(WRAPPED.format(port=port, folder=folder, deploy=DEPLOY))
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "FEEDSVC_SITE": f"https://localhost:{port}",
        "FEEDSVC_WEB": " ".join(f"127.0.0.1:{each.port}" for each in webs),
    }
    command = [program, "run", "--config", str(wrapped), "--adapter", "caddyfile"]
    root = folder / "storage" / "pki" / "authorities" / "local" / "root.crt"
    with running("caddy", command, folder, environment):
        eventually(root.exists, 20, "Caddy has made its authority")
        yield reachable(Proxy("caddy", port, ssl.create_default_context(cafile=root)))


@contextmanager
def nginx(folder: Path, webs: Sequence[Member]) -> Iterator[Proxy]:
    """Run nginx with deploy/nginx.conf; only its addresses and the places of its certificate are changed."""
    program, port = part("nginx"), free_port()
    certificate = self_signed(folder)
    main = nginx_main(folder, {443: port, 80: free_port()}, [each.port for each in webs])
    with running("nginx", [program, "-p", str(folder), "-c", str(main)], folder, dict(os.environ)):
        yield reachable(Proxy("nginx", port, ssl.create_default_context(cafile=certificate)))


def nginx_main(folder: Path, listens: Mapping[int, int], ports: Sequence[int]) -> Path:
    """Write a main configuration around deploy/nginx.conf, on loopback ports; return its path."""
    text = (DEPLOY / "nginx.conf").read_text()
    text = re.sub(r"\n +listen \[::\]:.*", "", text)
    for public, own in listens.items():
        text = replaced(text, f"listen {public}", f"listen 127.0.0.1:{own}")
    for written, own in zip((8484, 8485), ports, strict=True):
        text = replaced(text, f"server 127.0.0.1:{written}", f"server 127.0.0.1:{own}")
    text = replaced(text, "/etc/ssl/feedsvc", str(folder))
    (folder / "feedsvc.conf").write_text(
        replaced(text, "server_name news.example.org", "server_name localhost")
    )
    temporary = "".join(
        f"{each}_temp_path {folder}/{each};\n"
        for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log warn;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}include {folder}/feedsvc.conf;\n}}\n"
    )
    return main


def replaced(text: str, old: str, new: str) -> str:
    """Return the text with a replacement that must have something to replace."""
    assert old in text, f"deploy/nginx.conf has no “{old}” any more"
    return text.replace(old, new)


def self_signed(folder: Path) -> Path:
    """Make a certificate for localhost where deploy/nginx.conf expects one; return it."""
    certificate = folder / "fullchain.pem"
    command = [part("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(folder / "privkey.pem"), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return certificate


@contextmanager
def running(name: str, command: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Run a program until the end of the block."""
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def reachable(proxy: Proxy) -> Proxy:
    """Return the proxy once it answers for a web server."""

    def answers() -> bool:
        try:
            return proxy.ask("GET", "/healthz", {}).status == 200
        except OSError:
            return False

    eventually(answers, 20, f"{proxy.name} answers")
    return proxy


PROXIES = {"caddy": caddy, "nginx": nginx}
