"""Serve the files beside the items: only those of an item that the public may see now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, send_file
from werkzeug.security import safe_join

from feedsvc.errors import NotFound
from feedsvc.model import Item
from feedsvc.store import items
from feedsvc.web import headers
from feedsvc.web.caching import Freshness, cache_control
from feedsvc.web.state import current

routes = Blueprint("media", __name__)

SOURCE = "items"
"""The key of the folder source."""

TYPES: Mapping[str, str] = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mp4": "video/mp4",
    ".ogv": "video/ogg",
    ".webm": "video/webm",
    ".pdf": "application/pdf",
    ".vtt": "text/vtt; charset=utf-8",
}
"""By suffix, never by looking into the file; what is not here is not served."""


@routes.get("/media/items/<path:path>")
def media(path: str) -> Response:
    """Answer a file, or a range of it, conditionally; NotFound unless a visible item lists it."""
    service = current().service
    now = service.clock()
    kind = TYPES.get(Path(path).suffix.lower())
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
        owners = items.owner_of_media(connection, SOURCE, path)
    return [owner for owner in owners if owner.is_visible(now)]


def locate(root: Path, path: str) -> Path | None:
    """Return the file at a path inside a folder; None where there is none or a link leads out of it."""
    joined = safe_join(str(root), path)
    if joined is None or "\0" in path:
        return None
    file = Path(joined).resolve()
    return file if file.is_relative_to(root.resolve()) and file.is_file() else None
