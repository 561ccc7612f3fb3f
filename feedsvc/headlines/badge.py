"""Write headlines as a small picture, for places that allow nothing but images."""

from __future__ import annotations

from unicodedata import east_asian_width

from feedsvc.headlines.headline import Headlines
from feedsvc.headlines.html import Html, element, joined
from feedsvc.headlines.strings import strings
from feedsvc.headlines.when import day

WIDTH = 480
LINE = 22
CHARS = 56
"""About as many letters of 14 pixels as fit into a line."""

LIGHT = "rect{fill:#fff;stroke:#8886}text{fill:#1b1b1f}.quiet{fill:#595963}"
DARK = "rect{fill:#16161a;stroke:#8888}text{fill:#f1f1f4}.quiet{fill:#b3b3bd}"
STYLES = {
    "": f"{LIGHT}@media(prefers-color-scheme:dark){{{DARK}}}",
    "auto": f"{LIGHT}@media(prefers-color-scheme:dark){{{DARK}}}",
    "light": LIGHT,
    "dark": DARK,
}
FONT = "text{font:14px system-ui,sans-serif}.head{font-weight:600}.quiet{font-size:12px}"


def badge(made: Headlines) -> bytes:
    """Return an SVG picture: the heading, and a line for each headline."""
    rows = [
        (each.title or each.summary, day(each.published, made.site.timezone, made.language))
        for each in made.items
    ]
    heading = made.heading or made.feed.title
    height = 38 + LINE * max(1, len(rows))
    lines = [
        joined(
            _text(16, 46 + LINE * at, _fitting(title, CHARS - len(date))),
            _text(WIDTH - 16, 46 + LINE * at, date, **{"class": "quiet", "text-anchor": "end"}),
        )
        for at, (title, date) in enumerate(rows)
    ] or [_text(16, 46, strings(made.language)["empty"], **{"class": "quiet"})]
    told = " · ".join([heading, *(title for title, _ in rows)])
    picture = element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": WIDTH,
            "height": height,
            "viewBox": f"0 0 {WIDTH} {height}",
            "role": "img",
            "aria-label": told,
        },
        element("title", {}, told),
        element("style", {}, Html(FONT + STYLES[made.options.theme])),
        element("rect", {"x": "0.5", "y": "0.5", "width": WIDTH - 1, "height": height - 1, "rx": 8}),
        _text(16, 23, _fitting(heading, CHARS), **{"class": "head"}),
        *lines,
    )
    return f"{picture}\n".encode()


def _text(x: int, y: int, value: str, **attributes: str) -> Html:
    return element("text", {"x": x, "y": y, **attributes}, value)


def _fitting(value: str, width: int) -> str:
    """Return as much of a text as a line holds; a wide letter counts for two."""
    left = width
    for at, letter in enumerate(value):
        left -= 2 if east_asian_width(letter) in "WF" else 1
        if left < 0:
            return f"{value[: at - 1].rstrip()}…"
    return value
