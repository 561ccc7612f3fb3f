"""Find the pictures, sounds and papers that lie beside items, and say where they are served."""

from __future__ import annotations

import io
import os
import posixpath
import stat
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import imagesize  # type: ignore[import-untyped]  # it ships no types

from feedsvc.sources import files
from feedsvc.sources.fingerprint import MediaState
from feedsvc.sources.rules import FolderRules
from feedsvc.sources.scan import open_file

_RASTER = frozenset((".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".bmp", ".tif", ".tiff", ".heic"))

MAX_HEAD_BYTES = 1_048_576
"""Of a picture: its size stands near its beginning."""


class Shelf:
    """The files of a folder that are no items: found by reference, known by relative path."""

    def __init__(self, rules: FolderRules) -> None:
        self._root = rules.root
        self.base = f"{rules.site_url}/media/{quote(rules.source)}/"

    def url(self, path: str) -> str:
        """Return the address that a file is served at."""
        return self.base + quote(path)

    def folder_url(self, path: str) -> str:
        """Return the address that the references of an item at this path start from."""
        folder = posixpath.dirname(path)
        return self.url(folder + "/") if folder else self.base

    def path(self, url: str) -> str | None:
        """Return the path that an address of ours stands for, or None if it is not ours."""
        if not url.startswith(self.base):
            return None
        return unquote(urlsplit(url[len(self.base) :]).path)

    def find(self, reference: str, beside: str) -> str | None:
        """Return the path of the file that a reference in the item at `beside` means, or None.

        `/images/x.jpg` starts from the folder's root. Hidden files, items and whatever lies outside the
        root are not found, wherever a symbolic link may lead.
        """
        for candidate in self.candidates(reference, beside):
            if self.state(candidate).size >= 0:
                return candidate
        return None

    def candidates(self, reference: str, beside: str) -> list[str]:
        """Return the paths that a relative reference may mean; none for an absolute address."""
        reference = reference.strip().replace("\\", "/")
        try:
            parts = urlsplit(reference)
        except ValueError:
            return []
        if parts.scheme or parts.netloc or not parts.path:
            return []
        folder = "" if reference.startswith("/") else posixpath.dirname(beside)
        spellings = dict.fromkeys((unquote(parts.path), parts.path, reference))
        paths = (posixpath.normpath(posixpath.join(folder, spelling.lstrip("/"))) for spelling in spellings)
        return [path for path in paths if _is_shelved(path)]

    def state(self, path: str) -> MediaState:
        """Return a file's size and time; size -1 where there is no such file on the shelf."""
        try:
            real = os.path.realpath(self._root / path)
            about = Path(real).stat()
        except (OSError, ValueError):
            return MediaState(path, -1, 0)
        inside = real.startswith(os.path.realpath(self._root) + os.sep)
        if not inside or not stat.S_ISREG(about.st_mode) or not _is_shelved(path):
            return MediaState(path, -1, 0)
        return MediaState(path, about.st_size, about.st_mtime_ns)

    def is_as(self, media: MediaState) -> bool:
        """Say whether a file is as it was: quickly, since every look asks it of every picture."""
        try:
            about = os.stat(f"{self._root}/{media.path}")  # noqa: PTH116  # a Path would cost more than the stat
        except (OSError, ValueError):
            return media.size < 0
        if (about.st_size, about.st_mtime_ns) == (media.size, media.mtime_ns):
            return True
        return self.state(media.path) == media

    def dimensions(self, path: str) -> tuple[int | None, int | None]:
        """Return width and height of a picture in pixels, where its file says so."""
        if files.suffix(path) not in _RASTER:
            return None, None
        try:
            with open_file(os.path.realpath(self._root / path)) as file:
                width, height = imagesize.get(io.BytesIO(file.read(MAX_HEAD_BYTES)))
        except OSError:
            return None, None
        return (int(width), int(height)) if width > 0 and height > 0 else (None, None)

    def near(self, path: str) -> str | None:
        """Return the name of the file that was meant by a path in other letters, or None."""
        folder, name = posixpath.split(path)
        try:
            names = sorted(entry.name for entry in (self._root / folder).iterdir())
        except (OSError, ValueError):
            return None
        alike = (found for found in names if found.casefold() == name.casefold() and found != name)
        return next(alike, None)


def _is_shelved(path: str) -> bool:
    parts = path.split("/")
    hidden = any(part.startswith(".") or "\0" in part for part in parts)
    return not hidden and parts[0] not in ("", "..") and not files.is_item(parts[-1])
