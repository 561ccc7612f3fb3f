"""Protect a small host from a client that fetches whole feeds without end; all others never notice it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from feedsvc.web import headers
from feedsvc.web.caching import Answer, Environ
from feedsvc.web.clients import Proxies

WINDOW = timedelta(minutes=1)
MANY = 10_000
"""Clients that are counted at a time; beyond them nobody new is, so that memory has an end."""

FLOOD = b"You fetch the same feeds over and over: send If-None-Match with the ETag that you got.\n"

log = logging.getLogger(__name__)


class Governor:
    """Counts the whole feeds that each client fetches in a minute, in this process.

    A request with If-None-Match or If-Modified-Since is free, whatever it is answered. Counts are not
    exact where threads meet: a client may get a few more.
    """

    def __init__(self, limit: int, proxies: Proxies) -> None:
        self._limit = limit
        self._proxies = proxies
        self._counts: dict[str, int] = {}
        self._begun = datetime(1970, 1, 1, tzinfo=UTC)

    def refuses(self, peer: str, environ: Environ, now: datetime) -> bool:
        """Count a whole feed that is about to be sent to whoever asks; say whether it must not be sent."""
        if not self._limit or is_conditional(environ):
            return False
        client = self._proxies.household(peer, environ)
        if not client:
            return False
        counts = self._current(now)
        count = counts.get(client, 0)
        if count == self._limit:
            log.warning("governor client=%s limit=%d: told to wait", client, self._limit)
        if count or len(counts) < MANY:
            counts[client] = count + 1
        return count >= self._limit

    def refusal(self, now: datetime) -> Answer:
        """Return the answer to a request that was refused."""
        left = self._begun + WINDOW - now
        wait = min(max(1, -(-left // timedelta(seconds=1))), WINDOW // timedelta(seconds=1))
        return (
            "429 Too Many Requests",
            [
                ("Retry-After", str(wait)),
                ("Cache-Control", "no-store"),
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(FLOOD))),
                *headers.OPEN,
            ],
            FLOOD,
        )

    def _current(self, now: datetime) -> dict[str, int]:
        """Return the counts of this minute; a clock that was set back begins another one."""
        if not self._begun <= now < self._begun + WINDOW:
            self._counts, self._begun = {}, now
        return self._counts


def is_conditional(environ: Environ) -> bool:
    """Say whether a request asks for changes alone."""
    return "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ
