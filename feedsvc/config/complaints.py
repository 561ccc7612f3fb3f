"""Say what is wrong with a configuration: where, what was expected, and what to write instead."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, get_args

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from feedsvc.config.options import KEYED, SECTIONS
from feedsvc.config.places import field_at, section_at
from feedsvc.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Complaint:
    """One problem: in a file (with line and column from 1) or in an environment variable (line 0)."""

    where: str
    option: str
    message: str
    line: int = 0
    column: int = 0
    width: int = 1
    """How many characters the caret underlines."""
    excerpt: str = ""
    """The line itself."""

    def __str__(self) -> str:
        place = f"{self.where}:{self.line}:{self.column}" if self.line else self.where
        return f"{place}: {self.option}: {self.message}" if self.option else f"{place}: {self.message}"

    def picture(self) -> str:
        """Return the complaint as a person reads it: the sentence, the line, and what is meant in it."""
        if not self.line or not self.excerpt.strip():
            return str(self)
        number = f"{self.line:>5} | "
        before = "".join("\t" if letter == "\t" else " " for letter in self.excerpt[: self.column - 1])
        mark = " " * (len(number) - 2) + "| " + before + "^" * self.width
        return f"{self}\n{number}{self.excerpt}\n{mark}"


class Misconfigured(ConfigError):
    """A ConfigError that also holds its complaints one by one; as text it shows each with its line."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__([str(complaint) for complaint in self.complaints])

    def __str__(self) -> str:
        return "\n".join(complaint.picture() for complaint in self.complaints)


def nearest(name: str, known: Iterable[str], mark: str = "“{}”") -> str:
    """Return “; did you mean …?” where a known name is near, else the list of known names."""
    names = sorted(known)
    close = difflib.get_close_matches(name.lower(), [each.lower() for each in names], n=1, cutoff=0.6)
    for each in names:
        if close and each.lower() == close[0]:
            return f"; did you mean {mark.format(each)}?"
    return f"; known are {', '.join(names)}" if names else ""


def sentence(error: ErrorDetails) -> str:
    """Say in our words what pydantic found."""
    path = error["loc"]
    field = field_at(path)
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown(path)
    if kind == "missing":
        return f"is missing; write {path[-1]} = {toml_text(example(field))}"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind in ("model_type", "dict_type", "mapping_type", "model_attributes_type"):
        return _not_a_table(path, error["input"])
    return (
        _expected(kind, field, error) + ", got " + _written(error["input"]) + _instead(field, error["input"])
    )


def example(field: FieldInfo | None) -> object:
    """Return what could be written where an option has no default."""
    examples: list[object] = (field.examples if field else None) or ["https://…"]
    return examples[0]


def masked(text: str) -> str:
    """Return a text without the passwords that a URL in it carries."""
    text = re.sub(r"(://[^/\s:@]*):[^\s@]*@", r"\1:***@", text)
    return re.sub(r"([?&]password=)[^&\s\"]*", r"\1***", text)


def toml_text(value: object) -> str:
    """Return a value as TOML writes it, durations in their largest whole unit."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return f'"{_span(int(value.total_seconds()))}"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_text(each) for each in value) + "]"
    if isinstance(value, (int, float)):
        return str(value)
    # JSON's strings are TOML's, but for one character that TOML wants escaped.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _span(seconds: int) -> str:
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _unknown(path: tuple[int | str, ...]) -> str:
    if len(path) == 1:
        return "there is no such section" + nearest(str(path[0]), SECTIONS, "[{}]")
    section = section_at(path)
    return "there is no such option" + nearest(str(path[-1]), section.model_fields if section else ())


def _not_a_table(path: tuple[int | str, ...], written: object) -> str:
    name = ".".join(str(part) for part in path)
    if path[0] in KEYED and len(path) == 1:
        kind = "list of tables" if isinstance(written, list) else "single value"
        return f"must be one table for each name, not a {kind}; write [{name}.world]"
    return f"must be a table; write [{name}] and its options below"


def _expected(kind: str, field: FieldInfo | None, error: ErrorDetails) -> str:
    if kind.startswith(("greater_than", "less_than")):
        low, high = _bound(field, "ge"), _bound(field, "le")
        return f"must be between {low:,} and {high:,}".replace(",", "") if field else error["msg"]
    if kind == "literal_error":
        words = ", ".join(f"“{word}”" for word in get_args(field.annotation)) if field else ""
        return f"must be one of {words}"
    if kind == "string_too_short":
        return "must not be empty"
    for beginning, words in _KINDS.items():
        if kind.startswith(beginning):
            return words
    return error["msg"]


_KINDS = {
    "int": "must be a whole number",
    "float": "must be a number",
    "finite": "must be a number",
    "bool": "must be true or false",
    "string": "must be text in quotes",
    "path": "must be text in quotes",
    "tuple": 'must be a list, such as ["one", "two"]',
}


def _bound(field: FieldInfo | None, name: str) -> Any:  # Any: the limits of a number are int or float
    for limit in field.metadata if field else ():
        if hasattr(limit, name):
            return getattr(limit, name)
    return "any"


def _written(value: object) -> str:
    text = masked(toml_text(value))
    return text if len(text) <= 60 else text[:59] + "…"


def _instead(field: FieldInfo | None, written: object) -> str:
    if field is None or field.is_required() or field.default in ("", ()):
        return ""
    words = [str(word) for word in get_args(field.annotation) if isinstance(word, str)]
    close = difflib.get_close_matches(str(written).lower(), words, n=1)
    return f"; try {toml_text(close[0] if close else field.default)}"
