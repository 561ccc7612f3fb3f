"""Answer requests for published documents from memory, in front of Flask."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from flask import Flask

from feedsvc.errors import StoreError
from feedsvc.service import Service
from feedsvc.store import Connection, clock, rendered
from feedsvc.web.cache import key
from feedsvc.web.caching import Environ, decide
from feedsvc.web.plain import LARGE
from feedsvc.web.state import EXTENSION

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

POLL_SECONDS = 0.1
BATCH = 20
"""Documents that are read at once: their bodies are in memory twice for a moment."""

LAST_SECONDS = 2.0

log = logging.getLogger(__name__)


class Front:
    """The WSGI application that a server runs: published documents from memory, the rest by Flask.

    `start` loads what is published and follows its changes in a daemon thread, one for each process.
    """

    def __init__(self, service: Service, app: Flask) -> None:
        self._service = service
        self._app = app
        self.clock = service.clock
        self.documents = app.extensions[EXTENSION].documents
        self.answered = app.extensions[EXTENSION].answered
        self.audience = app.extensions[EXTENSION].audience
        self.governor = app.extensions[EXTENSION].governor
        self._by_path = self.documents.by_path
        self._tells_changes = self.documents.history is not None
        self._version: int | None = None
        self._trouble = ""
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING")
        found = self._by_path.get(key(path, query) if query else path)
        if (
            found is not None
            and is_simple(environ)
            and (found.is_for_all or not is_shown(environ))
            and not (self._tells_changes and "HTTP_A_IM" in environ)
        ):
            now = self.clock()
            if found.valid_until is None or now < found.valid_until:
                found.last_used = now
                status, headers, sent = decide(found, environ, now)
                if sent and self.governor.refuses(environ.get("REMOTE_ADDR", ""), environ, now):
                    status, headers, body = self.governor.refusal(now)
                else:
                    body = sent.body if sent else b""
                self.answered[status] += 1
                self.audience.note(path, status, len(body))
                start_response(status, headers)
                return [body] if body else []
        return self._app(environ, start_response)

    def start(self) -> None:
        """Load every published document, then follow the changes until `stop`."""
        self._look()
        # Two threads' versions cannot be compared: the new thread takes its own first look.
        self._version = None
        self._thread = threading.Thread(target=self._follow, name="feedsvc-front", daemon=True)
        self._thread.start()
        self.audience.start()

    def stop(self) -> None:
        """End the thread; what is in memory is still answered."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(LAST_SECONDS)
        self.audience.stop()

    def _follow(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            self._look()

    def _look(self) -> None:
        """Load what changed since the last look; a database that does not answer leaves memory as it is."""
        try:
            version = self._service.store.version()
            if version != self._version:
                self._load()
                self._version = version
            self._tell("")
        except StoreError as error:
            self._tell(str(error))
        except Exception:
            # Without this thread the process would serve old news for ever: it outlives every bug.
            log.exception("front status=failed")

    def _tell(self, trouble: str) -> None:
        """Log that memory has become stale, why, and that it is no longer: once each, not at every look."""
        if trouble and trouble != self._trouble:
            log.warning("front status=stale reason=%s", trouble)
        elif self._trouble and not trouble:
            log.info("front status=fresh")
        self._trouble = trouble

    def _load(self) -> None:
        with self._service.store.read() as connection:
            seq = clock.seq(connection)
            changed = dict(rendered.changes(connection, self.documents.seq))
            paths = sorted(changed, key=self._rank)
            for start in range(0, len(paths), BATCH):
                self._bring(connection, {path: changed[path] for path in paths[start : start + BATCH]})
            self.documents.advance(seq)

    def _bring(self, connection: Connection, changed: Mapping[str, int]) -> None:
        """Put changed documents into memory where they are wanted; what is there of others is outdated."""
        wanted = [path for path in changed if self.documents.is_wanted(path)]
        found = {document.path: document for document in rendered.find_all(connection, wanted, LARGE)}
        for path, seq in changed.items():
            if path in found and self.documents.is_wanted(path):
                self.documents.put(found[path], self.clock())
            else:
                self.documents.supersede(path, seq)

    def _rank(self, path: str) -> bool:
        """Let configured feeds come before all that others asked for."""
        found = self._service.catalog.find(path)
        return found is None or found.page > 0 or self._service.catalog.feed(found.feed.slug) is None


def is_simple(environ: Environ) -> bool:
    """Say whether a request is for the whole of a document, and everybody's: no range, no credentials."""
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and "HTTP_RANGE" not in environ
        and "HTTP_AUTHORIZATION" not in environ
    )


def is_shown(environ: Environ) -> bool:
    """Say whether a browser will show the answer by itself: at a feed's address it gets another one."""
    return environ.get("HTTP_SEC_FETCH_DEST") == "document" or "application/xhtml+xml" in str(
        environ.get("HTTP_ACCEPT", "")
    )
