"""Keep the process that reads RSS and Atom, and end it when a feed is too much for it."""

from __future__ import annotations

import atexit
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from feedsvc.errors import ParseError
from feedsvc.sources.raw import RawFeed

SECONDS: Final = 10
MEGABYTES: Final = 400

_PROGRAM = Path(__file__).with_name("parser_process.py")
_PREFIX_BYTES = 4
_RENEW_AFTER_BYTES = 1_000_000
"""A process that has read more than this keeps much memory: the next feed gets a new one."""


class Parser:
    """A child process that parses one feed at a time; threads may share it, each waits its turn.

    It starts with the first feed, again after it had to be killed, and ends with its parent, however
    that ends: its standard input is then at its end.
    """

    def __init__(self, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def parse(self, xml: str) -> RawFeed:
        """Return the feed that a text is; ParseError if reading it takes too much time or memory."""
        request = xml.encode("utf-8", "replace")
        with self._lock:
            answer = self._exchange(request)
            if answer is None or len(request) > _RENEW_AFTER_BYTES:
                self._end()
        if answer is None:
            raise ParseError(
                f"reading it takes more than {self._seconds} seconds or {self._megabytes} MB:"
                f" ask for a shorter feed"
            )
        return _feed(answer)

    def close(self) -> None:
        """End the process if there is one; the next feed starts another."""
        with self._lock:
            self._end()

    def _exchange(self, request: bytes) -> bytes | None:
        process = self._running()
        timer = threading.Timer(self._seconds, process.kill)
        timer.daemon = True
        timer.start()
        try:
            return _ask(process, request)
        finally:
            timer.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            # The alarm inside is the second wall, for the case that this process is gone or stopped.
            limits = [str(self._seconds + 2), str(self._megabytes)]
            self._process = subprocess.Popen(  # noqa: S603 # our own interpreter and our own file
                [sys.executable, "-I", str(_PROGRAM), *limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _ask(process: subprocess.Popen[bytes], request: bytes) -> bytes | None:
    """Send a request and return the answer, or None where the process died over it."""
    if process.stdin is None or process.stdout is None:
        return None
    try:
        process.stdin.write(len(request).to_bytes(_PREFIX_BYTES, "big") + request)
        process.stdin.flush()
    except BrokenPipeError:
        return None
    prefix = process.stdout.read(_PREFIX_BYTES)
    length = int.from_bytes(prefix, "big")
    answer = process.stdout.read(length) if len(prefix) == _PREFIX_BYTES else b""
    return answer if answer and len(answer) == length else None


_ANSWER: TypeAdapter[dict[str, RawFeed | str]] = TypeAdapter(dict[str, RawFeed | str])


def _feed(answer: bytes) -> RawFeed:
    try:
        content = _ANSWER.validate_json(answer)
    except ValidationError as error:
        raise ParseError("it cannot be read as a feed") from error
    feed = content.get("feed")
    if isinstance(feed, RawFeed):
        return feed
    raise ParseError(f"it cannot be read as a feed ({content.get('fault', '')})")


shared: Final = Parser()
"""The parser of this process: a feed is rarely worth two."""

atexit.register(shared.close)
