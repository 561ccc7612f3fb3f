"""Tell an author what is wrong with a file: collect its problems, and put them into words."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from feedsvc.model import Problem

MAX_EXCERPT = 400
"""Characters of a line that are kept for the caret."""
MAX_MESSAGE = 600
MAX_PROBLEMS = 50
"""Of one file: nobody reads on, and a file can be made to have very many."""
_STEERING = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Not control characters by their category, but they break lines and turn the direction of a terminal."""


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
        problem = self.problem(code, message, at, field)
        if not self.broken or len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)

    def warn(self, code: str, message: str, at: Mark | None = None, field: str = "") -> None:
        """Note something that its author should know; the file is published all the same."""
        problem = replace(self.problem(code, message, at, field), severity="warning")
        if problem not in self.problems and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)

    def place(self, words: str) -> Mark | None:
        """Return where these words first stand in the text."""
        offset = self._text.find(words) if words else -1
        return position(self._text, offset) if offset >= 0 else None

    def problem(self, code: str, message: str, at: Mark | None, field: str) -> Problem:
        """Return a problem with the line that it is about, without noting it.

        Its texts can be stored and shown: a file may hold characters that no database takes.
        """
        at = at or Mark(0, 0)
        line = self._lines[at.line - 1] if 0 < at.line <= len(self._lines) else ""
        texts = (message[:MAX_MESSAGE], field[:MAX_EXCERPT], line[:MAX_EXCERPT])
        message, field, excerpt = (_printable(text) for text in texts)
        return Problem(self._source, self._path, code, message, at.line, at.column, field, excerpt)


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
    return "".join("\ufffd" if _steers(c) else c for c in text)


def _steers(char: str) -> bool:
    return char in _STEERING or (unicodedata.category(char) in ("Cc", "Cs") and char != "\t")


def _blank(text: str) -> str:
    """Return spaces as wide as the text on a terminal: CJK letters take two columns, marks none."""
    widths = (0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)
    return "".join("\t" if c == "\t" else " " * width for c, width in zip(text, widths, strict=True))
