"""Map every error to an answer: a page for people, a problem for programs (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from feedsvc.errors import (
    Conflict,
    Denied,
    Ended,
    Expired,
    Invalid,
    NotFound,
    RequestError,
    StoreError,
    Withdrawn,
)
from feedsvc.web import documents, headers, links
from feedsvc.web.state import catalog, current

STATUSES: Mapping[type[RequestError], int] = {
    RequestError: 400,
    Invalid: 422,
    NotFound: 404,
    Withdrawn: 410,
    Expired: 410,
    Ended: 410,
    Conflict: 409,
    Denied: 403,
}
RETRY_SECONDS = 5
FIRST_LOOK_SECONDS = 2
MACHINE_SUFFIXES = (".rss", ".atom", ".json", ".opml", ".xml", ".txt")

NOTICES: Mapping[int | type[RequestError], tuple[str, str]] = {
    404: (
        "Page not found",
        "There is nothing at this address. It may have been mistyped, or the page has moved.",
    ),
    Withdrawn: ("This item was withdrawn", "It was published here once, and the newsroom has taken it back."),
    Expired: (
        "This item is no longer available",
        "It was published here for a limited time, and that time is over.",
    ),
    Ended: ("This feed has ended", "It was published here once, and no item will come any more."),
    405: ("That does not work here", "This address can be read, and nothing else."),
    500: ("Something went wrong", "The fault is ours, and it has been noted. Please try again in a moment."),
    503: ("Back in a moment", "The newsroom’s database does not answer. Please try again in a few seconds."),
}
FIRST_LOOK = (
    "The news is being read",
    "This newsroom has just opened and reads its items for the first time. They are here in a few seconds.",
)

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
    status = status_of(error)
    return _answer(status, str(error), NOTICES.get(type(error), NOTICES.get(status)), more)


def answer_store_error(error: StoreError) -> Response:
    """Answer the last good bytes of a feed; all else waits for the database, or the first look."""
    served = documents.last_good()
    if served is None and _is_first_look():
        return _first_look()
    log.error("request path=%r status=503 reason=%s", request.path, error)
    if served is not None:
        return served
    response = _answer(503, "the database does not answer", NOTICES[503])
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def answer_http_error(error: HTTPException) -> Response:
    """Answer werkzeug's own errors in our form, with the headers that belong to them, such as Allow."""
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # werkzeug's class, Flask's at run time
    status = error.code or 500
    response = _answer(status, error.description or "", NOTICES.get(status))
    for name, value in error.get_headers(request.environ):
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def answer_bug(error: Exception) -> Response:
    """Log what nobody foresaw; a feed still answers its last good bytes."""
    log.exception("request path=%r status=500", request.path, exc_info=error)
    return documents.last_good() or _answer(500, "the fault is ours, and it has been noted", NOTICES[500])


def wants_page(path: str, accept: str) -> bool:
    """Say whether an error is told to a person: to every browser, and to all at the addresses of pages."""
    is_machine = path.endswith(MACHINE_SUFFIXES) or path in ("/healthz", "/readyz", "/metrics")
    if "application/xhtml+xml" in accept:
        return True
    return not is_machine and ("text/html" in accept or "json" not in accept)


def _answer(
    status: int,
    detail: str,
    notice: tuple[str, str] | None,
    more: Mapping[str, object] = MappingProxyType({}),
) -> Response:
    title = HTTPStatus(status).phrase
    if _is_for_a_person():
        return _uncached(_page(status, *(notice or (title, detail))))
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    body = json.dumps(problem, ensure_ascii=False)
    return _uncached(Response(body, status, content_type="application/problem+json"))


def _first_look() -> Response:
    """Answer that there is nothing yet; a browser asks again by itself."""
    if _is_for_a_person():
        response = _page(503, *FIRST_LOOK)
        response.headers["Refresh"] = str(FIRST_LOOK_SECONDS)
    else:
        response = Response(f"{FIRST_LOOK[1]}\n", 503, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = str(FIRST_LOOK_SECONDS)
    return _uncached(response)


def _is_first_look() -> bool:
    try:
        with current().service.store.read() as connection:
            return documents.is_first_look(connection)
    except StoreError:
        return False


def _is_for_a_person() -> bool:
    return wants_page(request.path, request.headers.get("Accept", ""))


def _page(status: int, title: str, text: str) -> Response:
    body = render_template("notice.html", title=title, text=text, alternates=links.alternates())
    return Response(body, status, content_type="text/html; charset=utf-8")


def _uncached(response: Response) -> Response:
    """Keep an error out of every cache: what is embargoed appears by itself, and what failed comes back."""
    response.headers.extend(headers.page(catalog().site))
    response.headers["Cache-Control"] = "no-store"
    if request.path.endswith(MACHINE_SUFFIXES):
        # A reader that is a page on another site must be able to see that a feed has ended.
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response
