"""Find the line and column of every key and value in a TOML text.

`tomllib` gives values without positions, so this walks the text once more. It may trust that the
text is valid TOML: `tomllib` has read it before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?'{3,5}|"(?:\\.|[^"\\])*"|'[^']*\'''', re.DOTALL)
_BARE = re.compile(r"[^,\]}\n#]*")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a key and its value begin, and where the value ends, as offsets into the text."""

    key: int
    value: int
    end: int


def positions(text: str) -> Mapping[Path, Position]:
    """Return the position of every table, key and array element of a valid TOML text, by its path."""
    scan = _Scan(text.replace("\r\n", " \n"))
    scan.document()
    return scan.found


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column, both from 1, of an offset into a text."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class _Scan:
    """One walk through one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, Position] = {}
        self.counts: dict[Path, int] = {}

    def document(self) -> None:
        """Walk the whole text, statement by statement."""
        table: Path = ()
        self._blank()
        while self.at < len(self.text):
            table = self._header() if self._sees("[") else self._pair(table)
            self._blank()

    def _header(self) -> Path:
        start, array = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        path = self._key()
        self.at += 2 if array else 1
        if array:
            number = self.counts[path] = self.counts.get(path, -1) + 1
            self.found.setdefault(path, Position(start, start, self.at))
            path = (*path, number)
        for depth in range(1, len(path) + 1):
            self.found.setdefault(path[:depth], Position(start, start, self.at))
        return path

    def _pair(self, table: Path) -> Path:
        start = self.at
        path = (*table, *self._key())
        self.at += 1
        self._blank()
        value = self.at
        self._value(path)
        for depth in range(len(table) + 1, len(path) + 1):
            self.found.setdefault(path[:depth], Position(start, value, self.at))
        return table

    def _key(self) -> Path:
        parts: list[str] = []
        while match := _KEY_PART.match(self.text, self.at):
            parts.append(match[1].strip("\"'"))
            self.at = match.end()
            if not self._sees("."):
                break
            self.at += 1
        return tuple(parts)

    def _value(self, path: Path) -> None:
        if self._sees("["):
            self._sequence("]", path)
        elif self._sees("{"):
            self._sequence("}", path)
        elif match := _STRING.match(self.text, self.at):
            self.at = match.end()
        else:
            self.at += len(_BARE.match(self.text, self.at)[0].rstrip())  # type: ignore[index]  # matches always

    def _sequence(self, close: str, path: Path) -> None:
        self.at += 1
        self._blank()
        number = 0
        while not self._sees(close):
            if close == "}":
                self._pair(path)
            else:
                start = self.at
                self._value((*path, number))
                self.found[(*path, number)] = Position(start, start, self.at)
                number += 1
            self._blank()
            if self._sees(","):
                self.at += 1
                self._blank()
        self.at += 1

    def _sees(self, mark: str) -> bool:
        return self.text.startswith(mark, self.at)

    def _blank(self) -> None:
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]  # matches always
