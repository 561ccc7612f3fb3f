"""The codes about how a feed is served (F4xx): RFC 9110, RFC 9111, RFC 8288."""

from __future__ import annotations

from typing import Final

from feedsvc.feeds.lint.rule import Rule, error, info, warning

RULES: Final[dict[str, Rule]] = {
    "F401": warning(
        "The Content-Type is that of something else",
        "Readers that go by it take the feed for a page, or refuse it",
        "Send application/rss+xml, application/atom+xml or application/feed+json",
    ),
    "F402": info(
        "The Content-Type is general, such as text/xml",
        "It does not say that this is a feed",
        "Send application/rss+xml, application/atom+xml or application/feed+json",
    ),
    "F403": warning(
        "The charset of the Content-Type is not the document's encoding",
        "Readers believe one or the other, and show broken characters",
        "Send `charset=utf-8` and write UTF-8",
    ),
    "F404": warning(
        "There is no Content-Type",
        "Readers guess what it is",
        "Send application/rss+xml, application/atom+xml or application/feed+json",
    ),
    "F405": info(
        "It is not compressed although that was asked for",
        "Every poll costs five times as much",
        "Switch gzip on for feeds",
    ),
    "F406": error(
        "The Content-Encoding is one that many readers cannot undo, or in capitals",
        "They see damaged bytes",
        "Send `gzip` in small letters, never `deflate`",
    ),
    "F407": warning(
        "There is neither an ETag nor a Last-Modified",
        "Every poll loads everything again",
        "Send an ETag that is made from the content",
    ),
    "F408": warning(
        "A second request with its validators did not get a 304",
        "Every poll loads everything again",
        "Answer If-None-Match and If-Modified-Since",
    ),
    "F409": warning(
        "There is no Cache-Control, or none that says how long",
        "Caches guess how long the feed is fresh",
        "Send `Cache-Control: max-age=300`",
    ),
    "F410": info(
        "It may be cached for more than a day",
        "Some readers do not look again before",
        "Send a smaller max-age; five minutes suit news",
    ),
    "F411": warning(
        "It is compressed without `Vary: Accept-Encoding`",
        "A cache gives gzip to readers that did not ask for it",
        "Send `Vary: Accept-Encoding` with every answer",
    ),
    "F412": warning(
        "The feed calls itself by another address than it has here",
        "Readers may subscribe twice; hubs know it under one of them only",
        "Make rel=self the address that the feed is fetched from",
    ),
    "F413": info(
        "The address leads to another one for the time being (302, 303 or 307)",
        "Readers ask the old address for ever",
        "Redirect with 301 or 308 where the move is for good",
    ),
    "F414": warning(
        "It sets a cookie",
        "Shared caches then keep nothing, and readers have no use for it",
        "Set no cookies on feeds",
    ),
    "F415": warning(
        "A date of the answer is none, is there twice, or Last-Modified is later than Date",
        "Caches ignore such dates: every poll loads everything again",
        "Send dates as in `Tue, 24 Nov 2026 06:30:00 GMT`, once",
    ),
    "F416": warning(
        "The Link header is not right: a relative address, no rel, or several self",
        "Subscribers to a hub do not find it (RFC 8288)",
        "Send whole addresses, rel in quotes, one self",
    ),
    "F417": warning(
        "The Link header names another self or hub than the feed does",
        "Subscribers believe the header, others the feed",
        "Make them the same",
    ),
    "F418": info(
        "No other site may read it (no `Access-Control-Allow-Origin`)",
        "Readers that run in a browser cannot load it",
        "Send `Access-Control-Allow-Origin: *` with public feeds",
    ),
    "F419": info(
        "There is no `X-Content-Type-Options: nosniff`",
        "An old browser may take it for a page",
        "Send it",
    ),
    "F420": info(
        "Nobody may cache it (private or no-store)",
        "Every reader asks your server itself",
        "Take it out, unless the feed is private",
    ),
}
