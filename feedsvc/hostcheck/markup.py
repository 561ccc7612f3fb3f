"""Cut a strange page into tags, as a browser does, in time that is linear in its length. Pure.

The standard library's parser takes minutes for some pages of a few thousand characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Final

MAX_ATTRIBUTES: Final = 64
MAX_VALUE: Final = 4096

RAW: Final = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
"""Elements in which markup is text."""

_NAME = re.compile(r"[A-Za-z][^\s/>]*+")
_BETWEEN = re.compile(r"[\s/]*+")
_ATTRIBUTE = re.compile(r"([^\s/>][^\s/>=]*+)(\s*+=\s*+)?+")
_UNQUOTED = re.compile(r"[^\s>]*+")


@dataclass(frozen=True, slots=True)
class Token:
    """A start tag, an end tag, or (`#comment`, `#text`) text that a browser does not take for markup."""

    name: str
    """In small letters."""
    at: int
    """Where it begins."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    closes: bool = False
    is_slashed: bool = False
    """Whether it ends with `/>`, which means nothing in HTML."""
    text: str = ""
    """What a comment or an element of raw text holds."""


def tokens(text: str) -> Iterator[Token]:
    """Yield the tags, comments and raw texts of a page; ends where a browser would see no more markup."""
    place = text.find("<")
    while 0 <= place < len(text):
        following = text[place + 1 : place + 2]
        if text.startswith("<!--", place):
            end = _end(text, "-->", place + 2)
            yield Token("#comment", place, text=text[place + 4 : end])
            place = end
        elif following in ("!", "?") or (following == "/" and not _NAME.match(text, place + 2)):
            place = _end(text, ">", place)
        elif _NAME.match(text, place + (2 if following == "/" else 1)):
            token, place = _tag(text, place)
            if token is None:
                return
            yield token
            if token.name in RAW and not token.closes:
                end = _end_of_raw(text, token.name, place)
                yield Token("#text", place, {"in": token.name}, text=text[place:end])
                place = end
        else:
            place += 1
        place = text.find("<", place)


def line_of(text: str, at: int) -> int:
    """Return the number of the line, from 1, in which a place is."""
    return text.count("\n", 0, at) + 1


def _tag(text: str, start: int) -> tuple[Token | None, int]:
    """Return the tag that begins here and where it ends; None if the page ends within it."""
    closes = text.startswith("</", start)
    named = _NAME.match(text, start + (2 if closes else 1))
    assert named is not None  # noqa: S101 - the caller has looked; the line tells mypy
    attributes: dict[str, str] = {}
    place, is_slashed = named.end(), False
    while True:
        between = _BETWEEN.match(text, place)
        assert between is not None  # noqa: S101 - it matches nothing too
        is_slashed = between[0].endswith("/")
        place = between.end()
        if text.startswith(">", place):
            name = named[0].lower()
            return Token(name, start, attributes, closes, is_slashed), place + 1
        found = _ATTRIBUTE.match(text, place)
        if found is None:
            return None, len(text)
        value, place = _value(text, found)
        if place < 0:
            return None, len(text)
        if len(attributes) < MAX_ATTRIBUTES:
            attributes.setdefault(found[1].lower(), value)


def _value(text: str, found: re.Match[str]) -> tuple[str, int]:
    """Return the value of an attribute and where it ends; -1 if it never does."""
    place = found.end()
    if not found[2]:
        return "", place
    quote = text[place : place + 1]
    if quote in ("'", '"') and quote:
        end = text.find(quote, place + 1)
        return unescape(text[place + 1 : min(end, place + 1 + MAX_VALUE)]), end + 1 if end >= 0 else -1
    bare = _UNQUOTED.match(text, place)
    assert bare is not None  # noqa: S101 - it matches nothing too
    return unescape(bare[0][:MAX_VALUE]), bare.end()


def _end(text: str, mark: str, start: int) -> int:
    end = text.find(mark, start)
    return end + len(mark) if end >= 0 else len(text)


def _end_of_raw(text: str, name: str, start: int) -> int:
    closing = re.compile(rf"</{re.escape(name)}(?=[\s/>])", re.IGNORECASE).search(text, start)
    return closing.start() if closing else len(text)
