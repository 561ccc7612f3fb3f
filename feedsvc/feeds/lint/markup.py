"""Cut HTML into its tags without building a tree: fast where it is simple, linear whatever it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final

_SIMPLE = re.compile(
    r"""<(/?)([A-Za-z][A-Za-z0-9:-]*)((?:[\s/][^<>"']*(?:"[^"<>]*"[^<>"']*|'[^'<>]*'[^<>"']*)*)?)>"""
)
"""A tag as nearly all are: no `<` or `>` in its attributes."""
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*)")
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]++)\s*+(?:=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?""",
)
_RAW: Final = frozenset({"script", "style", "textarea", "title", "xmp"})
_MAX_TAG: Final = 20_000
_MAX_TRIES: Final = 20
"""How many `>` in one tag may be part of its attributes."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a piece of HTML."""

    name: str
    """In small letters."""
    closes: bool
    rest: str
    """What stands between its name and its end."""

    def attributes(self) -> Iterator[tuple[str, str]]:
        """Yield its attributes: names in small letters, values decoded and stripped."""
        if self.rest:
            for match in _ATTRIBUTE.finditer(self.rest[:_MAX_TAG]):
                yield match[1].lower(), unescape(match[2] or match[3] or match[4] or "").strip()


def tags(text: str) -> Iterator[Tag]:
    """Yield each tag of a piece of HTML; comments, and what is no tag, are left out."""
    simple = _SIMPLE.findall(text)
    if len(simple) == text.count("<"):
        return (Tag(name.lower(), bool(slash), rest) for slash, name, rest in simple)
    return _any_tags(text)


def _any_tags(text: str) -> Iterator[Tag]:
    place = text.find("<")
    while place >= 0:
        if text.startswith("<!--", place):
            end = text.find("-->", place + 4)
            place = text.find("<", end + 3) if end >= 0 else -1
            continue
        named = _NAME.match(text, place)
        if named is None:
            place = text.find("<", place + 1)
            continue
        end = _end_of_tag(text, place)
        if end < 0:
            return
        tag = Tag(named[1].lower(), text[place + 1] == "/", text[named.end() : end - 1])
        yield tag
        place = text.find("<", _after_raw(tag, text, end))


def _end_of_tag(text: str, start: int) -> int:
    """Return where a tag ends, also where an attribute has a `>` in it; -1 where it does not."""
    end = first = text.find(">", start)
    for _ in range(_MAX_TRIES):
        if not 0 <= end < start + _MAX_TAG:
            break
        tag = text[start:end]
        if tag.count('"') % 2 == 0 or tag.count("'") % 2:
            return end + 1
        end = text.find(">", end + 1)
    return first + 1 if first >= 0 else -1


def _after_raw(tag: Tag, text: str, end: int) -> int:
    """Return where markup goes on: after the text of a script or style, which is not markup."""
    if tag.name not in _RAW or tag.closes:
        return end
    closing = text.find(f"</{tag.name}", end)
    return closing if closing >= 0 else len(text)
