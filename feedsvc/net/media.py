"""Say what a media file is by the suffix of its name, never by looking into it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

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
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
}
"""One table for what feeds say of a file and what is served as it: no file has two types."""


def media_type(name: str) -> str | None:
    """Return the media type of a file's name or path; None where it is none that we know.

    For an address, pass its path: a query is not part of a name.
    """
    return TYPES.get(PurePosixPath(name).suffix.lower())
