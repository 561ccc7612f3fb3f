"""Read YAML fields as an author means them: every value is text, and nothing hides behind a sign.

YAML 1.1 makes `NO` false, `0123` eighty-three and `12:30:45` a number. Here the field decides the
type and never the spelling: a plain or quoted value stays the text that was written, `~`, `null` and
nothing are None. Anchors, aliases and tags are refused: they serve nobody here, and bombs are made of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import yaml

from feedsvc.errors import ParseError
from feedsvc.sources.aliases import canonical
from feedsvc.sources.problems import Mark

MAX_DEPTH = 12
TEXT_FIELDS = ("title", "summary", "authors", "link")
_LINE = re.compile(r"(?P<key>[A-Za-z][\w -]*?)(?P<gap>:[ \t]+)(?P<value>\S(?:.*\S)?)[ \t]*$")
_HASHTAG = re.compile(r"""[^"'|>\[{&*!%@`#].*[ \t]#[^ \t]""")


class Malformed(ParseError):
    """Fields that cannot be read: the file is refused with this code, at this place."""

    def __init__(self, code: str, reason: str, mark: Mark, field: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.mark = mark
        self.field = field


def load(text: str) -> tuple[dict[str, object], dict[str, Mark]] | None:
    """Return the mapping and the place of each value; None where the text holds no mapping.

    Raises Malformed: E102 for syntax, anchors, aliases, tags and depth; E105 for a key that stands twice.
    """
    try:
        return _Builder(text).root()
    except yaml.MarkedYAMLError as error:
        # An open bracket or quote is found out at the end, but was made where it begins.
        opened = error.context_mark if re.search("flow|quoted", error.context or "") else None
        mark = opened or error.problem_mark or error.context_mark
        place = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
        reason = "a line begins with a tab; indent with spaces" if _tab(text, place) else error.problem
        raise Malformed("E102", reason or "it cannot be read", place) from error
    except yaml.reader.ReaderError as error:
        raise Malformed("E102", "it holds a control character", _offset(text, error.position)) from error


def hashtags_as_text(lines: list[str]) -> tuple[list[str], list[int]]:
    """Quote titles and summaries in which YAML would take `#1` or `#storm` for a comment and drop it."""

    def quote(match: re.Match[str]) -> bool:
        return canonical(match["key"]) in ("title", "summary") and bool(_HASHTAG.match(match["value"]))

    return _quoted(lines, quote)


def unreadable_as_text(lines: list[str]) -> tuple[list[str], list[int]]:
    """Quote one-line titles, summaries, authors and links that YAML cannot read; name the lines."""

    def quote(match: re.Match[str]) -> bool:
        if canonical(match["key"]) not in TEXT_FIELDS or match["value"][0] in "|>":
            return False
        try:
            load(match.string)
        except Malformed:
            return True
        return False

    return _quoted(lines, quote)


def suggestion(line: str) -> str:
    """Return the line with its value quoted, as an author could write it; "" where quotes would not help."""
    match = _LINE.match(line)
    return "" if not match or match["value"][0] in "[{|>" else with_quotes(line)


def with_quotes(line: str) -> str:
    """Return a line with its value quoted; as it is where it has none."""
    match = _LINE.match(line)
    if not match:
        return line
    value = match["value"]
    return f'{match["key"]}: "{value}"' if '"' not in value else f"{match['key']}: {_single(value)}"


def _quoted(lines: list[str], wanted: Callable[[re.Match[str]], bool]) -> tuple[list[str], list[int]]:
    changed: list[int] = []
    out = list(lines)
    for number, line in enumerate(lines):
        match = _LINE.match(line)
        if match and wanted(match):
            out[number] = match["key"] + match["gap"] + _single(match["value"])
            changed.append(number)
    return out, changed


def _single(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _tab(text: str, place: Mark) -> bool:
    lines = text.split("\n")
    return place.line <= len(lines) and lines[place.line - 1].startswith("\t")


def _offset(text: str, offset: int) -> Mark:
    before = text[:offset].split("\n")
    return Mark(len(before), len(before[-1]) + 1)


class _Builder:
    """Build plain values from the parser's events, so that nothing is resolved behind our back."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._marks: dict[str, Mark] = {}

    def root(self) -> tuple[dict[str, object], dict[str, Mark]] | None:
        """Return the one document's mapping with the marks of its values, or None."""
        for event in self._events:
            if isinstance(event, yaml.NodeEvent):
                if not isinstance(event, yaml.MappingStartEvent):
                    return None
                values = self._mapping(event, 0)
                self._end()
                return values, self._marks
        return {}, {}

    def _end(self) -> None:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                raise Malformed(
                    "E102", "there is more than one document; write one item per file", _at(event)
                )

    def _value(self, event: yaml.Event, depth: int) -> object:
        _refuse_signs(event)
        if depth > MAX_DEPTH:
            raise Malformed("E102", "lists are nested too deeply", _at(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(depth)
        return _scalar(event)

    def _sequence(self, depth: int) -> list[object]:
        values: list[object] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            values.append(self._value(event, depth + 1))
        return values

    def _mapping(self, start: yaml.Event, depth: int) -> dict[str, object]:
        _refuse_signs(start)
        values: dict[str, object] = {}
        places: dict[str, Mark] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event)
            if key in places:
                raise Malformed(
                    "E105", f"it stands here and in line {places[key].line}; keep one", _at(event), key
                )
            places[key] = _at(event)
            value = next(self._events)
            if depth == 0:
                self._marks[key] = _at(value)
            values[key] = self._value(value, depth + 1)
        return values

    def _key(self, event: yaml.Event) -> str:
        _refuse_signs(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise Malformed("E102", "a field's name must be a word", _at(event))
        return str(event.value)


def _scalar(event: yaml.Event) -> str | None:
    if not isinstance(event, yaml.ScalarEvent):
        raise Malformed("E102", "a value was expected", _at(event))
    plain = not event.style
    return None if plain and event.value in ("", "~", "null") else str(event.value)


def _refuse_signs(event: yaml.Event) -> None:
    """Refuse what is YAML, but not ours; a value that begins with such a sign needs quotes."""
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise Malformed(
            "E102", "anchors (&) and aliases (*) are not taken; put the value into quotes", _at(event)
        )
    if getattr(event, "tag", None):
        raise Malformed("E102", "tags (!) are not taken; put the value into quotes", _at(event))


def _at(event: yaml.Event) -> Mark:
    mark = event.start_mark
    return Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
