"""Answer conditional and negotiated requests from prepared bytes (RFC 9110, RFC 9111).

Pure, and shared by the fast path and by every Flask view: there is one idea of what a 304 is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

from isal import igzip
from werkzeug.http import parse_date

from feedsvc.web.plain import LARGE, UNPACKED, plain_size

Environ = Mapping[str, object]
Headers = list[tuple[str, str]]
Answer = tuple[str, Headers, bytes]

UNNAMED = 0.0001
"""The weight of the plain bytes where nobody mentions them: acceptable, and less than all that is named."""

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_SUFFIX = re.compile(r"(?:[-;](?:gzip|gz|br))?$")
_QUALITY = re.compile(r"q\s*=\s*(\d(?:\.\d*)?|\.\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Variant:
    """The bytes of one content coding, with the headers of its 200 and of its 304."""

    etag: str
    held: bytes
    """The body as memory keeps it."""
    headers: Headers
    headers_304: Headers
    size: int
    """How many bytes the body has."""
    is_packed: bool = False
    """Whether memory keeps it by gzip alone: the same bytes as those of that coding."""

    @property
    def body(self) -> bytes:
        """The bytes that are sent."""
        return bytes(self.view) if self.is_packed else self.held

    @property
    def view(self) -> bytes | memoryview:
        """The same, not copied, and shared by all who hold them."""
        return UNPACKED.view(self.held) if self.is_packed else self.held


@dataclass(frozen=True, slots=True)
class Freshness:
    """Seconds for which caches may keep an answer; `stale` and `on_error` count from there (RFC 5861)."""

    max_age: int
    stale: int = 0
    on_error: int = 0


@dataclass(slots=True)
class Representation:
    """What one URL answers: its bytes by content coding, and until when they are true."""

    variants: Mapping[str, Variant]
    modified: datetime | None
    freshness: Freshness
    valid_until: datetime | None = None
    is_for_all: bool = False
    """Whether a browser that shows it by itself gets the same answer as a program."""
    origins: tuple[str, ...] = ()
    """The sites whose scripts may read it, where it is not everybody."""
    last_used: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    @property
    def size(self) -> int:
        """The bytes that it holds in memory."""
        return sum(len(each.held) for each in self.variants.values() if not each.is_packed)

    def is_valid(self, now: datetime) -> bool:
        """Say whether no embargo or expiry has passed since it was made."""
        return self.valid_until is None or now < self.valid_until


def prepare(
    bodies: Mapping[str, tuple[str, bytes]],
    *,
    modified: datetime | None,
    headers: Sequence[tuple[str, str]],
    entity: Sequence[tuple[str, str]],
    freshness: Freshness,
    valid_until: datetime | None = None,
    is_for_all: bool = False,
    origins: tuple[str, ...] = (),
) -> Representation:
    """Return the representation of (ETag, bytes) by coding.

    Plain bytes that are large are let go of where there is gzip of them; they may be empty, then, where
    they were not read at all. `headers` go with 200 and 304, `entity` with 200 alone.
    """
    dated = [("Last-Modified", format_datetime(modified, usegmt=True))] if modified else []
    _, packed = bodies.get("gzip", ("", b""))
    variants = {}
    for coding, (tag, body) in bodies.items():
        is_packed = coding == "identity" and packed != b"" and not 0 < len(body) <= LARGE
        size = plain_size(packed) if is_packed else len(body)
        both = [("ETag", tag), *dated, *headers]
        whole = [*entity, ("Content-Length", str(size))]
        if coding != "identity":
            whole.append(("Content-Encoding", coding))
        variants[coding] = Variant(tag, packed if is_packed else body, both + whole, both, size, is_packed)
    return Representation(variants, modified, freshness, valid_until, is_for_all, origins)


def encode(body: bytes) -> dict[str, tuple[str, bytes]]:
    """Return the bytes as they are and, if that is shorter, gzipped; each with its own strong ETag."""
    bodies = {"identity": (etag(body), body)}
    packed = igzip.compress(body, 2, mtime=0)
    if len(packed) < len(body):
        bodies["gzip"] = (etag(packed), packed)
    return bodies


def etag(body: bytes) -> str:
    """Return a strong, quoted entity tag of these bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def answer(found: Representation, environ: Environ, now: datetime) -> Answer:
    """Return status, headers and body for a GET or HEAD of a representation."""
    status, headers, sent = decide(found, environ, now)
    return status, headers, b"" if sent is None else sent.body


