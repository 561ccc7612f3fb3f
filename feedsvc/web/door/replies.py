"""Keep the bytes that answer polls, and know until when each of them is true."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

from feedsvc.web.audience import Audience
from feedsvc.web.cache import Documents, key
from feedsvc.web.caching import Representation, Variant, decide
from feedsvc.web.door.head import Poll, read_poll
from feedsvc.web.governor import Governor

MAX_HEADS = 2048
SECOND = timedelta(seconds=1)
NEVER = datetime.min.replace(tzinfo=UTC)

Clock = Callable[[], datetime]
Parts = tuple[bytes | memoryview, ...]


class Reply:
    """What one poll was answered last, ready to be sent again while nothing about it has changed."""

    __slots__ = (
        "_body", "_whole", "body_size", "closes", "found", "key", "poll", "since", "size", "status", "until",
    )  # fmt: skip

    def __init__(self, poll: Poll) -> None:
        self.poll = poll
        self.key = key(poll.path, poll.query)
        self.closes = poll.closes
        self.found: Representation | None = None
        self.since = self.until = NEVER
        self.status = ""
        self.size = self.body_size = 0
        self._whole: tuple[bytes, ...] = ()
        self._body: Variant | None = None

    @property
    def parts(self) -> Parts:
        """Its head and, if there is one, its body; one that has to be unpacked is not kept here."""
        return self._whole if self._body is None else (*self._whole, self._body.view)

    def renew(self, found: Representation, now: datetime) -> None:
        """Become the answer of this moment: true until the second of its Date or of its max-age ends."""
        status, headers, sent = decide(found, self.poll.environ, now)
        last = b"connection: close\r\n" if self.closes else b""
        second = now.replace(microsecond=0)
        head = b"%s%sdate: %s\r\n\r\n" % (_lines(status, tuple(headers)), last, _date(second))
        self._body = sent if sent is not None and sent.is_packed else None
        self._whole = (head,) if sent is None or sent.is_packed else (head, sent.held)
        self.body_size = 0 if sent is None else sent.size
        self.size = len(head) + self.body_size
        self.status, self.found = status, found
        self.since, self.until = second, second + SECOND
        if found.valid_until is not None:
            # Where max-age counts down to a moment between two seconds, it changes between two seconds.
            left = (found.valid_until - now) // SECOND
            self.until = min(self.until, found.valid_until - left * SECOND)

    def let_go(self) -> None:
        """Hold no bytes any more, until it is renewed."""
        self.found, self._whole, self._body = None, (), None


class Replies:
    """Answers polls exactly as `Front` behind the web server would, from the same documents.

    Heads that were seen before are not read again: a program polls with the same bytes every time.
    """

    def __init__(
        self,
        documents: Documents,
        answered: MutableMapping[str, int],
        clock: Clock,
        audience: Audience,
        governor: Governor,
    ) -> None:
        self._by_path = documents.by_path
        self._tells_changes = documents.history is not None
        self._answered = answered
        self._clock = clock
        self._audience = audience
        self._governor = governor
        self._known: dict[bytes, Reply] = {}

    def reply(self, head: bytes, peer: str = "") -> Reply | None:
        """Return the answer to these bytes and count it; None if it is not in memory or no poll.

        None as well for a peer that fetches too much: the web server tells it so.
        """
        reply = self._known.get(head) or self._learn(head)
        if reply is None:
            return None
        now = self._clock()
        found = self._by_path.get(reply.key)
        if found is None or not (found is reply.found and reply.since <= now < reply.until):
            if found is None or not found.is_valid(now) or not (found.is_for_all or not reply.poll.is_shown):
                return None
            reply.renew(found, now)
        if reply.body_size and self._governor.refuses(peer, reply.poll.environ, now):
            return None
        found.last_used = now
        self._answered[reply.status] += 1
        self._audience.note(reply.poll.path, reply.status, reply.body_size)
        return reply

    def let_go(self) -> None:
        """Let go of answers whose documents have left memory: their bytes would stay for as long.

        To be called now and then. Programs that poll for something else the next time leave such answers.
        """
        for reply in self._known.values():
            if reply.found is not None and self._by_path.get(reply.key) is not reply.found:
                reply.let_go()

    def _learn(self, head: bytes) -> Reply | None:
        poll = read_poll(head)
        if poll is None or key(poll.path, poll.query) not in self._by_path:
            return None
        if self._tells_changes and "HTTP_A_IM" in poll.environ:
            return None
        if len(self._known) >= MAX_HEADS:
            self._known.clear()
        reply = self._known[head] = Reply(poll)
        return reply


@lru_cache(maxsize=1024)
def _lines(status: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    """Return the head as granian writes it, up to what differs from one request to the next."""
    fields = "".join(f"{name.lower()}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status}\r\n{fields}server: granian\r\n".encode("latin-1")


@lru_cache(maxsize=4)
def _date(second: datetime) -> bytes:
    return format_datetime(second, usegmt=True).encode("ascii")
