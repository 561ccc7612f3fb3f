"""Tell operators whether this process lives, and whether it is ready to serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from feedsvc.errors import StoreError
from feedsvc.store import meta
from feedsvc.web.state import State, current

routes = Blueprint("health", __name__)


@routes.get("/healthz")
def healthz() -> Response:
    """Answer 200 as soon as the process lives; nothing else is asked."""
    return _told("ok", "", 200)


@routes.get("/readyz")
def readyz() -> Response:
    """Answer 200 once the first look at the items is live in this process, else 503 and why."""
    why = missing(current())
    return _told("waiting", why, 503) if why else _told("ok", "", 200)


def missing(state: State) -> str:
    """Say what this process still waits for; empty when it is ready."""
    try:
        with state.service.store.read() as connection:
            scanned = meta.get(connection, "scanned") == "1"
            live = int(meta.get(connection, "live_seq") or 0)
    except StoreError as error:
        return f"the database does not answer: {error}"
    if not scanned:
        return "the first look at the items folder is not live yet"
    if state.documents.seq < live:
        return f"this process has loaded up to change {state.documents.seq} of {live}"
    return ""


def _told(status: str, why: str, code: int) -> Response:
    response = jsonify({"status": status, "why": why} if why else {"status": status})
    response.status_code = code
    response.headers["Cache-Control"] = "no-store"
    return response
