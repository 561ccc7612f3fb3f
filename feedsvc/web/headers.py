"""Name the fixed response headers of each kind of answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from feedsvc.model import Site

Pairs = tuple[tuple[str, str], ...]

NOSNIFF = ("X-Content-Type-Options", "nosniff")

FEED: Pairs = (
    # One Vary for every answer at a feed's address, or caches mix the browser's answer with the reader's.
    ("Vary", "Accept-Encoding, Accept, Sec-Fetch-Dest"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Last-Modified, Link"),
)
FEED_DELTA: Pairs = (("Vary", f"{FEED[0][1]}, A-IM"), *FEED[1:])
"""The same where some readers get new entries alone."""

FEED_BODY: Pairs = (
    # A 304 needs none of these: what it updates has them, and a poll is answered millions of times.
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'self'"),
    NOSNIFF,
)

PREFLIGHT: Pairs = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since"),
    ("Access-Control-Max-Age", "86400"),
)

MEDIA: Pairs = (
    ("Access-Control-Allow-Origin", "*"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    # An SVG is a document: opened by itself it may style itself, and do nothing else.
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"),
    NOSNIFF,
)

OPEN: Pairs = (
    ("Access-Control-Allow-Origin", "*"),
    ("Content-Security-Policy", "default-src 'none'"),
    NOSNIFF,
)

STATIC: Pairs = (("Vary", "Accept-Encoding"), ("Cross-Origin-Resource-Policy", "cross-origin"), NOSNIFF)


MOVED: Pairs = (
    # Where a thing is may change again: two spellings that lead to each other must not stay in a cache.
    ("Cache-Control", "max-age=60"),
    # A script on another site that follows it to a feed must be let through here as well.
    ("Access-Control-Allow-Origin", "*"),
    NOSNIFF,
)


def page(site: Site) -> Pairs:
    """Return the headers of every HTML page of a site."""
    parts = urlsplit(site.url)
    # The site's own media, also where the page was opened under another name for the same machine.
    own = f"{parts.scheme}://{parts.netloc}"
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; "
        f"img-src 'self' {own} https: data:; media-src 'self' {own} https:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return (
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        NOSNIFF,
    )
