"""Write headlines as a small picture, for places that allow nothing but images."""

from __future__ import annotations

from unicodedata import bidirectional

from feedsvc.headlines.headline import Headline, Headlines
from feedsvc.headlines.html import Html, element, joined
from feedsvc.headlines.strings import strings
from feedsvc.headlines.when import day, direction
from feedsvc.headlines.widths import fitting, width

WIDTH = 480
MARGIN = 16
LINE = 22
SIZE, QUIET_SIZE = 14, 12
INSIDE = WIDTH - 2 * MARGIN
BOLD = 1.12
"""How much wider a heading is than the same text in a line."""

LIGHT = "rect{fill:#fff;stroke:#8886}text{fill:#1b1b1f}.quiet{fill:#595963}"
DARK = "rect{fill:#16161a;stroke:#8888}text{fill:#f1f1f4}.quiet{fill:#b3b3bd}"
STYLES = {
    "": f"{LIGHT}@media(prefers-color-scheme:dark){{{DARK}}}",
    "auto": f"{LIGHT}@media(prefers-color-scheme:dark){{{DARK}}}",
    "light": LIGHT,
    "dark": DARK,
}
FONT = (
    f"text{{font:{SIZE}px system-ui,sans-serif}}.head{{font-weight:600}}.quiet{{font-size:{QUIET_SIZE}px}}"
    # Should a reader's font be wider than any that was thought of: the text ends, and runs into nothing.
    "svg svg{overflow:hidden}"
)


def badge(made: Headlines) -> bytes:
    """Return an SVG picture: the heading, and a line for each headline; mirrored where that is usual."""
    heading = made.heading or made.feed.title
    rows = [_row(46 + LINE * at, made, each) for at, each in enumerate(made.items)]
    empty = _line(46, made, strings(made.language)["empty"], INSIDE, look="quiet")
    height = 38 + LINE * max(1, len(rows))
    told = " · ".join([heading, *(each.title or each.summary for each in made.items)])
    shown = fitting(heading, INSIDE / SIZE / BOLD)
    picture = element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": WIDTH,
            "height": height,
            "viewBox": f"0 0 {WIDTH} {height}",
            "role": "img",
            "lang": made.language,
            "aria-label": told,
        },
        element("title", {}, told),
        element("style", {}, Html(FONT + STYLES[made.options.theme])),
        element("rect", {"x": "0.5", "y": "0.5", "width": WIDTH - 1, "height": height - 1, "rx": 8}),
        _line(23, made, shown, INSIDE, look="head", lang=made.feed.language),
        *(rows or [empty]),
    )
    return f"{picture}\n".encode()


def _row(y: int, made: Headlines, each: Headline) -> Html:
    """Return a headline at the one side, and its date at the other."""
    date = day(each.published, made.site.timezone, made.language)
    room = INSIDE - round(width(date) * QUIET_SIZE) - MARGIN
    title = fitting(each.title or each.summary, room / SIZE)
    return joined(
        _line(y, made, title, room, lang=each.language),
        _line(y, made, date, INSIDE - room, look="quiet", at_end=True),
    )


def _line(
    y: int, made: Headlines, value: str, room: int, *, look: str = "", lang: str = "", at_end: bool = False
) -> Html:
    """Return a text in a box that it cannot leave, in its own direction, at one end of a line."""
    is_right = (direction(made.language) == "rtl") != at_end
    is_rtl = _is_rtl(value)
    box = {"x": WIDTH - MARGIN - room if is_right else MARGIN, "y": y - 17, "width": room, "height": LINE}
    placed = {
        "x": room if is_right else 0,
        "y": 17,
        "class": look or None,
        "lang": lang or None,
        "direction": "rtl" if is_rtl else None,
        # Whatever a text's direction, its start is where reading begins.
        "text-anchor": None if is_right == is_rtl else "end",
    }
    return element("svg", box, element("text", placed, value))


def _is_rtl(value: str) -> bool:
    """Say whether the first letter that has a direction is written from right to left."""
    found = (kind for kind in map(bidirectional, value) if kind in ("L", "R", "AL"))
    return next(found, "L") != "L"
