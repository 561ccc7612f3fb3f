"""Let each client do a dear thing so many times, and then as often as its share fills up again. Pure."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

MANY = 10_000
"""Clients that are remembered; beyond them whoever was here longest ago is forgotten."""


class Buckets:
    """A bucket of tokens for each client: full at first, emptied one by one, filled evenly."""

    def __init__(self, most: int, span: timedelta) -> None:
        self._most = most
        self._each = span / most
        self._full_at: OrderedDict[str, datetime] = OrderedDict()

    def wait(self, client: str, now: datetime) -> timedelta:
        """Take a token and return no time at all; or return how long there will be none."""
        full_at = self._full_at.get(client, now)
        # A clock that was set back must shut nobody out for longer than a bucket takes to fill.
        full_at = min(max(full_at, now), now + self._each * self._most)
        wait = full_at + self._each - (now + self._each * self._most)
        if wait > timedelta(0):
            self._full_at[client] = full_at
            return wait
        self._full_at[client] = full_at + self._each
        self._full_at.move_to_end(client)
        if len(self._full_at) > MANY:
            self._full_at.popitem(last=False)
        return timedelta(0)
