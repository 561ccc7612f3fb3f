"""Write headlines as a page of their own, for a frame that grows with them."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from feedsvc import formats
from feedsvc.headlines.fragment import shadowed
from feedsvc.headlines.headline import Headline, Headlines
from feedsvc.headlines.html import Html, element, joined
from feedsvc.headlines.markup import STYLE
from feedsvc.headlines.when import direction

SCRIPT = Path(__file__).with_name("frame.js").read_text(encoding="utf-8").strip()
LOOK = (
    ":root{color-scheme:light dark;font-family:system-ui,sans-serif;background:Canvas;color:CanvasText}"
    ':root[data-theme="light"]{color-scheme:light}:root[data-theme="dark"]{color-scheme:dark}'
    # With a theme the headlines bring their own border and padding.
    "body{margin:0;padding:1rem}:root[data-theme] body{padding:0}"
    # One card alone: as wide as the frame, with nothing to be kept apart from.
    "main.item{--fh-columns:1;--fh-image-ratio:2/1;--fh-border:transparent;--fh-gap:0}"
)


def _hash(source: str) -> str:
    """Return a Content-Security-Policy's word for an inline style or script: the same for every visitor."""
    return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"


STYLE_HASH = f"{_hash(LOOK)} {_hash(STYLE)}"
SCRIPT_HASH = _hash(SCRIPT)


def frame(made: Headlines, *, is_item: bool = False) -> bytes:
    """Return the whole page; its links lead to this site's own pages, which hosts such as WordPress allow.

    With `is_item` it is that of one item, for the whole frame.
    """
    head = element(
        "head",
        {},
        element("meta", {"charset": "utf-8"}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "robots", "content": "noindex"}),
        element("title", {}, made.heading or made.feed.title),
        element("base", {"target": "_top"}),
        element("style", {}, Html(LOOK)),
    )
    seen = replace(made, items=tuple(_seen(each, made.site.url) for each in made.items))
    shown = element("main", {"class": "item" if is_item else None}, shadowed(seen, links_home=True))
    page = element(
        "html",
        {"lang": made.language, "dir": direction(made.language), "data-theme": made.options.theme or None},
        head,
        element("body", {}, shown, element("script", {}, Html(SCRIPT))),
    )
    return joined(Html("<!doctype html>\n"), page, Html("\n")).encode()


def _seen(each: Headline, home: str) -> Headline:
    """Return a headline without an image that the page's policy would refuse to load."""
    url = formats.uri(each.image.url) if each.image else ""
    site = urlsplit(home)
    may_load = url.lower().startswith(("https://", f"{site.scheme}://{site.netloc}/"))
    return each if may_load or not url else replace(each, image=None)
