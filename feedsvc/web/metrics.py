"""Tell a Prometheus server how the installation and this process are.

Names of sources stand in it, so that by default only this machine may read it (`server.metrics`).
"""

from __future__ import annotations

import ipaddress
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Response, request

from feedsvc import __version__, status
from feedsvc.errors import NotFound
from feedsvc.status import Status
from feedsvc.store import Counts
from feedsvc.web import headers, procfs
from feedsvc.web.caching import Environ
from feedsvc.web.exposition import CONTENT_TYPE, Metric, by, gauge, text
from feedsvc.web.state import State, current

routes = Blueprint("metrics", __name__)

REFUSAL = (
    "Metrics are for this machine alone: ask 127.0.0.1 directly, not through a proxy, "
    'or set server.metrics = "public".\n'
)
PROXIED = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_")
"""What the names of headers begin with that a proxy adds, not the program on this machine that asks."""


@routes.get("/metrics")
def metrics() -> Response:
    """Answer the metrics to whoever may read them."""
    state = current()
    access = state.service.settings.server.metrics
    if access == "off":
        raise NotFound("page", "/metrics")
    if access == "local" and not is_local(request.environ):
        return _plain(REFUSAL, "text/plain; charset=utf-8", 403)
    now = state.service.clock()
    return _plain(state.measured.recent(now, lambda: text(measured(state, now))), CONTENT_TYPE, 200)


def is_local(environ: Environ) -> bool:
    """Say whether a program on this machine asks directly, under a name that only this machine has.

    The name is looked at for the proxies that add no header, and against DNS rebinding.
    """
    if any(name.startswith(PROXIED) for name in environ):
        return False
    host = str(environ.get("HTTP_HOST", "")).lower()
    name = host.rpartition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    peer = str(environ.get("REMOTE_ADDR", ""))
    return _is_loopback(peer) and (name == "localhost" or _is_loopback(name))


def measured(state: State, now: datetime) -> Iterator[Metric]:
    """Yield every metric."""
    found = state.seen.status = status.read(state.service, now, state.seen.status)
    yield Metric("feedsvc_info", "The version that runs.", (({"version": __version__}, 1),))
    yield from _installation(found)
    if found.work is not None:
        yield from _work(found)
    yield from _audience(state, found)
    yield from _process(state)


def _installation(found: Status) -> Iterator[Metric]:
    good = found.database.answers and not found.database.problem
    yield gauge("feedsvc_database_up", "Whether the database answers and is of this version.", good)
    yield gauge("feedsvc_database_bytes", "How large the database is.", found.database.bytes)
    free = None if found.disk is None else found.disk.free_bytes
    yield gauge("feedsvc_disk_free_bytes", "Room on the disk with the database.", free)
    if found.content is not None:
        content = found.content
        states = tuple(({"state": state}, number) for state, number in content.items.items())
        yield Metric("feedsvc_items", "Stored items; embargoed ones count as published.", states)
        yield gauge("feedsvc_feeds", "Feeds that are published.", content.feeds)
        yield gauge("feedsvc_sequence", "The last change in the database.", content.sequence)
        problems = by("severity", {"error": content.errors, "warning": content.warnings})
        yield Metric("feedsvc_item_problems", "Problems of item files.", problems)
        yield gauge("feedsvc_left_out", "Items that a feed cannot carry.", content.left_out)
    # When the folder was last looked at is no news, and not written down: it would only seem to stand still.
    answered = {
        each.key: each.last_success.timestamp()
        for each in found.sources
        if each.last_success and each.kind == "upstream"
    }
    name, help_ = "feedsvc_source_last_success_timestamp_seconds", "When an upstream source last answered."
    yield Metric(name, help_, by("source", answered))
    failures = {each.key: each.failures for each in found.sources}
    yield Metric(
        "feedsvc_source_failures", "Failures of a source in a row, up to now.", by("source", failures)
    )


def _work(found: Status) -> Iterator[Metric]:
    assert found.work is not None  # noqa: S101 - the caller looked; the line tells mypy
    work = found.work
    silent = None if work.silent is None else work.silent.total_seconds()
    yield gauge("feedsvc_workers", "Workers that were heard of within the last minute.", work.alive)
    yield gauge("feedsvc_worker_heartbeat_age_seconds", "Since when nothing was heard of any worker.", silent)
    late = work.job.late.total_seconds() if work.job else 0
    yield gauge("feedsvc_queue_oldest_due_seconds", "How long the oldest due job waits; 0: none does.", late)
    late = work.overdue.total_seconds()
    yield gauge("feedsvc_overdue_seconds", "How late the latest job or entry of the schedule is.", late)
    if found.jobs is not None:
        counts = by("status", {**found.jobs.counts})
        yield Metric("feedsvc_queue_jobs", "Jobs by status; successful ones are not kept.", counts)


def _audience(state: State, found: Status) -> Iterator[Metric]:
    """Yield how often feeds were asked for: the configured ones by themselves, the others by their kind."""
    configured = {feed.path for feed in state.service.catalog.feeds}
    counts: dict[tuple[str, str], Counts] = {}
    for (feed, format_), each in found.audience.items():
        key = feed if feed in configured else f"{feed[: feed.find('/', 1) + 1] or feed}", format_
        counts[key] = counts.get(key, Counts()) + each
    for name, help_ in (
        ("requests", "Requests of feed documents."),
        ("unchanged", "Requests that were answered with 304, since nothing had changed."),
        ("bytes", "Bytes of the bodies of feed documents that were sent."),
    ):
        values = tuple(
            ({"feed": feed, "format": format_}, getattr(each, name))
            for (feed, format_), each in counts.items()
        )
        yield Metric(f"feedsvc_feed_{name}_total", help_, values, "counter")


def _process(state: State) -> Iterator[Metric]:
    """Yield what is this process's own: each answer is one web process's, and its label says which."""
    own = {"process": str(os.getpid())}
    loaded = ((own, state.documents.seq),)
    yield Metric("feedsvc_loaded_sequence", "The change up to which this process has loaded.", loaded)
    answers = tuple(({**own, "status": code}, number) for code, number in _codes(state.answered).items())
    yield Metric("feedsvc_http_requests_total", "Requests that this process answered.", answers, "counter")
    yield from procfs.usage(own)


def _codes(answered: defaultdict[str, int]) -> dict[str, int]:
    """Add up what was counted by status line."""
    codes: Counter[str] = Counter()
    for line, number in answered.copy().items():
        codes[line[:3]] += number
    return dict(sorted(codes.items()))


def _is_loopback(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


def _plain(body: str, content_type: str, code: int) -> Response:
    response = Response(body, code, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers.extend([headers.NOSNIFF])
    return response
