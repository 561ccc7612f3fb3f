"""Keep ready answers in this process's memory: the published documents, and the pages made from them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from feedsvc.model import Document
from feedsvc.web.caching import Representation, prepare
from feedsvc.web.delta import History
from feedsvc.web.manner import Manner

MAX_BYTES = 64 * 1024 * 1024
MAX_PAGES = 256
MAX_PAGE_BYTES = 16 * 1024 * 1024
LOCKS = 64
MAX_VARIANTS = 1024
ROOM = 0.8
"""The part of memory that is filled before anybody asks: the rest is for what is asked for."""


class Documents:
    """The published documents by path: read without a lock, written under one, the least used leave first.

    Paths are spelt as in WSGI's PATH_INFO (PEP 3333: the bytes of the decoded path as latin-1), so
    that the fast path needs no decoding.
    """

    def __init__(
        self,
        manner: Callable[[str], Manner],
        max_bytes: int = MAX_BYTES,
        history: History | None = None,
    ) -> None:
        self.seq = 0
        """The change sequence up to which this process has loaded what was published."""
        self.by_path: dict[str, Representation] = {}
        self.history = history
        """What documents were before; None where nobody is told the difference."""
        self._manner = manner
        self._max_bytes = max_bytes
        self._size = 0
        self._seqs: dict[str, int] = {}
        self._writing = threading.Lock()
        self._variants: OrderedDict[str, None] = OrderedDict()
        self._flights = [threading.Lock() for _ in range(LOCKS)]

    def find(self, path: str, query: str = "") -> Representation | None:
        """Return what is in memory for a decoded path, valid or not."""
        return self.by_path.get(key(wsgi_path(path), query))

    def is_wanted(self, path: str) -> bool:
        """Say whether a document belongs into memory before anybody asks: it was there, or there is room."""
        return wsgi_path(path) in self.by_path or self._size < ROOM * self._max_bytes

    def supersede(self, path: str, seq: int) -> None:
        """Take out of memory what was at a decoded path before change `seq`, and let nobody put it back."""
        spelt = wsgi_path(path)
        with self._writing:
            self._drop(spelt)
            self._seqs[spelt] = max(seq, self._seqs.get(spelt, 0))

    def put(self, document: Document, now: datetime) -> Representation:
        """Put one document in its place and return it as it is answered."""
        path = wsgi_path(document.path)
        made = self.prepared(document)
        made.last_used = now
        with self._writing:
            # A slow reader of the database must not put back what a quicker one has already replaced.
            if document.seq >= self._seqs.get(path, 0):
                self._keep_past(path, document.etag)
                self._drop(path)
                self.by_path[path], self._seqs[path] = made, document.seq
                self._size += made.size
                self._evict()
        return made

    def put_variant(self, document: Document, query: str, seq: int, now: datetime) -> Representation:
        """Return a document that nobody published as it is answered; kept until something changes."""
        path = key(wsgi_path(document.path), query)
        made = self.prepared(document)
        made.last_used = now
        with self._writing:
            if seq >= self.seq:
                self._drop(path)
                self.by_path[path] = made
                self._size += made.size
                self._remember(path)
        return made

    def alias(self, path: str, written: str, query: str) -> None:
        """Answer another spelling of a query with what is in memory already, for as long as that is there."""
        spelt = key(wsgi_path(path), written)
        with self._writing:
            found = self.by_path.get(key(wsgi_path(path), query))
            if found is not None and self.by_path.get(spelt) is not found:
                self._drop(spelt)
                self.by_path[spelt] = found
                # Its bytes count again, so that no flood of spellings is free.
                self._size += found.size
                self._remember(spelt)

    def advance(self, seq: int) -> None:
        """Note that this process knows all up to a change, and let go of what that may have outdated."""
        with self._writing:
            if seq != self.seq:
                self.seq = seq
                for path in self._variants:
                    self._drop(path)
                self._variants.clear()

    def prepared(self, document: Document) -> Representation:
        """Return a document as it is answered, without a place in memory."""
        bodies = {"identity": (document.etag, document.body)}
        if document.gzip:
            bodies["gzip"] = (document.etag_gzip, document.gzip)
        if document.br:
            bodies["br"] = (document.etag_br, document.br)
        links = (("Link", ", ".join(document.links)),) if document.links else ()
        manner = self._manner(document.path)
        return prepare(
            bodies,
            modified=document.modified,
            headers=[*manner.headers, *links],
            entity=[("Content-Type", document.content_type), *manner.entity],
            freshness=manner.freshness,
            valid_until=document.valid_until,
            is_for_all=manner.is_for_all,
            origins=manner.origins,
        )

    def forget(self, path: str) -> None:
        """Take the document at a decoded path out of memory."""
        with self._writing:
            self._drop(wsgi_path(path))

    @contextmanager
    def flight(self, path: str) -> Iterator[None]:
        """Let one thread at a time make the document of a path."""
        with self._flights[hash(path) % LOCKS]:
            yield

    def _remember(self, path: str) -> None:
        """Note an answer that nobody published; what has been there longest leaves for it."""
        self._variants[path] = None
        self._variants.move_to_end(path)
        if len(self._variants) > MAX_VARIANTS:
            self._drop(self._variants.popitem(last=False)[0])
        self._evict()

    def _keep_past(self, path: str, etag: str) -> None:
        past = self.by_path.get(path)
        if self.history is not None and past is not None and past.variants["identity"].etag != etag:
            self.history.remember(path, past)

    def _drop(self, path: str) -> None:
        gone = self.by_path.pop(path, None)
        if gone is not None:
            self._size -= gone.size

    def _evict(self) -> None:
        if self._size <= self._max_bytes:
            return
        for path, _ in sorted(self.by_path.items(), key=lambda entry: entry[1].last_used):
            self._drop(path)
            if self._size <= self._max_bytes:
                return


class Pages:
    """The pages that were made last, each true for one change sequence and up to one moment."""

    def __init__(self, max_pages: int = MAX_PAGES, max_bytes: int = MAX_PAGE_BYTES) -> None:
        self._max_pages = max_pages
        self._max_bytes = max_bytes
        self._size = 0
        self._kept: OrderedDict[str, tuple[int, Representation]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: str, now: datetime, seq: int | None = None) -> Representation | None:
        """Return the page if it is still true; without a sequence, the last one that breaks no embargo."""
        with self._lock:
            made_at, page = self._kept.get(key, (0, None))
            if page is None or (seq is not None and made_at != seq) or not page.is_valid(now):
                return None
            self._kept.move_to_end(key)
            return page

    def keep(self, key: str, seq: int, page: Representation) -> None:
        """Keep a page that is true for this change sequence; the one asked for longest ago leaves."""
        with self._lock:
            if key in self._kept:
                self._size -= self._kept[key][1].size
            self._kept[key] = (seq, page)
            self._kept.move_to_end(key)
            self._size += page.size
            while len(self._kept) > self._max_pages or self._size > self._max_bytes:
                _, (_, left) = self._kept.popitem(last=False)
                self._size -= left.size


class Recent:
    """A text that is made anew once a second at the most, by one thread, however often it is asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: tuple[datetime, str] | None = None

    def recent(self, now: datetime, make: Callable[[], str]) -> str:
        """Return the text of this moment, or of up to a second before."""
        with self._lock:
            if self._made is None or abs(now - self._made[0]) >= timedelta(seconds=1):
                self._made = (now, make())
            return self._made[1]


def key(path: str, query: str) -> str:
    """Return under which name the answer to a path as in WSGI and a query is kept.

    No path can be spelt so that it is that of another address with a query: WSGI has no such letter.
    """
    return f"{path}\N{QUESTION EXCLAMATION MARK}{query}" if query else path


def wsgi_path(path: str) -> str:
    """Return a decoded path as WSGI spells it."""
    return path.encode().decode("latin-1")
