"""Say what belongs into the folder: every published document in each of its encodings, lists and media."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path

from feedsvc import formats, lists
from feedsvc.catalog import Catalog
from feedsvc.export.folder import File
from feedsvc.lists import Listed
from feedsvc.model import Document
from feedsvc.store import Store, archives, items, rendered

PUBLIC = "public"
"""What is served: addresses are paths below it."""

MOMENTS = "moments"
"""Beside it, an empty file for each document that time alone will change soon."""

MAX_NAME_BYTES = 240
AT_ONCE = 100
"""Documents that are made in one run: what is new is not to wait for an archive of thousands of pages."""

CHUNK = 1024 * 1024

_UNSPEAKABLE = re.compile(r'[\x00-\x1f\x7f"\\$*?\[\]{}\ud800-\udfff]')
"""What no web server's configuration can spell in a path."""

Find = Callable[[str], Document | None]
"""Finds the document at a path as it must be served now, and makes it where it is not there."""


@dataclass(frozen=True, slots=True)
class Served:
    """A document in the folder, as the configuration of a web server tells of it."""

    path: str
    content_type: str
    links: tuple[str, ...] = ()
    is_list: bool = False


def documents(store: Store, catalog: Catalog, find: Find, now: datetime) -> tuple[list[Document], int]:
    """Return the published documents without their bytes, and how many are still to be made.

    Some that are missing, or over, are made first: feeds before archives, and these from the newest page on.
    """
    missing = _missing(store, catalog, now)
    made = [find(path) for path in missing[:AT_ONCE]]
    with store.read() as connection:
        found = rendered.heads(connection)
    there = [each for each in found if catalog.find(each.path) and place(each.path) and is_true(each, now)]
    # What cannot be made now cannot be made at once again either.
    return there, len(missing[AT_ONCE:]) if any(made) else 0


def _missing(store: Store, catalog: Catalog, now: datetime) -> list[str]:
    """Return what is not there as it should be, in the order in which it is to be made."""
    with store.read() as connection:
        heads = [each for each in rendered.heads(connection) if catalog.find(each.path)]
        known = {each.path: is_true(each, now) for each in heads}
        last = {feed.path: archives.last(connection, feed.path) for feed in catalog.feeds}
    wanted = dict.fromkeys(known, 0)
    for feed in catalog.feeds:
        newest = last[feed.path]
        for page in range(newest.page + 1 if newest and not feed.complete else 1):
            for suffix in formats.SUFFIXES.values():
                wanted[f"{feed.path}/archive/{page}{suffix}" if page else feed.path + suffix] = page
    missing = [path for path in wanted if not known.get(path)]
    return sorted(missing, key=lambda path: (wanted[path] > 0, -wanted[path], path))


def is_true(document: Document, now: datetime) -> bool:
    """Say whether a document holds what it should at this moment."""
    return document.valid_until is None or now < document.valid_until


def files(store: Store, document: Document) -> Iterator[File]:
    """Yield the files of a document: as it is, and in each of its encodings beside that."""

    def read(encoding: str) -> Iterator[bytes]:
        with store.read() as connection:
            found = rendered.find(connection, document.path)
        # What was taken down meanwhile is empty; the next run, which that asks for, removes it.
        yield getattr(found, encoding) if found else b""

    name = place(document.path)
    for suffix, encoding, mark in (
        ("", "body", document.etag),
        (".gz", "gzip", document.etag_gzip),
        (".br", "br", document.etag_br),
    ):
        if mark:
            yield File(f"{PUBLIC}/{name}{suffix}", mark, partial(read, encoding), document.modified)


def listed(store: Store, catalog: Catalog, now: datetime) -> Iterator[tuple[Served, list[File]]]:
    """Yield the lists of feeds and of items, each with its files."""
    with store.read() as connection:
        yield _list("/feeds.opml", lists.opml(catalog))
        yield _list("/robots.txt", lists.robots(catalog.site))
        yield _list("/news-sitemap.xml", lists.news(connection, catalog.site, now))
        yield _list("/sitemap.xml", lists.sitemap(connection, catalog.site, lists.Portions(), now))
        count = lists.portion_count(connection)
        for nth in range(1, count + 1) if count > 1 else ():
            portion = lists.portion(connection, catalog.site, nth, now)
            if portion is not None:
                yield _list(lists.portion_path(nth), portion)


def media(store: Store, source: str, root: Path, now: datetime) -> Iterator[File]:
    """Yield the files beside the items that the public may see now."""
    with store.read() as connection:
        paths = items.shown_media(connection, source, now)
    inside = root.resolve()
    for path in paths:
        name, file = place(f"/media/items/{path}"), (root / path).resolve()
        if name and file.is_relative_to(inside) and file.is_file():
            found = file.stat()
            mark = f"{found.st_size}-{found.st_mtime_ns}"
            modified = datetime.fromtimestamp(found.st_mtime, tz=now.tzinfo)
            yield File(f"{PUBLIC}/{name}", mark, partial(_copied, file), modified)


def moments(found: Iterable[Document], until: datetime) -> Iterator[File]:
    """Yield the marks of the documents that time alone will change before this moment."""
    for each in found:
        if each.valid_until is not None and each.valid_until < until:
            yield text(f"{MOMENTS}/{place(each.path)}", "")


def place(path: str) -> str:
    """Return where the document of a decoded path lies below the folder; empty where it cannot lie there.

    Only what is written as it is read: whatever leads elsewhere, or cannot be spelt, is left out.
    """
    parts = path.removeprefix("/").split("/")
    if _UNSPEAKABLE.search(path) or any(
        part.startswith(".") or not part or len(part.encode()) > MAX_NAME_BYTES for part in parts
    ):
        return ""
    return "/".join(parts)


def text(name: str, content: str) -> File:
    """Return a file that holds a text."""
    body = content.encode()
    return File(name, sha256(body).hexdigest()[:32], lambda: [body])


def _list(path: str, made: Listed) -> tuple[Served, list[File]]:
    written = formats.document(path, made.content_type, made.body, modified=datetime.min)
    name = f"{PUBLIC}{path}"
    plain = File(name, written.etag, lambda: [written.body])
    packed = File(f"{name}.gz", written.etag_gzip, lambda: [written.gzip])
    return Served(path, made.content_type, is_list=True), [plain, packed]


def _copied(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        yield from chain(iter(lambda: source.read(CHUNK), b""))
