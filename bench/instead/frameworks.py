"""Run Django and fastify, the one from pip, the other from npm."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from bench.rivals import Server, running
from tests.serving import free_port

FASTIFY = Path(__file__).parent / "fastify"
PATHS = ("/feeds/all.rss",)
DJANGO_BOUNDS = {"304": 15.0, "200 plain": 80.0}
FASTIFY_BOUNDS = {"304": 8.0}


def without_django() -> str:
    """Say why Django cannot run here; empty if it can."""
    missing = [name for name in ("django", "gunicorn") if find_spec(name) is None]
    return f"{' and '.join(missing)} not installed: ./run bench does that" if missing else ""


@contextmanager
def django(items: Path, bounds: Mapping[str, float] = DJANGO_BOUNDS) -> Iterator[Server]:
    """Serve the items by Django, below gunicorn with threads, which keeps connections."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--workers", "2", "--worker-class", "gthread"]
    command += ["--threads", "4", "--keep-alive", "75", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    command += ["bench.instead.django_site:application"]
    with running(command, "Django, gunicorn", port, PATHS, {"ITEMS": str(items)}, bounds) as server:
        yield server


@contextmanager
def django_on_granian(items: Path, bounds: Mapping[str, float] = DJANGO_BOUNDS) -> Iterator[Server]:
    """Serve the items by Django, below the server that feedsvc has behind its door."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--http", "1"]
    command += ["--blocking-threads", "4", "--port", str(port), "--no-log"]
    command += ["bench.instead.django_site:application"]
    with running(command, "Django, granian", port, PATHS, {"ITEMS": str(items)}, bounds) as server:
        yield server


def without_fastify() -> str:
    """Say why fastify cannot run here; empty if it can."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        return f"{' and '.join(missing)} not installed: apt-get install -y nodejs npm"
    return "" if packages() else "npm could not install its packages: is the network there?"


@contextmanager
def fastify(items: Path) -> Iterator[Server]:
    """Serve the items by fastify."""
    port = free_port()
    environment = {"FASTIFY": str(packages()), "NODE_ENV": "production"}
    command = ["node", str(FASTIFY / "server.mjs"), str(items), str(port)]
    with running(command, "fastify", port, PATHS, environment, FASTIFY_BOUNDS) as server:
        yield server


def packages() -> Path | None:
    """Return where fastify's packages are; the first time, install what their lock file says."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / "feedsvc-bench" / "fastify"
    lock = (FASTIFY / "package-lock.json").read_bytes()
    done = place / "installed"
    if done.exists() and done.read_bytes() == lock:
        return place
    place.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(FASTIFY / name, place / name)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    if subprocess.run(command, cwd=place, check=False, timeout=300).returncode:
        return None
    done.write_bytes(lock)
    return place
