"""Say how high headlines will be, so that a page keeps the room for them and nothing moves when they come."""

from __future__ import annotations

from math import ceil
from unicodedata import east_asian_width

from feedsvc.headlines.headline import Headline, Headlines
from feedsvc.headlines.strings import strings

EM = 16.0
LINE = 1.4
BOLD, PLAIN, SMALL = 0.56, 0.5, 0.875
"""The width of a usual letter in ems, bold and plain; and the size of what stands below a headline."""
BROKEN = 1.06
"""What lines lose because words are not cut."""
THEME = 34.0
"""The padding and border that a theme of its own brings."""
CARD, GAP, THUMB = 224.0, 12.0, 112.0
"""The least width of a card, the gaps between items, and a picture beside its text."""
TICKER = 50.0
STEP = 0.5


def height(made: Headlines, layout: str, width: float) -> float:
    """Return about how many pixels the script's headlines are high in a column of this width."""
    inner, around = (width - THEME, THEME) if made.options.theme else (width, 0.0)
    if layout == "ticker":
        return around + _ticker(made, inner)
    rows = _rows(made, layout, inner)
    if layout == "cards":
        columns = max(1, int((inner + GAP) // (CARD + GAP)))
        rows = [max(row) for row in _by(rows, columns)]
    gap = 0.4 * EM if layout == "compact" else GAP
    listed = sum(rows) + gap * max(0, len(rows) - 1) if rows else EM * LINE
    return around + _heading(made, inner) + listed + EM + _footer(made)


def rem(pixels: float) -> str:
    """Return pixels as the length that is written into a page: it grows with the reader's letters."""
    return f"{ceil(pixels / EM / STEP) * STEP:g}rem"


def pixels(length: str) -> int:
    """Return the pixels of a length from `rem`, at the usual size of letters."""
    return int(float(length.removesuffix("rem")) * EM)


def _rows(made: Headlines, layout: str, width: float) -> list[float]:
    if layout == "compact":
        gap = 0.4 * EM
        said = [f"{_title(each)}     {_facts(each, made)}" for each in made.items]
        return [gap + 1 + _lines(text, width, BOLD * EM) * EM * LINE for text in said]
    columns = max(1, int((width + GAP) // (CARD + GAP))) if layout == "cards" else 1
    column = (width - GAP * (columns - 1)) / columns
    return [_row(each, made, layout, column) for each in made.items]


def _row(each: Headline, made: Headlines, layout: str, width: float) -> float:
    shown = made.options.show
    has_image = "image" in shown and each.image is not None
    beside = has_image and layout == "list"
    text = width - THUMB if beside else width
    body = _lines(_title(each), text, BOLD * EM) * EM * LINE
    if "summary" in shown:
        body += _small(each.summary, text)
    body += _small(_facts(each, made), text)
    if layout == "cards":
        picture = width * 2 / 3 + EM if has_image else 0.0
        return GAP + 1 + picture + max(44.0, body)
    return GAP + 1 + max(body, 64.0 if beside else 0.0)


def _small(text: str, width: float) -> float:
    size = EM * SMALL
    return 0.3 * size + _lines(text, width, PLAIN * size) * size * LINE if text else 0.3 * size


def _heading(made: Headlines, width: float) -> float:
    size = 1.25 * EM
    return _lines(made.heading, width, BOLD * size) * size * LINE + 0.7 * size if made.heading else 0.0


def _footer(made: Headlines) -> float:
    return 0.0 if made.options.footer == "none" else EM * SMALL * (LINE + 0.3)


def _ticker(made: Headlines, width: float) -> float:
    """Return the height of a ticker: the heading, the button and what runs share a line if they fit."""
    if not made.items:
        return TICKER
    button = len(strings(made.language)["pause"]) * EM * PLAIN + 2 * EM
    needed = _long(made.heading) * BOLD * 1.25 * EM + button + 9 * EM + 2 * EM
    return TICKER if needed <= width else TICKER * 2


def _title(each: Headline) -> str:
    return each.title or each.url


def _facts(each: Headline, made: Headlines) -> str:
    """Return about what the line below a headline says."""
    known = {
        "source": each.source[0] if each.source else "",
        "author": ", ".join(each.authors),
        "date": "00 Month 0000",
        "tags": ", ".join(each.tags),
    }
    return "   ".join(known[name] for name in made.options.show if known.get(name))


def _lines(text: str, width: float, letter: float) -> int:
    return max(1, ceil(_long(text) * letter * BROKEN / max(width, letter)))


def _long(text: str) -> float:
    """Return the length of a text in usual letters; those of East Asia are about two."""
    return sum(1.9 if east_asian_width(letter) in "WF" else 1.0 for letter in text)


def _by(rows: list[float], count: int) -> list[tuple[float, ...]]:
    return [tuple(rows[start : start + count]) for start in range(0, len(rows), count)]
