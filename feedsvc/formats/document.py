"""Make a rendered body into a document: compressed, with a strong ETag for each encoding."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

import brotli
from isal import igzip

from feedsvc.model import Document

_GZIP_LEVEL = 3
_BROTLI_QUALITY = 5


def document(
    path: str,
    content_type: str,
    body: bytes,
    *,
    modified: datetime,
    links: tuple[str, ...] = (),
    valid_until: datetime | None = None,
) -> Document:
    """Return the document at a path, ready to be stored and served: plain and as gzip, not yet as brotli.

    Each ETag is that of the very bytes of its encoding, so a changed compressor is a new ETag as well.
    """
    gzip = igzip.compress(body, _GZIP_LEVEL, mtime=0)
    return Document(
        path=path,
        content_type=content_type,
        modified=modified,
        body=body,
        gzip=gzip,
        br=b"",
        etag=etag(body),
        etag_gzip=etag(gzip),
        etag_br="",
        valid_until=valid_until,
        links=links,
    )


def brotlied(body: bytes) -> bytes:
    """Return the body as brotli: smaller than gzip at many times its cost, so not while news wait."""
    packed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY)
    return packed


def etag(body: bytes) -> str:
    """Return the strong entity tag of these bytes, quoted (RFC 9110 §8.8.3)."""
    return f'"{sha256(body).hexdigest()[:32]}"'
