"""Write headlines as a page of their own, for a frame that grows with them."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from feedsvc.headlines.fragment import shadowed
from feedsvc.headlines.headline import Headlines
from feedsvc.headlines.html import Html, element, joined
from feedsvc.headlines.markup import STYLE

SCRIPT = Path(__file__).with_name("frame.js").read_text(encoding="utf-8").strip()
LOOK = (
    ":root{color-scheme:light dark;font-family:system-ui,sans-serif;background:Canvas;color:CanvasText}"
    ':root[data-theme="light"]{color-scheme:light}:root[data-theme="dark"]{color-scheme:dark}'
    "body{margin:0;padding:1rem}"
)


def _hash(source: str) -> str:
    """Return a Content-Security-Policy's word for an inline style or script: the same for every visitor."""
    return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"


STYLE_HASH = f"{_hash(LOOK)} {_hash(STYLE)}"
SCRIPT_HASH = _hash(SCRIPT)


def frame(made: Headlines) -> bytes:
    """Return the whole page; its links lead to this site's own pages, which hosts such as WordPress allow."""
    theme = made.options.theme
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
    body = element(
        "body", {}, element("main", {}, shadowed(made, links_home=True)), element("script", {}, Html(SCRIPT))
    )
    attributes = {"lang": made.language, "dir": "auto" if not made.language else None}
    page = element(
        "html", {**attributes, "data-theme": theme if theme in ("light", "dark") else None}, head, body
    )
    return joined(Html("<!doctype html>\n"), page, Html("\n")).encode()
