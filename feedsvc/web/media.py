"""Serve the files beside the items: only those of an item that the public may see now."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, send_file
from werkzeug.security import safe_join

from feedsvc.config import FOLDER
from feedsvc.errors import NotFound
from feedsvc.model import Item
from feedsvc.net import media_type
from feedsvc.store import items
from feedsvc.web import headers
from feedsvc.web.caching import Freshness, cache_control
from feedsvc.web.state import current

routes = Blueprint("media", __name__)


@routes.get("/media/items/<path:path>")
def media(path: str) -> Response:
    """Answer a file, or a range of it, conditionally; NotFound unless a visible item lists it."""
    service = current().service
    now = service.clock()
    kind = media_type(path)
    file = locate(service.settings.items_path, path) if kind else None
    owners = visible_owners(path, now) if file else []
    if file is None or not owners:
        raise NotFound("file", path)
    response = send_file(file, mimetype=kind, conditional=True, etag=True)
    response.headers.extend(headers.MEDIA)
    # No cache keeps it longer than the last of the items that show it.
    ends = [owner.article.expires for owner in owners]
    until = None if None in ends else max(end for end in ends if end)
    response.headers["Cache-Control"] = cache_control(Freshness(service.settings.server.max_age), until, now)
    return response


def visible_owners(path: str, now: datetime) -> list[Item]:
    """Return the items that list a file and that the public may see at this moment."""
    with current().service.store.read() as connection:
        owners = items.owner_of_media(connection, FOLDER, path)
    return [owner for owner in owners if owner.is_visible(now)]


def locate(root: Path, path: str) -> Path | None:
    """Return the file at a path inside a folder; None where there is none or a link leads out of it."""
    joined = safe_join(str(root), path)
    if joined is None or "\0" in path:
        return None
    file = Path(joined).resolve()
    return file if file.is_relative_to(root.resolve()) and file.is_file() else None
