"""Remember a file by more than its name: what it held, how that read, and which files it showed.

The text form is what `FileState.hash` keeps. It answers three questions at the next look: is there
anything to do, is this the file that used to be elsewhere, and has a picture beside it changed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import blake2b
from zlib import crc32

SKETCH = 16
MAX_TOKENS = 20_000


@dataclass(frozen=True, slots=True)
class MediaState:
    """A file that an item refers to, as it was when the item was read; size -1: it was not there."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is remembered of a file's content."""

    content: str
    """Hash of the bytes."""
    rules: str
    """Hash of the rules that it was read under: others may make another article of the same bytes."""
    sketch: tuple[int, ...] = ()
    """The smallest hashes of its word sequences: two versions of one text share many of them."""
    flawed: bool = False
    """Whether there was anything to tell its author."""
    media: tuple[MediaState, ...] = ()
    until: int = 0
    """When, in seconds of 1970, to read it again: what was told of its future is no longer true then."""

    def dump(self) -> str:
        """Return the text form; `load` reads it back."""
        media = [[state.path, state.size, state.mtime_ns] for state in self.media]
        sketch = "".join(f"{value:08x}" for value in self.sketch)
        parts = [self.content, self.rules, sketch, int(self.flawed), self.until, media]
        return json.dumps(parts, separators=(",", ":"))

    def resembles(self, other: Fingerprint) -> float:
        """Return which share of their texts two files have in common, from 0 to 1, roughly."""
        ours, theirs = set(self.sketch), set(other.sketch)
        smallest = sorted(ours | theirs)[:SKETCH]
        return (
            sum(value in ours and value in theirs for value in smallest) / len(smallest) if smallest else 0.0
        )


def load(text: str) -> Fingerprint | None:
    """Return a fingerprint from its text form; None for any other text."""
    try:
        content, rules, sketch, flawed, until, media = json.loads(text)
        return Fingerprint(
            content=str(content),
            rules=str(rules),
            sketch=tuple(int(sketch[start : start + 8], 16) for start in range(0, len(sketch), 8)),
            flawed=bool(flawed),
            media=tuple(MediaState(path, size, mtime_ns) for path, size, mtime_ns in media),
            until=int(until),
        )
    except (ValueError, TypeError):
        return None


def digest(data: bytes) -> str:
    """Return a short hash that stands for these bytes."""
    return blake2b(data, digest_size=16).hexdigest()


def sketch(data: bytes) -> tuple[int, ...]:
    """Return the sketch of a text: of every four word parts in a row, so that it works for every script."""
    parts = re.findall(r"\w{1,3}", data[: MAX_TOKENS * 4].decode("utf-8", "replace").lower())[:MAX_TOKENS]
    rows = {" ".join(parts[start : start + 4]) for start in range(max(1, len(parts) - 3))} if parts else set()
    return tuple(sorted({crc32(row.encode()) for row in rows})[:SKETCH])
