"""Attach to an article what lies beside its file: pictures, sounds, papers; and tell what is missing."""

from __future__ import annotations

from dataclasses import replace

from feedsvc.model import Enclosure, Image
from feedsvc.sources import markup
from feedsvc.sources.problems import Mark, Report
from feedsvc.sources.shelf import Shelf
from feedsvc.sources.values import Unfit, url

MAX_TOLD = 20
"""Missing files that are told of, in one item."""


class Attachments:
    """What one item shows and links of the shelf, and what it would if it were there."""

    def __init__(self, path: str, shelf: Shelf, report: Report) -> None:
        self.found: dict[str, None] = {}
        self.missing: dict[str, None] = {}
        self._path = path
        self._shelf = shelf
        self._report = report

    def without_missing(self, content: str) -> str:
        """Return clean HTML without what it refers to and is not there; W208 for links, E109 for pictures."""
        content, found, missing = markup.remove_missing(content, self._shelf)
        self.found |= dict.fromkeys(found)
        for path, tag in missing[:MAX_TOLD]:
            self.missing[path] = None
            name = path.rpartition("/")[2]
            if tag in ("img", "source"):
                self._tell_missing(path, self._report.place(name))
            elif name:
                hint = "there is no such file to link to; for another item, link its address"
                self._report.warn("W208", f"“{name}”: {hint}", self._report.place(name))
        return content

    def image(self, written: Image) -> Image | None:
        """Return the lead image that the fields name, with its address; None if it is missing."""
        place = self._place(written.url, "image")
        return self.measured(replace(written, url=place)) if place else None

    def kept(self, image: Image | None) -> Image | None:
        """Return a page's image, if it is not one of ours that is missing."""
        path = self._shelf.path(image.url) if image else None
        if path is None:
            return image
        if self._shelf.state(path).size < 0:
            return None
        self.found[path] = None
        return self.measured(image)

    def measured(self, image: Image | None) -> Image | None:
        """Return an image with the size that its file has, where the file is ours."""
        path = self._shelf.path(image.url) if image else None
        if image is None or path is None or image.width:
            return image
        width, height = self._shelf.dimensions(path)
        return replace(image, width=width, height=height)

    def enclosure(self, written: Enclosure) -> Enclosure | None:
        """Return a media file with its address, and its length where it is ours; None if it is missing."""
        place = self._place(written.url, "enclosure")
        path = self._shelf.path(place) if place else None
        if place is None or path is None:
            return replace(written, url=place) if place else None
        return replace(written, url=place, length=self._shelf.state(path).size)

    def address(self, reference: str, field: str) -> str | None:
        """Return the address of any other file that a field names; None if it is missing."""
        return self._place(reference, field)

    def _tell_missing(self, path: str, at: Mark | None, field: str = "") -> None:
        near = self._shelf.near(path)
        hint = f" Is it “{near}”?" if near else ""
        message = f"“{path}” is not there; the item is published without it.{hint}"
        self._report.warn("E109", message, at, field)

    def _place(self, reference: str, field: str) -> str | None:
        """Return the address of a file beside the item or elsewhere; None, and why, if there is none."""
        at = self._report.place(reference)
        candidates = self._shelf.candidates(reference, self._path)
        found = self._shelf.find(reference, self._path)
        if found:
            self.found[found] = None
            return self._shelf.url(found)
        if candidates:
            self.missing[candidates[0]] = None
            self._tell_missing(candidates[0], at, field)
            return None
        try:
            return url(reference)
        except Unfit as error:
            self._report.error(error.code, f"{error}, or the path of a file beside this one", at, field)
            return None
