"""Remember a file by more than its name: what it held, how that read, and which files it showed.

The text form is what `FileState.hash` keeps. It answers three questions at the next look: is there
anything to do, is this the file that used to be elsewhere, and has a picture beside it changed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import blake2b
from sys import intern
from zlib import crc32

SKETCH = 16
MAX_TOKENS = 20_000
FLAWED, REFUSED = 1, 2
_PARTS = re.compile(r"\w{1,3}")


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
    sketch: bytes = b""
    """The smallest hashes of its word sequences, four bytes each: two versions of one text share many."""
    flawed: bool = False
    """Whether there was anything to tell its author."""
    media: tuple[MediaState, ...] = ()
    until: int = 0
    """When, in seconds of 1970, to read it again: what was told of its future is no longer true then."""
    wish: str = ""
    """The id that is written in it, where another file has it."""

    def dump(self) -> str:
        """Return the text form; `load` reads it back."""
        media = [[state.path, state.size, state.mtime_ns] for state in self.media]
        flags = self.flawed * FLAWED | bool(self.wish) * REFUSED
        parts = [self.content, self.rules, self.sketch.hex(), flags, self.until, media]
        parts += [self.wish] if self.wish else []
        return json.dumps(parts, separators=(",", ":"))

    def resembles(self, other: Fingerprint) -> float:
        """Return which share of their texts two files have in common, from 0 to 1, roughly."""
        ours, theirs = _values(self.sketch), _values(other.sketch)
        smallest = sorted(ours | theirs)[:SKETCH]
        return (
            sum(value in ours and value in theirs for value in smallest) / len(smallest) if smallest else 0.0
        )


def load(text: str) -> Fingerprint | None:
    """Return a fingerprint from its text form; None for any other text."""
    try:
        content, rules, sketch, flags, until, media, *wishes = json.loads(text)
        if len(wishes) != bool(flags & REFUSED):
            return None
        return Fingerprint(
            content=str(content),
            rules=intern(str(rules)),  # The same for all files, and as many as those.
            sketch=bytes.fromhex(sketch),
            flawed=bool(flags & FLAWED),
            media=tuple(MediaState(path, size, mtime_ns) for path, size, mtime_ns in media),
            until=int(until),
            wish=str(*wishes),
        )
    except (ValueError, TypeError):
        return None


def digest(data: bytes) -> str:
    """Return a short hash that stands for these bytes."""
    return blake2b(data, digest_size=16).hexdigest()


def sketch(data: bytes) -> bytes:
    """Return the sketch of a text: of every four word parts in a row, so that it works for every script."""
    text = data[: MAX_TOKENS * 4].decode("utf-8", "replace").lower()
    parts = " ".join(_PARTS.findall(text)[:MAX_TOKENS]).encode().split()
    rows = {b" ".join(parts[start : start + 4]) for start in range(max(1, len(parts) - 3))} if parts else ()
    return b"".join(value.to_bytes(4) for value in sorted(set(map(crc32, rows)))[:SKETCH])


def _values(sketch: bytes) -> set[bytes]:
    return {sketch[start : start + 4] for start in range(0, len(sketch), 4)}
