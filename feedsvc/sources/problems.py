"""Tell an author what is wrong with a file: collect its problems, and put them into words."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from feedsvc.model import Problem

MAX_EXCERPT = 400
"""Characters of a line that are kept for the caret."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text; lines and columns start at 1."""

    line: int
    column: int


class Report:
    """Collect what is wrong with one file; each problem gets the line that it is about."""

    def __init__(self, source: str, path: str, text: str = "") -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._path = path
        self._text = text
        self._lines = text.split("\n")

    @property
    def broken(self) -> bool:
        """Say whether the file cannot be published as it is."""
        return any(problem.severity == "error" for problem in self.problems)

    def error(self, code: str, message: str, at: Mark | None = None, field: str = "") -> None:
        """Note that the file cannot be published until this is mended."""
        self.problems.append(self.problem(code, message, at, field))

    def warn(self, code: str, message: str, at: Mark | None = None, field: str = "") -> None:
        """Note something that its author should know; the file is published all the same."""
        problem = replace(self.problem(code, message, at, field), severity="warning")
        if problem not in self.problems:
            self.problems.append(problem)

    def place(self, words: str) -> Mark | None:
        """Return where these words first stand in the text."""
        offset = self._text.find(words) if words else -1
        return position(self._text, offset) if offset >= 0 else None

    def problem(self, code: str, message: str, at: Mark | None, field: str) -> Problem:
        """Return a problem with the line that it is about, without noting it."""
        at = at or Mark(0, 0)
        line = self._lines[at.line - 1] if 0 < at.line <= len(self._lines) else ""
        return Problem(self._source, self._path, code, message, at.line, at.column, field, line[:MAX_EXCERPT])


def position(text: str, offset: int) -> Mark:
    """Return the line and column of an offset into a text."""
    start = text.rfind("\n", 0, offset) + 1
    return Mark(text.count("\n", 0, offset) + 1, offset - start + 1)


def describe(problem: Problem) -> str:
    """Return a problem as a person reads it: file, place, code and sentence; then the line and a caret.

    Control characters in the line are replaced, so that no file can steer a terminal.
    """
    place = "/".join(part for part in (problem.source, problem.path) if part)
    if problem.line:
        place += f":{problem.line}:{problem.column}"
    field = f"{problem.field}: " if problem.field else ""
    told = _printable(f"{place}: {problem.code} {field}{problem.message}")
    if not problem.excerpt:
        return told
    told += "\n" + _printable(problem.excerpt)
    before = problem.excerpt[: problem.column - 1]
    return told if len(before) < problem.column - 1 else f"{told}\n{_blank(before)}^"


def _printable(text: str) -> str:
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") and c != "\t" else c for c in text)


def _blank(text: str) -> str:
    """Return spaces as wide as the text on a terminal: CJK letters take two columns, marks none."""
    widths = (0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)
    return "".join("\t" if c == "\t" else " " * width for c, width in zip(text, widths, strict=True))
