"""Turn a prepared answer into a Flask response."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from werkzeug.datastructures import Headers

from feedsvc.web.caching import Environ, Representation, answer


class Ready(Response):
    """A response whose headers are complete: werkzeug adds no type, and drops nothing from a 304."""

    default_mimetype = None

    def get_wsgi_headers(self, environ: object) -> Headers:
        """Return the headers as they were prepared."""
        return self.headers


def ready(found: Representation, environ: Environ, now: datetime) -> Ready:
    """Return the answer of a representation to this request."""
    status, headers, body = answer(found, environ, now)
    # A list, not bytes: bytes would set the Content-Length, and that of a HEAD is the GET's.
    return Ready([body] if body else [], status, headers)
