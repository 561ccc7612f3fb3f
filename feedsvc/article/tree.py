"""Read untrusted HTML into a tree, within bounds: what is too large, deep or tangled is never parsed."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString

from feedsvc.article import policy
from feedsvc.article.policy import names

MAX_BYTES = 262_144
MAX_TAGS = 5_000
MAX_DEPTH = 100
MAX_UNCLOSED = 30
"""Formatting elements left open: each later paragraph repeats them, which multiplies the size."""

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)")
_FORMATTING = names("a b big code em font i nobr s small strike strong tt u")
VOID = names("br col hr img input source track wbr")
_RAW = re.compile(r"<(/?)(noscript|iframe)(?=[\s/>])", re.IGNORECASE)


def sendable(text: str) -> str:
    """Return the text without the characters that XML 1.0 §2.2 forbids: one of them would break a feed."""
    return _FORBIDDEN.sub("", text)


def parse(html: str) -> Tag | None:
    """Return the element that holds the HTML's content, or None where it is beyond the bounds.

    BeautifulSoup meets only balanced markup: its parsers take quadratic time over some broken ones.
    """
    balanced = admitted(html)
    if balanced is None:
        return None
    # Of BeautifulSoup's parsers this one changes nothing in balanced HTML; it is slow only in other.
    return BeautifulSoup(f"<div>{balanced}</div>", "html.parser", multi_valued_attributes=None).div


# What is asked of one article, its markup and its text, is asked in a row.
@lru_cache(maxsize=2)
def admitted(html: str) -> str | None:
    """Return the HTML balanced, as nh3 writes it, or None where it is beyond the bounds.

    Scripts and comments are gone, classes and data attributes are there.
    """
    html = sendable(html)
    if not fits(html) or _is_tangled(html):
        return None
    # What stands in these is raw text to a browser; under other names it is elements like all else.
    balanced = sendable(policy.admit(_RAW.sub(lambda match: f"<{match[1]}x-{match[2].lower()}", html)))
    if len(balanced) > 2 * MAX_BYTES or balanced.count("<") > 3 * MAX_TAGS or is_deep(balanced):
        return None
    return balanced


def fits(html: str) -> bool:
    """Say whether the HTML is within the bounds of bytes and tags."""
    if len(html) > MAX_BYTES or (not html.isascii() and len(html.encode("utf-8", "replace")) > MAX_BYTES):
        return False
    return (
        html.count("<") <= MAX_TAGS
        or sum(1 for match in _TAG_NAME.finditer(html) if not match[1]) <= MAX_TAGS
    )


def is_deep(balanced: str) -> bool:
    """Say whether elements of balanced HTML are nested deeper than the bound."""
    depth = 0
    for match in _TAG_NAME.finditer(balanced):
        if match[1]:
            depth -= 1
        elif match[2] not in VOID:
            depth += 1
            if depth > MAX_DEPTH:
                return True
    return False


def attribute(tag: Tag, name: str) -> str:
    """Return an attribute's value; empty if the element does not have it."""
    value = tag.get(name)
    return value if isinstance(value, str) else ""


def text_of(tag: Tag) -> str:
    """Return the element's text on one line."""
    return " ".join(tag.get_text().split())


def is_text(node: object) -> bool:
    """Say whether the node is text that a reader sees: not a comment or a declaration."""
    return isinstance(node, NavigableString) and not isinstance(node, PreformattedString)


def _is_tangled(html: str) -> bool:
    open_now: Counter[str] = Counter()
    total = 0
    for match in _TAG_NAME.finditer(html):
        name = match[2].lower()
        if name not in _FORMATTING:
            continue
        if not match[1]:
            open_now[name] += 1
            total += 1
        elif open_now[name]:
            open_now[name] -= 1
            total -= 1
        if total > MAX_UNCLOSED:
            return True
    return False
