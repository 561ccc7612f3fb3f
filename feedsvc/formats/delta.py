"""Leave out of an RSS or Atom document the entries that a reader has (the `feed` of RFC 3229). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

DIGEST_BYTES = 8

# What stands in CDATA may look like anything, also like the end of an item.
_MARK = re.compile(
    rb"<!\[CDATA\[.*?\]\]>|(?P<begin><(?:item|entry)(?=[\s>]))|(?P<end></(?:item|entry)>\s*)", re.DOTALL
)


def digests(body: bytes) -> bytes:
    """Return what tells the entries of a document apart from others: eight bytes for each, in order."""
    return b"".join(_digest(body[begin:end]) for begin, end in _entries(body))


def without(body: bytes, known: bytes) -> bytes:
    """Return a document without the entries whose digests are among these; all around them stays."""
    had = {known[start : start + DIGEST_BYTES] for start in range(0, len(known), DIGEST_BYTES)}
    kept, done = [], 0
    for begin, end in _entries(body):
        if _digest(body[begin:end]) in had:
            kept.append(body[done:begin])
            done = end
    return b"".join([*kept, body[done:]])


def _entries(body: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each entry begins, and where it ends with the space behind it."""
    begin = -1
    for mark in _MARK.finditer(body):
        if mark["begin"]:
            begin = mark.start()
        elif mark["end"] and begin >= 0:
            yield begin, mark.end()
            begin = -1


def _digest(entry: bytes) -> bytes:
    return sha256(entry.rstrip()).digest()[:DIGEST_BYTES]
