"""Judge what all objects of a JSON Feed have in common: types, names, addresses, authors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.values import plain_text, web_address

Object = dict[str, object]
Kinds = Mapping[str, type | tuple[type, ...]]

_EXTENSION = re.compile(r"_[A-Za-z][^.]*")
_AUTHOR: Final = ("name", "url", "avatar")
_WORDS: Final[Mapping[type, str]] = {str: "a text", list: "a list", dict: "an object", bool: "true or false"}


def lists(parent: Object, name: str) -> list[object]:
    """Return a member that should be a list; an empty one where it is none."""
    value = parent.get(name)
    return value if isinstance(value, list) else []


def kinds(parent: Object, expected: Kinds) -> Iterator[Finding]:
    """Yield the members that have another type than the specification says."""
    for name, kind in expected.items():
        value = parent.get(name)
        is_flag = isinstance(value, bool) and kind is not bool
        if value is not None and (is_flag or not isinstance(value, kind)):
            word = _WORDS.get(kind, "a number") if isinstance(kind, type) else "a number"
            yield found("F311", told=f"{name} should be {word}")


def filled(parent: Object, but: Sequence[str] = ()) -> Iterator[Finding]:
    """Yield the members that are there and say nothing."""
    for name, value in parent.items():
        if name not in but and (value is None or value in ("", [], {})):
            yield found("F312", told=f"{name}: {'null' if value is None else 'empty'}")


def extra(parent: Object, known: Mapping[str, object]) -> Iterator[Finding]:
    """Yield the names that are neither known nor an extension's."""
    for name in parent:
        if name in known:
            continue
        if not name.startswith("_"):
            yield found("F317", told=name)
        elif not _EXTENSION.fullmatch(name):
            yield found("F318", told=name)


def urls(parent: Object, names: Sequence[str]) -> Iterator[Finding]:
    """Yield what is wrong with the members that are addresses."""
    for name in names:
        value = parent.get(name)
        if isinstance(value, str) and value:
            yield from web_address(value, None, ascii_only=False, label=name)


def authors(parent: Object) -> Iterator[Finding]:
    """Yield what is wrong with the authors of a feed or item."""
    if "author" in parent and "authors" not in parent:
        yield found("F321", told="author without authors")
    people = [
        *lists(parent, "authors"),
        *([parent["author"]] if isinstance(parent.get("author"), dict) else []),
    ]
    for person in people:
        if not isinstance(person, dict) or not any(person.get(name) for name in _AUTHOR):
            yield found("F316", told=str(person)[:80])
            continue
        name = person.get("name")
        if isinstance(name, str) and name:
            yield from plain_text(name, None, "author")
        yield from urls(person, ("url", "avatar"))
