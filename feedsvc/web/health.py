"""Tell operators whether this process lives, and whether it is ready to serve.

Both are public: no title, no address and no path stands in an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from flask import Blueprint, Response, jsonify

from feedsvc import status
from feedsvc.errors import StoreError
from feedsvc.service import Service
from feedsvc.store import health, meta
from feedsvc.web.state import State, current

routes = Blueprint("health", __name__)

DATABASE = "the database does not answer"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `detail` says what was found, or what is wrong."""

    name: str
    ok: bool
    detail: str


@routes.get("/healthz")
def healthz() -> Response:
    """Answer 200 as soon as the process lives; nothing else is asked."""
    return _told({"status": "ok"}, 200)


@routes.get("/readyz")
def readyz() -> Response:
    """Answer 200 once this process can serve what is live, else 503 and why.

    What keeps only new work from being done makes it `degraded`, and still 200: feeds are served.
    """
    state = current()
    now = state.service.clock()
    needed = list(_needed(state))
    wanted = list(_wanted(state.service, now) if needed[0].ok else _unknown("worker", "jobs"))
    why = next((check.detail for check in needed if not check.ok), "")
    told: dict[str, object] = {
        "status": "waiting" if why else "ok",
        **({"why": why} if why else {}),
        "degraded": not all(check.ok for check in wanted),
        "checks": [asdict(check) for check in (*needed, *wanted)],
    }
    return _told(told, 503 if why else 200)


def _needed(state: State) -> Iterator[Check]:
    """Yield what this process cannot serve without."""
    try:
        with state.service.store.read() as connection:
            misfit = health.misfit(connection)
            # Tables of another version may lack what is asked here.
            facts = (
                None if misfit else (meta.get(connection, meta.SCANNED), meta.get(connection, meta.LIVE_SEQ))
            )
    except StoreError:
        yield Check("database", False, DATABASE)
        yield from _unknown("schema", "items")
    else:
        yield Check("database", True, "it answers")
        yield Check("schema", not misfit, misfit or "of this version")
        yield _live(state, *facts) if facts else Check("items", False, "not known before the schema fits")
    yield _room(status.disk(state.service.settings))


def _live(state: State, scanned: str | None, live_seq: str | None) -> Check:
    live, loaded = int(live_seq or 0), state.documents.seq
    if scanned != "1":
        return Check("items", False, "the first look at the items folder is not live yet")
    if loaded < live:
        return Check("items", False, f"this process has loaded up to change {loaded} of {live}")
    return Check("items", True, "the first look is live in this process")


def _room(disk: status.Disk | None) -> Check:
    if disk is not None and disk.read_only:
        return Check("disk", False, "the disk with the database is read-only")
    if disk is not None and disk.is_full:
        return Check("disk", False, "the disk with the database is full: make room")
    return Check("disk", True, "there is room" if disk else "the database is on another machine")


def _wanted(service: Service, now: datetime) -> Iterator[Check]:
    """Yield what serving goes on without, for a while."""
    try:
        work = status.work(service, now)
    except StoreError:
        yield from _unknown("worker", "jobs")
        return
    heard = "no worker runs" if work.silent is None else f"one was heard of {status.spoken(work.silent)} ago"
    yield Check("worker", work.alive > 0, heard)
    late = f"work should have begun {status.spoken(work.overdue)} ago"
    yield Check("jobs", not work.is_late, late if work.is_late else "nothing is overdue")


def _unknown(*names: str) -> Iterator[Check]:
    for name in names:
        yield Check(name, False, "not known while the database does not answer")


def _told(body: dict[str, object], code: int) -> Response:
    response = jsonify(body)
    response.status_code = code
    response.headers["Cache-Control"] = "no-store"
    return response
