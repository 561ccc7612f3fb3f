"""Keep the process that reads RSS and Atom, and end it when a feed is too much for it."""

from __future__ import annotations

import atexit
import signal
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
_EXIT_OUT_OF_MEMORY = 3
_DECLARATION = b"<?xml version='1.0' encoding='utf-8'?>"
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
        """Return the feed that a text without XML declaration is.

        ParseError if the reader fails over it, or takes too much time or memory.
        """
        request = _DECLARATION + xml.encode("utf-8", "replace")
        with self._lock:
            answer = self._exchange(request)
            if answer is None:
                raise ParseError(self._reason(self._end()))
            if len(request) > _RENEW_AFTER_BYTES:
                self._end()
        try:
            return _FEED.validate_json(answer)
        except ValidationError as error:
            raise ParseError("it cannot be read as a feed: tell its publisher") from error

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

    def _end(self) -> int:
        """End the process, by letting its input end or else by force, and return how it ended."""
        process, self._process = self._process, None
        if process is None:
            return 0
        try:
            process.communicate(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        return process.returncode

    def _reason(self, code: int) -> str:
        if code in (-signal.SIGKILL, -signal.SIGALRM):
            return f"reading it takes more than {self._seconds} seconds: ask for a shorter feed"
        if code == _EXIT_OUT_OF_MEMORY:
            return f"reading it takes more than {self._megabytes} MB of memory: ask for a shorter feed"
        return "it cannot be read as a feed, the parser fails over it: tell its publisher"


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


_FEED: Final = TypeAdapter(RawFeed)

shared: Final = Parser()
"""The parser of this process: a feed is rarely worth two."""

atexit.register(shared.close)
