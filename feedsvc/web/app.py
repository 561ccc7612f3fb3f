"""Build the Flask application: every route, every header, no thread and no schedule."""

from __future__ import annotations

import logging
import time
from urllib.parse import quote

from flask import Flask, Response, g, request

from feedsvc.service import Service
from feedsvc.web import (
    builder,
    embeds,
    errors,
    feeds,
    follow,
    health,
    media,
    metrics,
    pages,
    scripts,
    search,
    static,
    terms,
)
from feedsvc.web.render import install
from feedsvc.web.state import EXTENSION, current, new_state

MAX_REQUEST_BYTES = 1024 * 1024

log = logging.getLogger("feedsvc.web")


def create_app(service: Service) -> Flask:
    """Return the application over an open service; it starts nothing."""
    app = Flask("feedsvc.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    # Werkzeug's own redirects name the Host of the request; ours are routes, and name none.
    app.url_map.merge_slashes = False
    app.extensions[EXTENSION] = new_state(service)
    install(app, service.catalog.site)
    for part in (
        health,
        metrics,
        static,
        scripts,
        feeds,
        follow,
        builder,
        embeds,
        media,
        pages,
        terms,
        search,
    ):
        app.register_blueprint(part.routes)
    errors.install(app)
    app.before_request(_start)
    app.after_request(_log)
    app.after_request(_sort_methods)
    return app


def _start() -> None:
    g.started = time.monotonic()


def _log(response: Response) -> Response:
    current().answered[response.status] += 1
    ms = (time.monotonic() - g.started) * 1000
    # Percent-encoded, since a path may carry a line break.
    path = quote(request.path)
    log.info("request method=%s path=%s status=%d ms=%.1f", request.method, path, response.status_code, ms)
    return response


def _sort_methods(response: Response) -> Response:
    """Name the methods of an address in one order in every process: a set has another one in each."""
    if "Allow" in response.headers:
        response.headers["Allow"] = ", ".join(sorted(response.allow))
    return response
