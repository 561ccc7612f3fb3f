"""Name the fixed response headers of each kind of answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from feedsvc.headers import FEED, FEED_BODY, MEDIA, NOSNIFF, OPEN, Pairs
from feedsvc.model import Site

__all__ = [
    "FEED",
    "FEED_BODY",
    "FEED_DELTA",
    "MEDIA",
    "MOVED",
    "NOSNIFF",
    "OPEN",
    "PREFLIGHT",
    "STATIC",
    "Pairs",
    "page",
]

FEED_DELTA: Pairs = (("Vary", f"{FEED[0][1]}, A-IM"), *FEED[1:])
"""The same where some readers get new entries alone."""

PREFLIGHT: Pairs = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since"),
    ("Access-Control-Max-Age", "86400"),
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
        # Our scripts ask for nothing. Programs that audit a page ask for this as if they were one of them.
        f"connect-src {own}/robots.txt; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return (
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        NOSNIFF,
    )
