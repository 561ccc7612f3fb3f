"""Read the head of a poll from the bytes of a connection (RFC 9112); pure.

It is strict: whatever is not plainly one whole GET or HEAD of a feed reader is left to the web server,
which knows every other form, so that no two readers of one connection can disagree about it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from feedsvc.web.fast import is_plain

MAX_BYTES = 2048
END = b"\r\n\r\n"

_HEAD = re.compile(
    rb"(GET|HEAD) (/(?:[!$&'()*+,;=:@/\w.~-]|%[0-9A-Fa-f]{2})*) HTTP/1\.1\r\n"
    # No underscore: WSGI could not tell such a name from the one with a hyphen.
    rb"((?:[!#$%&'*+.^`|~0-9A-Za-z-]+:[ -~]*\r\n)+)\r\n"
)
_LEFT = ("transfer-encoding", "expect", "upgrade", "te", "trailer")
"""Headers that ask for more than an answer with a length."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll: the path and the environment that WSGI would give it, and whether it is the last one here."""

    path: str
    environ: Mapping[str, str]
    closes: bool


def read_poll(head: bytes) -> Poll | None:
    """Return the poll that these bytes are, the whole of them; None for everything else."""
    match = _HEAD.fullmatch(head) if len(head) <= MAX_BYTES else None
    if match is None:
        return None
    lines = match[3].decode("ascii").split("\r\n")[:-1]
    named = [line.partition(":") for line in lines]
    fields = {name.lower(): value.strip(" ") for name, _, value in named}
    connection = fields.get("connection", "").lower()
    if len(fields) != len(lines) or not _is_simple(fields) or connection not in ("", "keep-alive", "close"):
        return None
    environ = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in fields.items()}
    environ["REQUEST_METHOD"] = match[1].decode("ascii")
    environ["QUERY_STRING"] = ""
    path = unquote_to_bytes(match[2]).decode("latin-1")
    return Poll(path, environ, connection == "close") if is_plain(environ) else None


def is_unfinished(data: bytes) -> bool:
    """Say whether more bytes could still make a poll of these."""
    return len(data) <= MAX_BYTES and END not in data


def _is_simple(fields: Mapping[str, str]) -> bool:
    return (
        bool(fields.get("host"))
        and fields.get("content-length", "0") == "0"
        and not any(name in fields for name in _LEFT)
    )
