"""Look through the HTML of an item for what readers strip, do not resolve, or show wrongly. Pure, linear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.values import characters
from feedsvc.feeds.lint.xml import Element

_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*)")
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]++)\s*+(?:=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?""",
)
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
_RAW: Final = frozenset({"script", "style", "textarea", "title", "xmp"})
_SAFE_STYLES: Final = re.compile(
    r"(-\w+-[\w-]+|background(-color)?|border(-[\w-]+)?|clear|color|cursor|direction|display|float|font(-[\w-]+)?"
    r"|height|letter-spacing|line-height|list-style(-[\w-]+)?|margin(-[\w-]+)?|overflow|padding(-[\w-]+)?|quotes"
    r"|text-(align|decoration|indent|transform)|unicode-bidi|vertical-align|white-space|width|word-spacing)"
)
_URL_ATTRIBUTES: Final = frozenset({"href", "src", "poster"})
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_MAX_TAG = 20_000


def html(text: str, at: Element | None, label: str = "") -> Iterator[Finding]:
    """Yield what is wrong with a piece of HTML, each kind once."""
    told: set[str] = set()
    if "<" in text:
        for finding in _about_tags(text, at):
            if finding.code not in told:
                told.add(finding.code)
                yield finding
    for finding in characters(text, at):
        yield finding


def _about_tags(text: str, at: Element | None) -> Iterator[Finding]:
    opened: list[str] = []
    for tag in tags(text):
        named = _NAME.match(tag)
        if named is None:
            continue
        name = named[1].lower()
        if tag[1] == "/":
            yield from _close(name, opened, at)
            continue
        if name in _RISKY:
            yield found("F615", at, f"<{name}>")
        yield from _about_attributes(name, tag[named.end() : -1], at)
        if name not in _VOID and not tag.endswith("/>"):
            opened.append(name)
    if left := [name for name in opened if name not in _MAY_STAY_OPEN]:
        yield found("F619", at, f"<{left[-1]}> is never closed")


def _close(name: str, opened: list[str], at: Element | None) -> Iterator[Finding]:
    if name in _VOID or (name == "p" and "p" not in opened):
        return
    if name not in opened[-200:]:
        yield found("F619", at, f"</{name}> closes nothing")
        return
    while opened:
        last = opened.pop()
        if last == name:
            return
        if last not in _MAY_STAY_OPEN:
            yield found("F619", at, f"</{name}> comes before </{last}>")


def tags(text: str) -> Iterator[str]:
    """Yield each tag of a piece of HTML, as it is written; comments and what is no tag are left out."""
    place = text.find("<")
    while place >= 0:
        if text.startswith("<!--", place):
            end = text.find("-->", place + 4)
            place = text.find("<", end + 3) if end >= 0 else -1
            continue
        if text[place + 1 : place + 2].isalpha() or text[place + 1 : place + 2] == "/":
            end = _end_of_tag(text, place)
            if end < 0:
                return
            yield (tag := text[place:end])
            place = text.find("<", _after_raw(tag, text, end))
        else:
            place = text.find("<", place + 1)


def _end_of_tag(text: str, start: int) -> int:
    """Return where a tag ends, also where an attribute has a `>` in it; -1 where it does not."""
    end = first = text.find(">", start)
    while 0 <= end < start + _MAX_TAG:
        tag = text[start:end]
        if tag.count('"') % 2 == 0 or tag.count("'") % 2:
            return end + 1
        end = text.find(">", end + 1)
    return first + 1 if first >= 0 else -1


def _after_raw(tag: str, text: str, end: int) -> int:
    """Return where markup goes on: after the text of a script or style, which is not markup."""
    named = _NAME.match(tag)
    name = named[1].lower() if named else ""
    if name not in _RAW or tag[1] == "/":
        return end
    closing = text.find(f"</{name}", end)
    return closing if closing >= 0 else len(text)


def _about_attributes(name: str, rest: str, at: Element | None) -> Iterator[Finding]:
    for match in _ATTRIBUTE.finditer(rest[:_MAX_TAG]):
        attribute = match[1].lower()
        value = unescape(match[2] or match[3] or match[4] or "").strip()
        if attribute.startswith("on") and len(attribute) > 4:
            yield found("F616", at, f"<{name} {attribute}>")
        elif attribute == "style":
            yield from _about_style(name, value, at)
        elif attribute in _URL_ATTRIBUTES:
            yield from _about_address(name, attribute, value, at)


def _about_style(name: str, value: str, at: Element | None) -> Iterator[Finding]:
    for declaration in value.split(";"):
        prop = declaration.partition(":")[0].strip().lower()
        if prop and not _SAFE_STYLES.fullmatch(prop):
            yield found("F617", at, f"<{name} style>: {prop}")


def _about_address(name: str, attribute: str, value: str, at: Element | None) -> Iterator[Finding]:
    plain = re.sub(r"[\x00-\x20]+", "", value[:200]).lower()
    if plain.startswith(("javascript:", "vbscript:", "data:text/html")):
        yield found("F618", at, f"<{name} {attribute}>: {value}")
    elif value and not _SCHEME.match(value) and not value.startswith("#"):
        yield found("F614", at, f"<{name} {attribute}>: {value}")
