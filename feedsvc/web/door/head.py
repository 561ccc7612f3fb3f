"""Read the head of a poll from the bytes of a connection (RFC 9112); pure.

It is strict: whatever is not plainly one whole GET or HEAD of a feed reader is left to the web server,
which knows every other form, so that no two readers of one connection can disagree about it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from feedsvc.web.fast import is_shown, is_simple

MAX_BYTES = 2048
END = b"\r\n\r\n"


def _in_wsgi(*names: str) -> dict[str, str]:
    return {name: "HTTP_" + name.upper().replace("-", "_") for name in names}


ASKED = _in_wsgi(
    *("accept", "accept-encoding", "authorization", "if-modified-since", "if-none-match", "range"),
    *("origin", "sec-fetch-dest"),
)
"""The headers that an answer depends on, in `fast` and `caching`, and their names in WSGI."""

KEPT = ASKED | _in_wsgi("a-im", "forwarded", "x-forwarded-for")
"""These, and what says whether the web server must answer: who asks, and whether for changes alone."""

_HEAD = re.compile(
    # Never back: what a part has taken is that part's, so that the time is that of one look at each byte.
    rb"(GET|HEAD) (/(?:[!$&'()*+,;=:@/\w.~-]++|%[0-9A-Fa-f]{2})*+)"
    rb"(?:\?([!$&'()*+,;=:@/\w.~%-]++))?+ HTTP/1\.1\r\n"
    # No underscore: WSGI could not tell such a name from the one with a hyphen.
    rb"((?:[!#$%&'*+.^`|~0-9A-Za-z-]++:[ -~]*+\r\n)++)\r\n"
)
_LEFT = frozenset(("transfer-encoding", "expect", "upgrade", "te", "trailer"))
"""Headers that ask for more than an answer with a length."""

_LAST = {"": False, "keep-alive": False, "close": True}


class Poll(NamedTuple):
    """A poll: the path and what matters of the environment that WSGI would give, and if it is the last."""

    path: str
    environ: Mapping[str, str]
    closes: bool
    query: str = ""
    """As it is spelt; empty where there is none."""
    is_shown: bool = False
    """Whether a browser will show the answer by itself."""


def read_poll(head: bytes) -> Poll | None:
    """Return the poll that these bytes are, the whole of them; None for everything else."""
    match = _HEAD.fullmatch(head) if len(head) <= MAX_BYTES else None
    if match is None:
        return None
    method, target, query, block = match.groups()
    fields = {}
    lines = block.decode("ascii").split("\r\n")
    lines.pop()
    for line in lines:
        name, _, value = line.partition(":")
        fields[name.lower()] = value.strip(" ")
    closes = _LAST.get(fields.get("connection", "").lower())
    if len(fields) != len(lines) or closes is None or not _is_simple(fields):
        return None
    environ = {KEPT[name]: value for name, value in fields.items() if name in KEPT}
    environ["REQUEST_METHOD"] = method.decode("ascii")
    if not is_simple(environ):
        return None
    path = unquote_to_bytes(target) if b"%" in target else target
    asked = (query or b"").decode("ascii")
    return Poll(path.decode("latin-1"), environ, closes, asked, is_shown(environ))


def is_unfinished(data: bytes) -> bool:
    """Say whether more bytes could still make a poll of these."""
    return len(data) <= MAX_BYTES and END not in data


def _is_simple(fields: Mapping[str, str]) -> bool:
    return bool(fields.get("host")) and fields.get("content-length", "0") == "0" and _LEFT.isdisjoint(fields)
