"""Serve the stylesheet, the script and the icon from memory."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, request

from feedsvc.errors import NotFound
from feedsvc.web import headers, links
from feedsvc.web.caching import Freshness, Representation, encode, prepare
from feedsvc.web.ready import ready
from feedsvc.web.state import current

routes = Blueprint("static", __name__)

FOLDER = Path(__file__).with_name("static")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
SOON = Freshness(3600)
FOR_EVER = "max-age=31536000, immutable"


def _load(path: Path) -> Representation:
    return prepare(
        encode(path.read_bytes()),
        modified=None,
        headers=headers.STATIC,
        entity=[("Content-Type", TYPES[path.suffix])],
        freshness=SOON,
    )


FILES = {path.name: _load(path) for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}
VERSIONS = {name: file.variants["identity"].etag.strip('"')[:12] for name, file in FILES.items()}


def address(name: str) -> str:
    """Return the path of a static file, with its version: what it names never changes."""
    return f"/static/{name}?v={VERSIONS[name]}"


@routes.get("/static/<name>")
def static(name: str) -> Response:
    """Answer a static file; for ever where its version is asked for."""
    if name not in FILES:
        raise NotFound("file", name)
    response = ready(FILES[name], request.environ, current().service.clock())
    if request.args.get("v") == VERSIONS[name]:
        response.headers["Cache-Control"] = FOR_EVER
    return response


@routes.get("/favicon.ico")
def favicon() -> Response:
    """Send those who guess the icon's address to it."""
    return links.moved("/static/favicon.svg", f"?v={VERSIONS['favicon.svg']}", 302)
