"""Export what is published, and say so in the log."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

from feedsvc import config
from feedsvc.export import Brought, Target, export
from feedsvc.model import Document
from feedsvc.publish import document
from feedsvc.service import Service

MANY = 5
"""How many files that stand in the way are named."""

log = logging.getLogger(__name__)


def export_now(service: Service, root: Path) -> Brought:
    """Bring a folder up to date with what is published; where there is much to make, begin with it (`left`).

    ExportError or Conflict where that cannot be done.
    """
    server, now = service.settings.server, service.clock()
    target = Target(
        root=root,
        upstream=f"{_reachable(server.host)}:{server.port}",
        max_age=server.max_age,
        media_source=config.FOLDER,
        media_root=service.settings.items_path,
    )
    done = export(service.store, service.catalog, target, partial(_find, service), now)
    if done.written or done.removed:
        ms = int((service.clock() - now).total_seconds() * 1000)
        log.info(
            "export written=%d removed=%d left=%d ms=%d", len(done.written), len(done.removed), done.left, ms
        )
    if done.foreign:
        named = ", ".join(done.foreign[:MANY])
        log.warning("export foreign=%d: these files are not ours, and stay: %s", len(done.foreign), named)
    return done


def _reachable(host: str) -> str:
    """Return where the web server is reached on this machine."""
    bare = host.strip("[]")
    if bare in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
        return "127.0.0.1"
    return f"[{bare}]" if ":" in bare else bare


def _find(service: Service, path: str) -> Document | None:
    return document(service.store, service.catalog, path, service.clock())
