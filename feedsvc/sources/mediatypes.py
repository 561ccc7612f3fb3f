"""Say what kind of file an address promises, wherever the file is."""

from __future__ import annotations

import mimetypes
import re

from feedsvc import net

_TYPES = mimetypes.MimeTypes()
"""Python's own table, not the machine's: the same file has the same type everywhere."""


def media_type(name: str) -> str:
    """Return the media type that a file's name or address promises.

    What we serve ourselves has the type that it is served as.
    """
    path = re.split(r"[?#]", name, maxsplit=1)[0].lower()
    return net.media_type(path) or _TYPES.guess_type(path, strict=False)[0] or "application/octet-stream"
