"""Judge the element as it is written: its attributes, their values, and its place in the page. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from feedsvc.headlines import SCRIPT_LAYOUTS, SHOWN, THEMES
from feedsvc.hostcheck.finding import Finding, Ours
from feedsvc.hostcheck.reading import Element

_GLOBAL: Final = frozenset(
    (
        *(
            "id",
            "class",
            "style",
            "title",
            "dir",
            "hidden",
            "slot",
            "part",
            "exportparts",
            "role",
            "tabindex",
        ),
        *("translate", "inert", "nonce", "itemprop", "itemscope", "itemtype", "accesskey", "draggable", "is"),
    )
)
_FOREIGN: Final = ("data-", "aria-", "on", "xml", ":", "@", "v-", "x-")
"""How attributes begin that are the page's own, or those of its frameworks."""
_OTHERS: Final[Mapping[str, str]] = {
    "limit": "count",
    "items": "count",
    "max": "count",
    "number": "count",
    "exclude": "exclude-tags",
    "tag": "tags",
    "summary": "summary-length",
    "url": "src",
    "language": "lang",
    "color-scheme": "theme",
    "interval": "refresh",
}
"""What other widgets call these things."""

_MEANINGLESS: Final = frozenset({"height", "width"})
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
Check = Callable[[str], str]
"""Says what a value must be, where it is not that; empty where it is."""


def judge(element: Element, ours: Ours) -> Iterator[Finding]:
    """Yield what is wrong with one element, whatever the page around it is."""
    yield from _place(element)
    yield from _attributes(element)
    if "src" not in element.attributes:
        yield from feed(element.attributes.get("feed", "all"), ours, element.line)
    if not element.has_link:
        yield Finding(
            "hint",
            "The element is empty: until the headlines come, and where no script runs, nothing is shown.",
            "Put a link into it, as the builder’s code does.",
            element.line,
        )
    style = re.sub(r"\s", "", element.attributes.get("style", "").lower())
    if "min-height" not in style and "min-height" not in element.attributes:
        yield Finding(
            "hint",
            "No room is kept for the headlines in the markup: what is below may move when they come.",
            "Add the builder’s style with its min-height, unless your stylesheet has such a rule.",
            element.line,
        )


def feed(slug: str, ours: Ours, line: int) -> Iterator[Finding]:
    """Yield what is wrong with the name of a feed."""
    if slug in ours.feeds:
        return
    if slug in ours.ended:
        instead = ours.ended[slug]
        remedy = f"Write “{instead}” instead." if instead else "Choose another feed in the builder."
        yield Finding("error", f"The feed “{_short(slug)}” is published no more.", remedy, line)
        return
    near = get_close_matches(slug[:100].lower(), list(ours.feeds), 1)
    remedy = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(sorted(ours.feeds)[:20])}."
    yield Finding("error", f"There is no feed “{_short(slug)}”.", remedy, line)


def _place(element: Element) -> Iterator[Finding]:
    if element.inside:
        yield Finding(
            "error",
            f"The element is inside <{element.inside}>, where browsers leave it alone.",
            f"Move it out of <{element.inside}>.",
            element.line,
        )
    if element.is_slashed and not element.is_closed:
        yield Finding(
            "error",
            "The element ends with “/>”, which means nothing in HTML: it goes on to the end of the page, "
            "and all that follows vanishes when the headlines come.",
            "Close it with </feed-headlines>.",
            element.line,
        )
    elif not element.is_closed:
        yield Finding(
            "error",
            "The element is never closed: all that follows is in it, and vanishes when the headlines come.",
            "Close it with </feed-headlines>.",
            element.line,
        )


def _attributes(element: Element) -> Iterator[Finding]:
    for name, value in element.attributes.items():
        check = CHECKS.get(name)
        if check is not None:
            wrong = check(value.strip())
            if wrong:
                what = f"{name}=“{_short(value)}” is not understood: it must be {wrong}."
                yield Finding("warning", what, _nearest(name, value), element.line)
        elif name not in _GLOBAL and not name.startswith(
            ("data-", "aria-", "on", "xml", ":", "@", "v-", "x-")
        ):
            yield _unknown(name, element.line)


def _unknown(name: str, line: int) -> Finding:
    known = next(iter(get_close_matches(name[:60], [*CHECKS, *_OTHERS], 1)), "")
    near = _OTHERS.get(known, known)
    remedy = f"Did you mean “{near}”?" if near else "Take it out, or look it up in the builder."
    if name in _MEANINGLESS:
        remedy = "The element takes the width of its place; say min-height in its style."
    return Finding("warning", f"The attribute “{_short(name)}” means nothing here.", remedy, line)


def _nearest(name: str, value: str) -> str:
    known = {"layout": SCRIPT_LAYOUTS, "theme": THEMES, "show": SHOWN, "date-style": DATE_STYLES}.get(
        name, ()
    )
    for word in re.split(r"[\s,]+", value.strip().lower()[:200]):
        near = get_close_matches(word, known, 1)
        if word not in known and near:
            return f"Did you mean “{near[0]}”?"
    return "As it is, the default is used, or nothing is shown for it."


DATE_STYLES: Final = ("relative", "medium", "long", "none")
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "layout": SCRIPT_LAYOUTS,
    "theme": THEMES,
    "show": SHOWN,
    "date-style": DATE_STYLES,
}


def _number(least: int, most: int) -> Check:
    def check(value: str) -> str:
        is_one = value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most
        return "" if is_one else f"a number from {least:,} to {most:,}"

    return check


def _word(*known: str) -> Check:
    return lambda value: "" if value in known else f"one of {', '.join(known)}"


def _words(value: str) -> str:
    is_known = all(word in (*SHOWN, "none") for word in re.split(r"[\s,]+", value) if word)
    return "" if is_known else f"words of {', '.join(SHOWN)}"


def _language(value: str) -> str:
    return "" if not value or _TAG.fullmatch(value.replace("_", "-")) else "a language, such as en or de-CH"


def _address(value: str) -> str:
    return "" if value.startswith(("https://", "http://", "/")) else "the address of a JSON Feed"


def _anything(_: str) -> str:
    return ""


CHECKS: Final[Mapping[str, Check]] = {
    "feed": _anything,
    "src": _address,
    "count": _number(1, 50),
    "show": _words,
    "layout": _word(*SCRIPT_LAYOUTS),
    "theme": _word(*THEMES),
    "heading": _anything,
    "heading-level": _number(2, 6),
    "lang": _language,
    "date-style": _word(*DATE_STYLES),
    "target": _anything,
    "rel": _anything,
    "tags": _anything,
    "exclude-tags": _anything,
    "source": _anything,
    "q": _anything,
    "summary-length": _number(1, 1000),
    "refresh": _number(60, 86_400),
    "footer": _anything,
    "eager": _anything,
    "min-height": _anything,
}
"""Every attribute of the element, with what its value must be."""


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
