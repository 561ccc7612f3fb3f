"""Take one HTTP response in, piece by piece, and stop it at the first byte too many."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Final

from feedsvc.errors import FetchError

MAX_HEADER_BYTES: Final = 100_000

_STOP = -1
"""What a callback returns to make curl end the transfer."""


def too_large(max_bytes: int) -> str:
    """Return the sentence for a body over the limit."""
    return f"it is larger than {max_bytes:,} bytes: ask for a shorter feed, or raise limits.fetch_bytes"


@dataclass(slots=True)
class Answer:
    """One response while it arrives: curl's callbacks fill it and stop the transfer at the first excess."""

    max_bytes: int
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    refused: str | None = None
    failure: FetchError | None = None
    ended: bool = False
    """Whether we ended the transfer because all that matters had come."""
    _header_bytes: int = 0
    _wire_bytes: int = 0
    _chunks: list[bytes] = field(default_factory=list)
    _decoder: _Gunzip | None = None

    def take_header(self, line: bytes) -> int | None:
        """Take one header line; a status line begins anew, since 1xx answers come before the real one."""
        self._header_bytes += len(line)
        if self._header_bytes > MAX_HEADER_BYTES:
            return self._stop(FetchError(f"its answer has more than {MAX_HEADER_BYTES:,} bytes of headers"))
        text = line.decode("latin-1").strip()
        if text.startswith("HTTP/"):
            self.headers.clear()
            self.status = _status(text)
        elif not text:
            return self._choose_decoder()
        elif ":" in text:
            name, _, value = text.partition(":")
            name, value = name.strip().lower(), value.strip()
            self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value
        return None

    def take_body(self, data: bytes) -> int | None:
        """Take a piece of the body: counted as it came, inflated step by step, counted again.

        Only a 200 has a body that anybody reads; any other answer ends where its body begins.
        """
        if self.status != 200:
            self.ended = True
            return _STOP
        self._wire_bytes += len(data)
        if self._wire_bytes > self.max_bytes:
            return self._stop(FetchError(too_large(self.max_bytes)))
        if self._decoder is None:
            self._chunks.append(data)
            return None
        try:
            self._chunks.append(self._decoder.feed(data))
        except FetchError as error:
            return self._stop(error)
        return None

    def body(self) -> bytes:
        """Return the whole decompressed body; FetchError if its gzip stream ends before its end."""
        if self._decoder is not None and self._wire_bytes and not self._decoder.complete:
            raise FetchError("its answer is cut off in the middle: it is tried again later")
        return b"".join(self._chunks)

    def _choose_decoder(self) -> int | None:
        coding = self.headers.get("content-encoding", "").strip().lower()
        if coding in ("gzip", "x-gzip"):
            self._decoder = _Gunzip(self.max_bytes)
        elif coding not in ("", "identity"):
            self._decoder = None
            return self._stop(FetchError(f"it is sent in the encoding “{coding}”, which was not asked for"))
        return None

    def _stop(self, failure: FetchError) -> int:
        self.failure = failure
        return _STOP


def _status(line: str) -> int:
    words = line.split(None, 2)
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else 0


class _Gunzip:
    """A gzip stream of one or more members (RFC 1952), inflated piece by piece and never past the limit."""

    def __init__(self, max_bytes: int) -> None:
        self._left = max_bytes
        self._max_bytes = max_bytes
        self._member = zlib.decompressobj(wbits=31)
        self.complete = False

    def feed(self, data: bytes) -> bytes:
        """Return what the next bytes of the stream decompress to; FetchError past the limit or if damaged."""
        out = []
        while data and not (self.complete and not data.startswith(b"\x1f\x8b")):
            if self.complete:
                self._member, self.complete = zlib.decompressobj(wbits=31), False
            out.append(self._inflate(data))
            self.complete, data = self._member.eof, self._member.unused_data
        return b"".join(out)

    def _inflate(self, data: bytes) -> bytes:
        try:
            piece = self._member.decompress(data, self._left + 1)
        except zlib.error as error:
            raise FetchError("its answer says that it is gzip but cannot be decompressed") from error
        self._left -= len(piece)
        if self._left < 0:
            raise FetchError(too_large(self._max_bytes))
        return piece
