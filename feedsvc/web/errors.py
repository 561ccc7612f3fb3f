"""Map every error to an answer: a page for people, a problem for programs (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from feedsvc.errors import Conflict, Denied, Invalid, NotFound, RequestError, StoreError, Withdrawn
from feedsvc.web import documents, headers, links
from feedsvc.web.state import current

STATUSES: Mapping[type[RequestError], int] = {
    RequestError: 400,
    Invalid: 422,
    NotFound: 404,
    Withdrawn: 410,
    Conflict: 409,
    Denied: 403,
}
RETRY_SECONDS = 5
MACHINE_SUFFIXES = (".rss", ".atom", ".json", ".opml", ".xml", ".txt")

NOTICES: Mapping[int, tuple[str, str]] = {
    404: (
        "Page not found",
        "There is nothing at this address. It may have been mistyped, or the page has moved.",
    ),
    410: ("This item was withdrawn", "It was published here once, and the newsroom has taken it back."),
    405: ("That does not work here", "This address can be read, and nothing else."),
    500: ("Something went wrong", "The fault is ours, and it has been noted. Please try again in a moment."),
    503: ("Back in a moment", "The newsroom’s database does not answer. Please try again in a few seconds."),
}

log = logging.getLogger("feedsvc.web")


def install(app: Flask) -> None:
    """Answer every error of an application's views."""
    app.register_error_handler(RequestError, answer_request_error)
    app.register_error_handler(StoreError, answer_store_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(Exception, answer_bug)


def status_of(error: RequestError) -> int:
    """Return the status of an error's class, or of the nearest class above it."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def answer_request_error(error: RequestError) -> Response:
    """Tell the asker what is wrong and, for an invalid value, which field."""
    more = {"errors": [{"field": error.field, "reason": error.reason}]} if isinstance(error, Invalid) else {}
    return _answer(status_of(error), str(error), more)


def answer_store_error(error: StoreError) -> Response:
    """Answer the last good bytes of a feed; anything else must wait for the database."""
    log.error("request path=%r status=503 reason=%s", request.path, error)
    served = documents.last_good()
    if served is not None:
        return served
    response = _answer(503, "the database does not answer", {})
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def answer_http_error(error: HTTPException) -> Response:
    """Answer werkzeug's own errors in our form, with the headers that belong to them, such as Allow."""
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # werkzeug's class, Flask's at run time
    response = _answer(error.code or 500, error.description or "", {})
    for name, value in error.get_headers(request.environ):
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def answer_bug(error: Exception) -> Response:
    """Log what nobody foresaw; a feed still answers its last good bytes."""
    log.exception("request path=%r status=500", request.path, exc_info=error)
    return documents.last_good() or _answer(500, "the fault is ours, and it has been noted", {})


def wants_page(path: str, accept: str) -> bool:
    """Say whether an error is told to a person: to every browser, and to all at the addresses of pages."""
    is_machine = path.endswith(MACHINE_SUFFIXES) or path in ("/healthz", "/readyz", "/metrics")
    if "application/xhtml+xml" in accept:
        return True
    return not is_machine and ("text/html" in accept or "json" not in accept)


def _answer(status: int, detail: str, more: Mapping[str, object]) -> Response:
    if wants_page(request.path, request.headers.get("Accept", "")):
        response = _page(status, detail)
    else:
        title = HTTPStatus(status).phrase
        problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
        response = Response(
            json.dumps(problem, ensure_ascii=False), status, content_type="application/problem+json"
        )
    response.headers.extend(headers.page(current().service.catalog.site))
    # No cache keeps an error: what is embargoed appears by itself, and what failed comes back.
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(status: int, detail: str) -> Response:
    title, text = NOTICES.get(status, (HTTPStatus(status).phrase, detail))
    catalog = current().service.catalog
    body = render_template(
        "notice.html", title=title, text=text, status=status, alternates=links.alternates(*catalog.feeds[:1])
    )
    return Response(body, status, content_type="text/html; charset=utf-8")
