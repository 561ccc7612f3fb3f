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
    """Values by shelf and name, each with its size in bytes; any thread may use it."""

    def __init__(self, max_bytes: int, most_bytes: int = 0) -> None:
        """Keep up to `max_bytes`, which `widen` may raise to `most_bytes`."""
        self._base = self._max_bytes = max_bytes
        self._most_bytes = most_bytes
        self._shelves: dict[Hashable, dict[Hashable, Value]] = {}
        self._sizes: OrderedDict[tuple[Hashable, Hashable], int] = OrderedDict()
        """The least used first."""
        self._size = 0
        self._lock = threading.Lock()

    def look(self, shelf: Hashable, names: Sequence[Hashable]) -> list[Value | None]:
        """Return what is kept on a shelf under each name, or None."""
        with self._lock:
            found = [*map(self._shelves.get(shelf, {}).get, names)]
            # With much room left nothing leaves soon, so who was asked for last need not be known.
            if self._size > self._max_bytes // 2:
                for name, each in zip(names, found, strict=True):
                    if each is not None:
                        self._sizes.move_to_end((shelf, name))
        return found

    def put(self, shelf: Hashable, name: Hashable, value: Value, size: int) -> None:
        """Keep a value of so many bytes, in place of what was there."""
        key = (shelf, name)
        with self._lock:
            self._size += size - self._sizes.pop(key, 0)
            self._sizes[key] = size
            self._shelves.setdefault(shelf, {})[name] = value
            while self._size > self._max_bytes:
                self._forget_one()

    def widen(self, size: int) -> None:
        """Make room for so many bytes beside the usual, because they are looked for together.

        A sequence that is longer than the room would push out its own beginning, and nothing of it would
        ever be found.
        """
        wanted = min(self._base + size, self._most_bytes)
        if wanted > self._max_bytes:
            with self._lock:
                self._max_bytes = max(self._max_bytes, wanted)

    def _forget_one(self) -> None:
        (shelf, name), size = self._sizes.popitem(last=False)
        self._size -= size
        del self._shelves[shelf][name]
        if not self._shelves[shelf]:
            del self._shelves[shelf]
