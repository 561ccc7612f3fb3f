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
UNKNOWN = "not known while the database does not answer"
ORDER = ("database", "schema", "items", "disk", "worker", "jobs")


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
    """Answer 200 where a balancer may send readers here, else 503; `why` says what is wrong.

    What keeps only new work from being done makes it `degraded`, and still 200: feeds are served, from
    memory where the database does not answer.
    """
    state = current()
    needed, wanted = _checks(state, state.service.clock())
    waits = next((check.detail for check in needed if not check.ok), "")
    lacks = next((check.detail for check in wanted if not check.ok), "")
    told: dict[str, object] = {
        "status": "waiting" if waits else "ok",
        **({"why": waits or lacks} if waits or lacks else {}),
        "degraded": bool(lacks),
        "checks": [asdict(check) for check in sorted((*needed, *wanted), key=_place)],
    }
    return _told(told, 503 if waits else 200)


def _checks(state: State, now: datetime) -> tuple[list[Check], list[Check]]:
    """Return what was looked at: what nothing can be served without, and what serving goes on without."""
    room = _room(status.disk(state.service.settings))
    try:
        with state.service.store.read() as connection:
            misfit = health.misfit(connection)
            # Tables of another version may lack what is asked here.
            facts = (
                None if misfit else (meta.get(connection, meta.SCANNED), meta.get(connection, meta.LIVE_SEQ))
            )
        work = list(_work(state.service, now))
    except StoreError:
        unknown = [Check(name, False, UNKNOWN) for name in ("schema", "worker", "jobs")]
        return [_loaded(state)], [Check("database", False, DATABASE), *unknown, room]
    items = _live(state, *facts) if facts else Check("items", False, "not known before the schema fits")
    schema = Check("schema", not misfit, misfit or "of this version")
    return [schema, items], [Check("database", True, "it answers"), room, *work]


def _loaded(state: State) -> Check:
    """Say whether there is something to serve from memory."""
    if state.documents.by_path:
        return Check("items", True, "what was live last is served from memory")
    return Check("items", False, f"nothing is loaded, and {DATABASE}")


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


def _work(service: Service, now: datetime) -> Iterator[Check]:
    work = status.work(service, now)
    heard = "no worker runs" if work.silent is None else f"one was heard of {status.spoken(work.silent)} ago"
    yield Check("worker", work.alive > 0, heard)
    late = f"work should have begun {status.spoken(work.overdue)} ago"
    yield Check("jobs", not work.is_late, late if work.is_late else "nothing is overdue")


def _place(check: Check) -> int:
    return ORDER.index(check.name)


def _told(body: dict[str, object], code: int) -> Response:
    response = jsonify(body)
    response.status_code = code
    response.headers["Cache-Control"] = "no-store"
    return response
