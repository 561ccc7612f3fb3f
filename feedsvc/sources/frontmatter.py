"""Read the fields at the head of an item file: YAML (`---`), TOML (`+++`) or `Key: value` lines.

What does not look like fields is text, and stays text: a file that begins with a rule loses nothing.
Whole files of fields (`.yaml`, `.toml`, `.json`) are read by `read_data`.
"""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from feedsvc.model import Problem
from feedsvc.sources import values, yamltext
from feedsvc.sources.aliases import canonical, is_foreign
from feedsvc.sources.problems import Mark, Report, position
from feedsvc.sources.yamltext import Malformed

Kind = Literal["yaml", "toml", "headers", "json", "none"]
MAX_CHARS = 65536
"""Of front matter: a larger block is refused unread (E107)."""

_KEY_LINE = re.compile(r"(?P<key>[A-Za-z_][\w-]*(?: [\w-]+){0,2})[ \t]*:(?:[ \t]+|$)(?P<value>.*)")
_DOTTED = re.compile(r"""(?<![\w"'-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){30}""")
"""A TOML key of very many parts: tomllib takes quadratic time and memory over it."""
_CLOSERS = {"---": ("---", "..."), "+++": ("+++",)}


@dataclass
class Fields:
    """What stands at the head of a file, as written, and the body below it."""

    values: dict[str, object] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    """Where each value begins."""
    body: str = ""
    body_line: int = 1
    kind: Kind = "none"


def read(text: str, path: str, source: str) -> tuple[Fields, list[Problem]]:
    """Return a file's fields and its body, and what is wrong with them; every text has an answer.

    E101: fields begin and never end. E102: syntax. E105: a field stands twice. E107: more than 64 KiB.
    W201: a line that is not YAML was read as plain text. After an error the whole text is the body.
    """
    report = Report(source, path, text)
    lines = text.split("\n")
    opening = lines[0].rstrip()
    try:
        if opening in _CLOSERS:
            return _fenced(text, lines, opening, report), report.problems
        return _headers(text, lines), report.problems
    except Malformed as error:
        report.error(error.code, str(error), error.mark, error.field)
        return Fields(body=text), report.problems


def read_data(text: str, suffix: str, path: str, source: str) -> tuple[Fields, list[Problem]]:
    """Return the fields of a file that is nothing but fields: `.yaml`, `.yml`, `.toml` or `.json`."""
    report = Report(source, path, text)
    kind: Kind = "yaml"
    try:
        if suffix == ".json":
            kind, (values, marks) = "json", _json(text)
        elif suffix == ".toml":
            kind, (values, marks) = "toml", _toml(text, 0)
        else:
            values, marks = _yaml(text.split("\n"), 0, report) or _no_mapping()
    except Malformed as error:
        report.error(error.code, str(error), error.mark, error.field)
        return Fields(body=text), report.problems
    return Fields(values, marks, "", text.count("\n") + 1, kind), report.problems


def _fenced(text: str, lines: list[str], opening: str, report: Report) -> Fields:
    """Read the block between two fences, or find that the first one was a rule above a text."""
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in _CLOSERS[opening]), None)
    block = lines[1:end]
    is_empty = end is not None and not any(line.strip() for line in block)
    if not (opening == "+++" or is_empty or _looks_like_fields(block)):
        return Fields(body=text)
    if end is None:
        raise Malformed("E101", f"the fields begin here, but no line {opening} ends them", Mark(1, 1))
    if sum(len(line) + 1 for line in block) > MAX_CHARS:
        raise Malformed("E107", "the fields are larger than 64 KiB", Mark(1, 1))
    found = _toml("\n".join(block), 1) if opening == "+++" else _yaml(block, 1, report)
    if found is None:
        return Fields(body=text)
    body = "\n".join(lines[end + 1 :])
    return Fields(*found, body, end + 2, "toml" if opening == "+++" else "yaml")


def _looks_like_fields(block: list[str]) -> bool:
    """Say whether a block was meant as fields: its first line names one of ours, or its first two any."""
    first = [line for line in block if line.strip() and not line.lstrip().startswith("#")][:2]
    keys = [line.partition(":")[0].strip().strip("\"'") for line in first if ":" in line]
    known = [key for key in keys[:1] if canonical(key) or is_foreign(key)]
    words = [key for key in keys if re.fullmatch(r"[\w-]+", key)]
    return bool(known) or len(words) == 2


def _yaml(block: list[str], above: int, report: Report) -> tuple[dict[str, object], dict[str, Mark]] | None:
    """Read YAML lines that stand below `above` others; what is not YAML but plainly meant is read as text."""
    lines, quoted = yamltext.hashtags_as_text([*[""] * above, *block])
    try:
        found = yamltext.load("\n".join(lines))
    except Malformed as error:
        retried, more = yamltext.unreadable_as_text(lines)
        try:
            if error.code != "E102" or not more:
                raise
            found, quoted = yamltext.load("\n".join(retried)), sorted({*quoted, *more})
        except Malformed as still:
            raise _explained(still, block, above) from still
    for number in quoted:
        _tell_quoted(block[number - above], number + 1, report)
    return found


def _tell_quoted(line: str, number: int, report: Report) -> None:
    key, _, value = line.partition(":")
    at = Mark(number, len(key) + 2 + len(value) - len(value.lstrip()))
    hint = values.brief(yamltext.with_quotes(line))
    report.warn(
        "W201", f"YAML would not read it so; it was taken as plain text. Better write {hint}", at, key.strip()
    )


