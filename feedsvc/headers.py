"""Name the response headers of what is published, and how long caches may keep it; whoever sends it."""

from __future__ import annotations

Pairs = tuple[tuple[str, str], ...]

NOSNIFF = ("X-Content-Type-Options", "nosniff")

FEED: Pairs = (
    # One Vary for every answer at a feed's address, or caches mix the browser's answer with the reader's.
    ("Vary", "Accept-Encoding, Accept, Sec-Fetch-Dest"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Last-Modified, Link"),
)
FEED_BODY: Pairs = (
    # A 304 needs none of these: what it updates has them, and a poll is answered millions of times.
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'self'"),
    NOSNIFF,
)
MEDIA: Pairs = (
    ("Access-Control-Allow-Origin", "*"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    # An SVG is a document: opened by itself it may style itself, and do nothing else.
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"),
    NOSNIFF,
)
EMBED: Pairs = (
    ("Access-Control-Expose-Headers", "ETag, Last-Modified"),
    ("Timing-Allow-Origin", "*"),
)
EMBED_BODY: Pairs = (("Cross-Origin-Resource-Policy", "cross-origin"), NOSNIFF)
OPEN: Pairs = (
    ("Access-Control-Allow-Origin", "*"),
    ("Content-Security-Policy", "default-src 'none'"),
    NOSNIFF,
)

FEED_STALE_SECONDS = 60
EMBED_SECONDS = 60
EMBED_STALE_SECONDS = 240
"""After these and the former an embed shows nothing any more that was withdrawn: five minutes in all."""
FEED_ON_ERROR_SECONDS = 86_400
ARCHIVE_SECONDS = 3600
"""Pages of archives hardly ever change; yet no cache may keep for long what was withdrawn since."""
LIST_SECONDS = 60
"""How long caches may keep pages and lists."""


def is_archive(path: str) -> bool:
    """Say whether a document's path is that of a page of an archive."""
    return "/archive/" in path
