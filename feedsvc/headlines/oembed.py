"""Describe what an address shows when it is embedded (https://oembed.com)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from xml.sax.saxutils import escape

from feedsvc.headlines.html import Attributes, element, joined

WIDTH = 600
"""Pixels, where the asker names no most."""


@dataclass(frozen=True, slots=True)
class OEmbed:
    """The answer's fields, in the specification's words; what is empty is left out."""

    title: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    cache_age: int
    author_name: str = ""
    thumbnail_url: str = ""
    thumbnail_width: int | None = None
    thumbnail_height: int | None = None
    type: str = "rich"
    version: str = "1.0"

    def fields(self) -> dict[str, object]:
        """Return the fields that say something; a thumbnail only with both its sizes, as is required."""
        known = {name: value for name, value in asdict(self).items() if value}
        if not (self.thumbnail_url and self.thumbnail_width and self.thumbnail_height):
            known = {name: value for name, value in known.items() if not name.startswith("thumbnail_")}
        return known

    def json(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(self.fields(), ensure_ascii=False).encode()

    def xml(self) -> bytes:
        """Return it as XML."""
        fields = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in self.fields().items())
        declaration = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>'
        return f"{declaration}\n<oembed>{fields}</oembed>\n".encode()


def framed(title: str, page: str, frame: str, label: str, size: tuple[int, int]) -> str:
    """Return HTML that shows the frame of a page, in the one shape that WordPress lets through.

    A quotation with a link for who sees no frame, then the frame with none but these attributes.
    """
    width, height = size
    bare: Attributes = {
        "frameborder": 0,
        "marginwidth": 0,
        "marginheight": 0,
        "scrolling": "no",
    }
    return joined(
        element("blockquote", {}, element("a", {"href": page}, title)),
        element("iframe", {"src": frame, "width": width, "height": height, **bare, "title": label}),
    )
