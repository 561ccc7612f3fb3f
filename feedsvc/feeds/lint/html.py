"""Look through the HTML of an item for what readers strip, do not resolve, or show wrongly. Pure, linear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.markup import tags
from feedsvc.feeds.lint.values import characters
from feedsvc.feeds.lint.xml import Element

_RISKY: Final = frozenset(
    [
        "applet",
        "base",
        "body",
        "embed",
        "form",
        "frame",
        "frameset",
        "head",
        "html",
        "iframe",
        "input",
        "link",
        "meta",
        "object",
        "script",
        "style",
    ]
)
_VOID: Final = frozenset(
    [
        "area",
        "base",
        "basefont",
        "bgsound",
        "br",
        "col",
        "embed",
        "frame",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_MAY_STAY_OPEN: Final = frozenset(
    ["p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "colgroup", "option", "rt", "rp"]
)
_SAFE_STYLES: Final = re.compile(
    r"(-\w+-[\w-]+|background(-color)?|border(-[\w-]+)?|clear|color|cursor|direction|display|float|font(-[\w-]+)?"
    r"|height|letter-spacing|line-height|list-style(-[\w-]+)?|margin(-[\w-]+)?|overflow|padding(-[\w-]+)?|quotes"
    r"|text-(align|decoration|indent|transform)|unicode-bidi|vertical-align|white-space|width|word-spacing)"
)
_URL_ATTRIBUTES: Final = frozenset({"href", "src", "poster"})
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SHORT: Final = 20_000
"""Longer texts are not remembered: they would take too much memory."""


def html(text: str, at: Element | None) -> Iterator[Finding]:
    """Yield what is wrong with a piece of HTML, each kind once."""
    # The same item is in several formats and feeds.
    kinds = _remembered(text) if len(text) < _SHORT else _kinds(text)
    for code, told in kinds:
        yield found(code, at, told)
    yield from characters(text, at)


def attribute(name: str, attribute_: str, value: str) -> Iterator[tuple[str, str]]:
    """Yield code and text of what is wrong with one attribute of an element of HTML."""
    if attribute_ in _URL_ATTRIBUTES:
        yield from _about_address(name, attribute_, value)
    elif attribute_ == "style":
        yield from _about_style(name, value)
    elif attribute_.startswith("on") and len(attribute_) > 4:
        yield "F616", f"<{name} {attribute_}>"


def is_risky(name: str) -> bool:
    """Say whether readers take an element out for safety."""
    return name in _RISKY


def _kinds(text: str) -> tuple[tuple[str, str], ...]:
    told: dict[str, str] = {}
    if "<" in text:
        for code, what in _about_tags(text):
            told.setdefault(code, what)
    return tuple(told.items())


_remembered = lru_cache(maxsize=500)(_kinds)


def _about_tags(text: str) -> Iterator[tuple[str, str]]:
    opened: list[str] = []
    for tag in tags(text):
        name = tag.name
        if tag.closes:
            if opened and opened[-1] == name:
                opened.pop()
            else:
                yield from _close(name, opened)
            continue
        if name in _RISKY:
            yield "F615", f"<{name}>"
        if tag.rest:
            for attribute_, value in tag.attributes():
                yield from attribute(name, attribute_, value)
        if name not in _VOID and not tag.rest.endswith("/"):
            opened.append(name)
    if left := [name for name in opened if name not in _MAY_STAY_OPEN]:
        yield "F619", f"<{left[-1]}> is never closed"


def _close(name: str, opened: list[str]) -> Iterator[tuple[str, str]]:
    if name in _VOID or (name == "p" and "p" not in opened[-200:]):
        return
    if name not in opened[-200:]:
        yield "F619", f"</{name}> closes nothing"
        return
    while opened:
        last = opened.pop()
        if last == name:
            return
        if last not in _MAY_STAY_OPEN:
            yield "F619", f"</{name}> comes before </{last}>"


def _about_style(name: str, value: str) -> Iterator[tuple[str, str]]:
    for declaration in value.split(";"):
        prop = declaration.partition(":")[0].strip().lower()
        if prop and not _SAFE_STYLES.fullmatch(prop):
            yield "F617", f"<{name} style>: {prop}"


def _about_address(name: str, attribute_: str, value: str) -> Iterator[tuple[str, str]]:
    if value.startswith(("https://", "http://")):
        return
    plain = re.sub(r"[\x00-\x20]+", "", value[:200]).lower()
    if plain.startswith(("javascript:", "vbscript:", "data:text/html")):
        yield "F618", f"<{name} {attribute_}>: {value[:200]}"
    elif value and not _SCHEME.match(value) and not value.startswith("#"):
        yield "F614", f"<{name} {attribute_}>: {value[:200]}"
