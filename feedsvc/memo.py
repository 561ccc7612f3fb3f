"""Keep what is dear to make and small to keep, up to so many bytes; the least used leaves first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value")


class PerThread(threading.local, Generic[Value]):
    """A value that no two threads may use: each has one of its own, made when it first asks."""

    def __init__(self, make: Callable[[], Value]) -> None:
        self.value = make()


class Memo(Generic[Value]):
    """Values by key, each with its size in bytes; any thread may use it."""

    def __init__(self, max_bytes: int, most_bytes: int = 0) -> None:
        """Keep up to `max_bytes`, which `widen` may raise to `most_bytes`."""
        self._base = self._max_bytes = max_bytes
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """Return what is kept under a key, or None."""
        return self.look((key,))[0]

    def look(self, keys: Sequence[Hashable]) -> list[Value | None]:
        """Return what is kept under each key, or None."""
        with self._lock:
            found = [*map(self._kept.get, keys)]
            # With much room left nothing leaves soon, so who was asked for last need not be known.
            if self._size > self._max_bytes // 2:
                for key, each in zip(keys, found, strict=True):
                    if each:
                        self._kept.move_to_end(key)
        return [each[0] if each else None for each in found]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value of so many bytes, in place of what the key held."""
        with self._lock:
            self._size += size - self._kept.pop(key, (value, 0))[1]
            self._kept[key] = (value, size)
            while self._size > self._max_bytes:
                self._size -= self._kept.popitem(last=False)[1][1]

    def widen(self, size: int) -> None:
        """Make room for so many bytes beside the usual, because they are looked for together.

        A sequence that is longer than the room would push out its own beginning, and nothing of it would
        ever be found.
        """
        wanted = min(self._base + size, self._most_bytes)
        if wanted > self._max_bytes:
            with self._lock:
                self._max_bytes = max(self._max_bytes, wanted)
