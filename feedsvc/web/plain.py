"""Unpack plain bytes when somebody asks for them, and keep those that were asked for last."""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from weakref import WeakValueDictionary

from isal import isal_zlib

LARGE = 16 * 1024
"""Bytes from which on a body is kept by gzip alone: hardly anybody asks for it as it is."""

MAX_BYTES = 2 * 1024 * 1024
GZIP = 31
"""What zlib calls the format of gzip, with the largest window."""


class Unpacked:
    """The plain bodies that were asked for last, so that who asks again and again does not cost much.

    Bodies that somebody still sends are shared with who asks for them next, also past the limit: many
    slow clients hold no more than one body of each document. A body is known by its packed bytes.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._size = 0
        self._recent: OrderedDict[bytes, array[int]] = OrderedDict()
        self._alive: WeakValueDictionary[bytes, array[int]] = WeakValueDictionary()
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """The bytes that it holds; more than the limit where a single body is."""
        return self._size

    def view(self, packed: bytes) -> memoryview:
        """Return the plain bytes of these gzip bytes."""
        with self._lock:
            body = self._alive.get(packed)
            if body is None:
                body = self._alive[packed] = array("B", isal_zlib.decompress(packed, wbits=GZIP))
            if packed not in self._recent:
                self._recent[packed] = body
                self._size += len(body)
            self._recent.move_to_end(packed)
            while self._size > self._max_bytes and len(self._recent) > 1:
                self._size -= len(self._recent.popitem(last=False)[1])
        return memoryview(body)


UNPACKED = Unpacked()
"""Those of this process."""


def plain_size(packed: bytes) -> int:
    """Return how many plain bytes are in gzip bytes of one member and below 4 GiB (RFC 1952 §2.3.1)."""
    return int.from_bytes(packed[-4:], "little")
