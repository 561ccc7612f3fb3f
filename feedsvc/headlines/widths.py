"""Estimate how wide a text is where nobody can measure it, in a font that nobody knows. Pure."""

from __future__ import annotations

from unicodedata import category, combining, east_asian_width

_WIDTHS = {
    **dict.fromkeys("ijl|!'’‘.,:;·I ", 0.34),
    **dict.fromkeys('ftr()[]{}/\\-"`´', 0.42),
    **dict.fromkeys("sczkvxyJ?“”", 0.59),
    **dict.fromkeys("mMwW%@—…&", 1.0),
}
_LETTER, _CAPITAL, _WIDE, _UNKNOWN = 0.64, 0.79, 1.0, 1.0
_PICTURE = 1.4
_USUAL = range(0x250), range(0x370, 0x600), range(0x600, 0x700), range(0x2000, 0x2200)
"""Latin, Greek, Cyrillic, Hebrew, Arabic, and punctuation: where letters are as wide as those of Latin."""
_ENORMOUS = range(0xFDF0, 0xFE00)
"""Whole phrases of Arabic in one character, of up to a dozen letters."""
_JOINER = "\u200d"


def width(value: str) -> float:
    """Return the width in ems that a text has at most in the usual fonts; they are seldom wider."""
    return sum(map(_width, value))


def fitting(value: str, room: float) -> str:
    """Return as much of a text as so many ems hold, with “…” for the rest."""
    if width(value) <= room:
        return value
    left = room - _width("…")
    for at, letter in enumerate(value):
        left -= _width(letter)
        if left < 0:
            return f"{value[:at].rstrip(f' {_JOINER}')}…"
    return value


def _width(letter: str) -> float:
    known = _WIDTHS.get(letter)
    if known is not None:
        return known
    kind, code = category(letter), ord(letter)
    if combining(letter) or kind in ("Mn", "Me", "Cf", "Cc"):
        return 0
    if code in _ENORMOUS:
        return 12 * _LETTER
    if kind == "So" or code >= 0x1F000:
        return _PICTURE
    if east_asian_width(letter) in "WF":
        return _WIDE
    if any(code in each for each in _USUAL):
        return _CAPITAL if kind == "Lu" else _LETTER
    return _UNKNOWN
