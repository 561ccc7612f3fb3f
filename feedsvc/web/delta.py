"""Answer readers that ask so with the entries alone that are new to them: 226 IM Used (RFC 3229).

Off unless `server.delta` says otherwise: there are readers that ask for it and cannot read it.
"""

from __future__ import annotations

from collections import OrderedDict

from werkzeug.http import parse_accept_header

from feedsvc import formats
from feedsvc.web import headers
from feedsvc.web.caching import Answer, Environ, Representation, choose, is_matched, is_unchanged

VERSIONS = 20
"""How many past versions of a document a reader may have."""

MANY = 5000
"""Past versions of all documents together, so that memory has an end: some hundred bytes each."""


class History:
    """The entries of past versions of documents, by path and entity tags; the oldest are forgotten first.

    Each process has its own, from its start on. What it does not know is answered whole.
    """

    def __init__(self) -> None:
        self._versions: OrderedDict[tuple[str, str], tuple[tuple[str, ...], bytes]] = OrderedDict()
        self._by_path: dict[str, tuple[str, ...]] = {}

    def remember(self, path: str, past: Representation) -> None:
        """Remember what a document at a path was; not for several threads at once."""
        plain = past.variants["identity"]
        entries = formats.entry_digests(plain.body)
        if not entries:
            return
        self._forget(path, plain.etag)
        self._versions[path, plain.etag] = tuple(each.etag for each in past.variants.values()), entries
        kept = self._by_path[path] = (*self._by_path.get(path, ()), plain.etag)
        if len(kept) > VERSIONS:
            self._forget(path, kept[0])
        while len(self._versions) > MANY:
            self._forget(*next(iter(self._versions)))

    def find(self, path: str, if_none_match: str) -> tuple[str, bytes] | None:
        """Return the latest version that a reader says it has: its tag, and the digests of its entries."""
        for etag in reversed(self._by_path.get(path, ())):
            tags, entries = self._versions.get((path, etag), ((), b""))
            for tag in tags:
                if is_matched(tag, if_none_match):
                    return tag, entries
        return None

    def _forget(self, path: str, etag: str) -> None:
        if self._versions.pop((path, etag), None) is not None:
            left = tuple(each for each in self._by_path.pop(path) if each != etag)
            if left:
                self._by_path[path] = left


def wants(environ: Environ) -> bool:
    """Say whether whoever asks can read a feed of new entries alone."""
    asked = environ.get("HTTP_A_IM")
    return isinstance(asked, str) and parse_accept_header(asked).quality("feed") > 0


def answer(history: History, found: Representation, path: str, environ: Environ) -> Answer | None:
    """Return the entries that the asker has not; None where it must get a 304, or everything.

    They are sent without a content coding: that would be one of the whole.
    """
    has = environ.get("HTTP_IF_NONE_MATCH")
    if environ["REQUEST_METHOD"] != "GET" or not wants(environ) or not isinstance(has, str):
        return None
    accepted = environ.get("HTTP_ACCEPT_ENCODING")
    variant = choose(found.variants, accepted if isinstance(accepted, str) else None)
    past = history.find(path, has)
    if past is None or is_unchanged(variant.etag, found.modified, environ):
        return None
    base, entries = past
    whole = found.variants["identity"]
    body = formats.without_entries(whole.body, entries)
    fields = [
        *variant.headers_304,
        ("IM", "feed"),
        ("Delta-Base", base),
        # Only a cache that knows what this is may keep it.
        ("Cache-Control", "no-store, im"),
        ("Content-Type", next(value for name, value in whole.headers if name == "Content-Type")),
        *headers.FEED_BODY,
        ("Content-Length", str(len(body))),
    ]
    return "226 IM Used", fields, body
