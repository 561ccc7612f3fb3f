"""Keep what is dear to make and small to keep, up to so many bytes; the least used leaves first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class PerThread(threading.local, Generic[Value]):
    """A value that no two threads may use: each has one of its own, made when it first asks."""

    def __init__(self, make: Callable[[], Value]) -> None:
        self.value = make()


class Memo(Generic[Value]):
    """Values by key, each with its size in bytes; any thread may use it."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """Return what is kept under a key, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def look(self, keys: Iterable[Hashable]) -> list[Value | None]:
        """Return what is kept under each key, or None."""
        found: list[Value | None] = []
        with self._lock:
            find, renew = self._kept.get, self._kept.move_to_end
            for key in keys:
                if (value := find(key)) is None:
                    found.append(None)
                else:
                    renew(key)
                    found.append(value[0])
        return found

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value of so many bytes, in place of what the key held."""
        with self._lock:
            self._size += size - self._kept.pop(key, (value, 0))[1]
            self._kept[key] = (value, size)
            while self._size > self._max_bytes:
                self._size -= self._kept.popitem(last=False)[1][1]