def _explained(error: Malformed, block: list[str], above: int) -> Malformed:
    """Return a syntax error in words that say what to do, any other as it is."""
    if error.code != "E102":
        return error
    if above and (prose := _prose(block)) is not None:
        return Malformed("E101", "no line --- ends the fields before this text", Mark(prose + above + 1, 1))
    number = error.mark.line - above - 1
    hint = yamltext.suggestion(block[number]) if 0 <= number < len(block) else ""
    return Malformed("E102", f"this is not YAML: {error}." + (f" Try {hint}" if hint else ""), error.mark)


def _prose(block: list[str]) -> int | None:
    """Return the first line after a blank one that can be no field: a text whose fence was forgotten."""
    for number, line in enumerate(block[1:], 1):
        field_like = _KEY_LINE.match(line) or line[:1] in (" ", "\t", "#", "-", "")
        if not block[number - 1].strip() and not field_like:
            return number
    return None


def _no_mapping() -> tuple[dict[str, object], dict[str, Mark]]:
    raise Malformed("E106", "this file must hold fields (title: …); it holds something else", Mark(1, 1))


def _toml(text: str, above: int) -> tuple[dict[str, object], dict[str, Mark]]:
    """Read TOML that stands below `above` other lines."""
    text = "\n" * above + text
    if dotted := _DOTTED.search(text):
        raise Malformed("E102", "a key has too many parts", position(text, dotted.start()))
    try:
        values: dict[str, object] = tomllib.loads(text)
    except RecursionError as error:
        raise Malformed("E102", "lists are nested too deeply", Mark(above + 1, 1)) from error
    except ValueError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        mark = Mark(int(found[1]), int(found[2])) if found else position(text, len(text))
        reason = re.sub(r" \(at .*\)$", "", str(error))
        if "overwrite" in reason or "twice" in reason:
            name = text.split("\n")[mark.line - 1].partition("=")[0].strip()
            raise Malformed("E105", "it stands twice; keep one", Mark(mark.line, 1), name) from error
        raise Malformed("E102", f"this is not TOML: {reason}", mark) from error
    _refuse_depth(values)
    key = re.compile(r"^[ \t]*[\"']?([^\"'=\n]+?)[\"']?[ \t]*=[ \t]*", re.MULTILINE)
    return values, _marks(text, key, values)


def _json(text: str) -> tuple[dict[str, object], dict[str, Mark]]:
    twice: list[str] = []

    def note(pairs: list[tuple[str, object]]) -> dict[str, object]:
        """Objects come innermost first, so that the last note is about the item itself."""
        twice[:] = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
        return dict(pairs)

    try:
        values = json.loads(text, object_pairs_hook=note)
    except json.JSONDecodeError as error:
        raise Malformed("E102", f"this is not JSON: {error.msg}", Mark(error.lineno, error.colno)) from error
    except (RecursionError, ValueError) as error:
        raise Malformed(
            "E102", "this JSON is nested too deeply or holds too long a number", Mark(1, 1)
        ) from error
    if not isinstance(values, dict):
        raise Malformed("E106", "this file must hold one object; write one item per file", Mark(1, 1))
    _refuse_depth(values)
    marks = _marks(text, re.compile(r'"((?:[^"\\\n]|\\.)*)"\s*:\s*'), values)
    if twice:
        raise Malformed("E105", "it stands twice; keep one", marks.get(twice[0], Mark(1, 1)), twice[0])
    return values, marks


def _refuse_depth(values: object) -> None:
    """Refuse what nests deeper than anything that a field can mean, as the YAML reader does."""
    level = [values]
    for _ in range(yamltext.MAX_DEPTH):
        inner = [
            one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)
        ]
        level = [value for some in inner for value in some]
    if level:
        raise Malformed("E102", "lists are nested too deeply", Mark(1, 1))


def _marks(text: str, key: re.Pattern[str], values: dict[str, object]) -> dict[str, Mark]:
    """Return where the value of each field begins: after the first thing that looks like its key."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    marks: dict[str, Mark] = {}
    for match in key.finditer(text):
        if match[1] in values and match[1] not in marks:
            line = bisect_right(starts, match.end())
            marks[match[1]] = Mark(line, match.end() - starts[line - 1] + 1)
    return marks


def _headers(text: str, lines: list[str]) -> Fields:
    """Read `Key: value` lines up to the first blank one, if the first names a field of ours."""
    first = _KEY_LINE.match(lines[0])
    if not first or canonical(first["key"]) is None:
        return Fields(body=text)
    end = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
    values: dict[str, object] = {}
    marks: dict[str, Mark] = {}
    key = ""
    for number, line in enumerate(lines[:end], 1):
        match = _KEY_LINE.match(line)
        if line[:1] in " \t":
            values[key] = f"{values[key]}\n{line.strip()}".strip()
        elif not match:
            return Fields(body=text)
        else:
            key = match["key"]
            if key in values:
                raise Malformed(
                    "E105", f"it stands here and in line {marks[key].line}; keep one", Mark(number, 1), key
                )
            values[key] = match["value"].strip()
            marks[key] = Mark(number, match.start("value") + 1)
    return Fields(values, marks, "\n".join(lines[end + 1 :]), end + 2, "headers")
