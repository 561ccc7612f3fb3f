"""Serve the published documents that the fast path passed on: stale ones, cold ones, browsers'."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import Response, request

from feedsvc import publish
from feedsvc.errors import StoreError
from feedsvc.store import Connection, meta, rendered
from feedsvc.web import delta, links
from feedsvc.web.cache import wsgi_path
from feedsvc.web.caching import Environ, Representation
from feedsvc.web.ready import Ready, ready
from feedsvc.web.state import State, catalog, current

BROWSER_TYPES: Mapping[str, str] = {
    "application/rss+xml": "application/xml; charset=utf-8",
    "application/atom+xml": "application/xml; charset=utf-8",
    "application/feed+json": "application/json",
}
WRITE_REST = timedelta(seconds=5)
"""How long nothing is written down after a failure: each try may take as long as the store is patient."""
SOURCE_TYPE = "text/plain; charset=utf-8"
MACHINES = ("bot", "crawl", "spider", "feed", "rss", "reader", "fetch", "+http")


def serve(path: str) -> Response | None:
    """Answer the document at a decoded path; None where there is none."""
    state = current()
    now = state.service.clock()
    found = find(state, path, now)
    if found is None:
        return None
    return refusal(now) or counted(_changes(found, path) or dress(found, path, now))


def _changes(found: Representation, path: str) -> Response | None:
    """Return what has changed for a reader that asks for that alone; None where it gets the usual answer."""
    history = current().documents.history
    told = delta.answer(history, found, wsgi_path(path), request.environ) if history else None
    return Ready([told[2]], told[0], told[1]) if told else None


def refusal(now: datetime) -> Response | None:
    """Return the answer to a client that fetches whole feeds without end; None to all others."""
    governor = current().governor
    peer = request.environ.get("REMOTE_ADDR", "")
    if request.method != "GET" or not governor.refuses(peer, request.environ, now):
        return None
    status, fields, body = governor.refusal(now)
    return counted(Ready([body], status, fields))


def counted(response: Response) -> Response:
    """Count the answer to a request of a feed document, and return it."""
    size = 0 if request.method == "HEAD" else sum(map(len, response.iter_encoded()))
    current().audience.note(request.environ["PATH_INFO"], response.status, size)
    return response


def is_feed(path: str) -> bool:
    """Say whether a decoded path is that of a feed document."""
    return catalog().find(path) is not None


def is_first_look(connection: Connection) -> bool:
    """Say whether nothing was ever published, since the items are being read for the first time."""
    return meta.get(connection, meta.LOOKED) == "0" and not rendered.paths(connection)


def find(state: State, path: str, now: datetime) -> Representation | None:
    """Return the document at a path as it must be served now: from memory, else made by one thread at a time.

    Where the database does not answer, the last good bytes are returned if there are any, even past
    their moment: they can hold an item that has just expired, never one that is still embargoed.
    """
    found = state.documents.find(path)
    if found is not None and found.is_valid(now):
        return found
    with state.documents.flight(path):
        found = state.documents.find(path)
        if found is not None and found.is_valid(now):
            return found
        last = state.seen.unwritten
        keep = last is None or abs(now - last) >= WRITE_REST
        try:
            document = publish.document(state.service.store, state.service.catalog, path, now, keep=keep)
        except StoreError:
            if found is None:
                raise
            return found
        if document is None:
            state.documents.forget(path)
            return None
        if not document.seq:
            state.seen.unwritten = now if keep else last
            return state.documents.prepared(document)
        return state.documents.put(document, now)


def last_good() -> Response | None:
    """Answer the last good bytes of the address that was asked for, whatever else is broken."""
    state = current()
    found = state.documents.find(request.path)
    if found is None or request.method not in ("GET", "HEAD"):
        return None
    return dress(found, request.path, state.service.clock())


def dress(found: Representation, path: str, now: datetime) -> Response:
    """Answer the same bytes to everybody; a browser gets a type that it shows, and goes on to the page.

    Never HTML at a feed's address: fetchers that imitate browsers would lose the feed in silence.
    A person who asks for `?view=source` stays and sees the bytes as they are.
    """
    return lead_browsers(ready(found, request.environ, now), path)


def lead_browsers(response: Response, path: str) -> Response:
    """Give a feed document's answer a type that browsers show, and lead people on to the feed's page."""
    navigates = is_navigation(request.environ)
    source = navigates and request.args.get("view") == "source"
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if kind and (navigates or accepts_xhtml(request.environ)):
        response.headers["Content-Type"] = SOURCE_TYPE if source else BROWSER_TYPES[kind]
    page = links.page_of(path)
    if navigates and page and not source:
        response.headers["Refresh"] = f"0; url={page}"
    return response


def is_navigation(environ: Environ) -> bool:
    """Say whether a person's browser goes to this address, rather than a program that fetches it.

    Browsers send no Sec-Fetch-* header to plain http on a LAN: there Accept and User-Agent tell.
    """
    if any(name.startswith("HTTP_SEC_FETCH_") for name in environ):
        return environ.get("HTTP_SEC_FETCH_DEST") == "document"
    agent = str(environ.get("HTTP_USER_AGENT", "")).lower()
    return accepts_xhtml(environ) and not any(word in agent for word in MACHINES)


def accepts_xhtml(environ: Environ) -> bool:
    """Say whether the Accept header is one that browsers send."""
    return "application/xhtml+xml" in str(environ.get("HTTP_ACCEPT", ""))
