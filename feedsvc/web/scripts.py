"""Serve the script of `<feed-headlines>`: the newest at one address, each release at its own for ever."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, request

from feedsvc.errors import NotFound
from feedsvc.formats import brotlied
from feedsvc.web.caching import Freshness, Representation, etag, prepare
from feedsvc.web.headers import NOSNIFF, Pairs
from feedsvc.web.ready import ready
from feedsvc.web.state import current

routes = Blueprint("scripts", __name__)

FOLDER = Path(__file__).with_name("static") / "embed"
NEWEST = "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"
PINNED = "public, max-age=31536000, immutable"
HEADERS: Pairs = (
    ("Vary", "Accept-Encoding"),
    ("Access-Control-Allow-Origin", "*"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Timing-Allow-Origin", "*"),
    NOSNIFF,
)

_NAME = re.compile(r"v1\.(\d+)\.[0-9a-f]{10}\.js")


@dataclass(frozen=True, slots=True)
class Script:
    """What a page needs to know of the script that it includes."""

    path: str
    pinned_path: str
    integrity: str
    gzip_size: int


def packed(body: bytes) -> bytes:
    """Return the bytes as `gzip -9` packs them."""
    return gzip.compress(body, 9, mtime=0)


def _load(path: Path) -> Representation:
    body = path.read_bytes()
    codings = {"identity": body, "gzip": packed(body), "br": brotlied(body)}
    return prepare(
        {coding: (etag(each), each) for coding, each in codings.items()},
        modified=None,
        headers=HEADERS,
        entity=[("Content-Type", "text/javascript; charset=utf-8")],
        freshness=Freshness(0),
    )


def _released() -> dict[str, Representation]:
    """Return every release by its name, the newest last."""
    found = {int(name[1]): path for path in FOLDER.iterdir() if (name := _NAME.fullmatch(path.name))}
    return {path.name: _load(path) for _, path in sorted(found.items())}


RELEASED = _released()
LAST = list(RELEASED)[-1]


def newest() -> Script:
    """Return the newest release: its two addresses, its hash for `integrity`, and how many bytes it costs."""
    variants = RELEASED[LAST].variants
    integrity = _integrity(variants["identity"].body)
    return Script("/embed/v1.js", f"/embed/{LAST}", integrity, len(variants["gzip"].body))


def integrities() -> dict[str, str]:
    """Return what `integrity` says of each release, by its path, the newest last."""
    bodies = {name: found.variants["identity"].body for name, found in RELEASED.items()}
    return {f"/embed/{name}": _integrity(body) for name, body in bodies.items()}


def _integrity(body: bytes) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(body).digest()).decode()}"


@routes.get("/embed/v1.js")
def script() -> Response:
    """Answer the newest release."""
    return _answer(LAST, NEWEST)


@routes.get("/embed/v1.<int:release>.<name>.js")
def pinned(release: int, name: str) -> Response:
    """Answer a release for ever: pages name it together with its hash."""
    return _answer(f"v1.{release}.{name}.js", PINNED)


def _answer(name: str, cache_control: str) -> Response:
    if name not in RELEASED:
        raise NotFound("script", name)
    response = ready(RELEASED[name], request.environ, current().service.clock())
    response.headers["Cache-Control"] = cache_control
    return response