def decide(found: Representation, environ: Environ, now: datetime) -> tuple[str, Headers, Variant | None]:
    """Return status, headers and whose body is sent, if any, for a GET or HEAD of a representation."""
    variant = choose(found.variants, _text(environ, "HTTP_ACCEPT_ENCODING"))
    last: Headers = [("Cache-Control", cache_control(found.freshness, found.valid_until, now))]
    if found.origins and environ.get("HTTP_ORIGIN") in found.origins:
        last.append(("Access-Control-Allow-Origin", str(environ["HTTP_ORIGIN"])))
    if is_unchanged(variant.etag, found.modified, environ):
        return "304 Not Modified", [*variant.headers_304, *last], None
    return "200 OK", [*variant.headers, *last], None if environ["REQUEST_METHOD"] == "HEAD" else variant


def choose(variants: Mapping[str, Variant], accept_encoding: str | None) -> Variant:
    """Return the best variant for an Accept-Encoding header; the plain bytes rather than a 406."""
    for coding in codings(accept_encoding):
        if coding in variants:
            return variants[coding]
    return variants["identity"]


@lru_cache(maxsize=512)
def codings(accept_encoding: str | None) -> tuple[str, ...]:
    """Return the codings that an Accept-Encoding header allows, best first (RFC 9110 §12.5.3).

    brotli only where it is named: a client that sends `*` may never have heard of it. Empty where
    everything is refused.
    """
    if not accept_encoding or not accept_encoding.strip():
        return ("identity",)
    named = {name: quality for name, quality in map(_weighed, accept_encoding.lower().split(",")) if name}
    if "x-gzip" in named:
        named.setdefault("gzip", named["x-gzip"])
    rest = named.get("*")
    weights = {
        "br": named.get("br", 0.0),
        "gzip": named.get("gzip", rest or 0.0),
        "identity": named.get("identity", 0.0 if rest == 0 else UNNAMED),
    }
    chosen = [name for name in sorted(weights, key=lambda name: -weights[name]) if weights[name] > 0]
    if not chosen and rest is None:
        # The plain bytes are refused and nothing else is named: what is not refused is the best guess.
        chosen = [name for name in ("gzip", "br") if name not in named]
    return tuple(chosen)


def _weighed(part: str) -> tuple[str, float]:
    name, _, parameters = part.partition(";")
    quality = _QUALITY.search(parameters)
    return name.strip(), min(float(quality[1]), 1.0) if quality else 1.0


def is_unchanged(tag: str, modified: datetime | None, environ: Environ) -> bool:
    """Say whether the asker has these bytes; If-None-Match rules out the date (RFC 9110 §13.2.2)."""
    if_none_match = _text(environ, "HTTP_IF_NONE_MATCH")
    if if_none_match is not None:
        return if_none_match == tag or is_matched(tag, if_none_match)
    since = _date(_text(environ, "HTTP_IF_MODIFIED_SINCE") or "")
    return since is not None and modified is not None and modified.replace(microsecond=0) <= since


def is_matched(tag: str, if_none_match: str) -> bool:
    """Compare an entity tag with a list, weakly, seeing through `-gzip` and the like that proxies append."""
    if if_none_match.strip() == "*":
        return True
    return tag.strip('"') in {_SUFFIX.sub("", other, count=1) for other in _TAG.findall(if_none_match)}


@lru_cache(maxsize=256)
def _date(header: str) -> datetime | None:
    return parse_date(header)


def cache_control(freshness: Freshness, valid_until: datetime | None, now: datetime) -> str:
    """Return the Cache-Control header: no cache keeps anything, fresh or stale, past `valid_until`."""
    if valid_until is None:
        return _cache_control(freshness.max_age, freshness.stale, freshness.on_error)
    left = max(0, (valid_until - now) // timedelta(seconds=1))
    max_age = min(freshness.max_age, left)
    return _cache_control(
        max_age, min(freshness.stale, left - max_age), min(freshness.on_error, left - max_age)
    )


@lru_cache(maxsize=1024)
def _cache_control(max_age: int, stale: int, on_error: int) -> str:
    parts = [f"max-age={max_age}"]
    if stale:
        parts.append(f"stale-while-revalidate={stale}")
    if on_error:
        parts.append(f"stale-if-error={on_error}")
    return ", ".join(parts)


def _text(environ: Environ, name: str) -> str | None:
    value = environ.get(name)
    return value if isinstance(value, str) else None
