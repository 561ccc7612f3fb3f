"""A folder of items to look at, with a clock that a test turns by hand."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from feedsvc.model import Article, FileState, Problem
from feedsvc.sources import Folder, FolderRules, Look

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass
class Desk:
    """A folder, what is remembered of it, and what has been published from it."""

    root: Path
    rules: FolderRules = field(init=False)
    folder: Folder = field(init=False)
    known: dict[str, FileState] = field(default_factory=dict)
    live: dict[str, Article] = field(default_factory=dict)
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    place: str = ""
    held: int = 0
    clock: float = 100.0
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.root.mkdir(exist_ok=True)
        self.rules = FolderRules("items", self.root, "https://news.example", "UTC", "en", subfolder_tags=True)
        self.folder = Folder(self.rules)

    def write(self, path: str, text: str | bytes) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
        return place

    def restart(self, **rules: object) -> None:
        """Forget everything that is not stored, as a new process does."""
        self.rules = replace(self.rules, **rules)  # type: ignore[arg-type]
        self.folder = Folder(self.rules)
        self.clock = 5.0

    def look(self, seconds: float = 0.0, *, confirm: bool = False) -> Look:
        """Look after some seconds, and do what ingest does with what was found."""
        self.clock += seconds
        look = self.folder.look(
            self.known, self.clock, self.now, root=self.place, held=self.held, confirm_removals=confirm
        )
        self.place, self.held = look.root or self.place, look.held
        assert {state.path for state in look.files} | set(look.forgotten) <= look.problems.keys()
        self.known |= {state.path: state for state in look.files}
        for path in look.forgotten:
            del self.known[path]
        self.live |= {arrival.guid: arrival.article for arrival in look.arrivals}
        for guid in look.gone:
            self.live.pop(guid, None)
        self.problems |= look.problems
        self.problems = {path: told for path, told in self.problems.items() if told}
        return look

    def settle(self, *, confirm: bool = False) -> list[Look]:
        """Look until there is nothing left to wait for."""
        looks = [self.look(0.6, confirm=confirm)]
        while looks[-1].unsettled:
            looks.append(self.look(0.6, confirm=confirm))
            assert len(looks) < 12
        return looks

    def titles(self) -> dict[str, str]:
        return {guid: article.title for guid, article in self.live.items()}

    def codes(self) -> dict[str, list[str]]:
        return {path: [problem.code for problem in told] for path, told in self.problems.items()}


def item(
    title: str, text: str = "The road is shut after the storm, and nobody knows for how long.", **more: str
) -> str:
    head = "".join(f"{key}: {value}\n" for key, value in {"title": title, **more}.items())
    return f"---\n{head}---\n\n{text}\n"


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
