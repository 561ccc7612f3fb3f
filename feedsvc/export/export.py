"""Export what is published into a folder, for another web server to serve it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from feedsvc import formats
from feedsvc.catalog import Catalog
from feedsvc.export import caddy, contents, nginx
from feedsvc.export.contents import Find, Served
from feedsvc.export.folder import Brought, File, bring
from feedsvc.export.serving import Serving
from feedsvc.model import Document, Rule
from feedsvc.store import Store, items

SOON = timedelta(hours=2)
"""Longer than between two exports: a document that changes by itself before is not kept by caches."""

GONE_ITEMS = 1000
"""How many withdrawn items are named, the last ones."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to export to, and what the other web server has to know of feedsvc."""

    root: Path
    upstream: str
    max_age: int
    media_source: str
    media_root: Path


def export(store: Store, catalog: Catalog, target: Target, find: Find, now: datetime) -> Brought:
    """Bring the folder up to date with what is published; idempotent.

    `find` makes what is not there yet, such as pages of archives; where that is much, the next run goes on
    with it (`left`). ExportError where the folder cannot
    be written, Conflict while another process exports to it: in either case what is there stays.
    """
    documents, left = contents.documents(store, catalog, find, now)
    return replace(bring(target.root, list(_files(store, catalog, target, documents, now))), left=left)


def _files(
    store: Store, catalog: Catalog, target: Target, documents: list[Document], now: datetime
) -> Iterator[File]:
    served = [Served(each.path, each.content_type, each.links) for each in documents]
    for each in documents:
        yield from contents.files(store, each)
    for one, files in contents.listed(store, catalog, now):
        served.append(one)
        yield from files
    yield from contents.media(store, target.media_source, target.media_root, now)
    yield from contents.moments(documents, now + SOON)
    serving = _serving(store, catalog, target, documents)
    for name, text in nginx.configuration(serving, served):
        yield contents.text(name, text)
    yield contents.text(caddy.NAME, caddy.configuration(serving, served))


def _serving(store: Store, catalog: Catalog, target: Target, documents: list[Document]) -> Serving:
    with store.read() as connection:
        withdrawn = items.withdrawn(connection, Rule(), limit=GONE_ITEMS)
    there = {each.path for each in documents}
    ended = [path for path in _ended(catalog, is_moved=False) if path not in there]
    return Serving(
        root=str(target.root.resolve()),
        upstream=target.upstream,
        prefix=urlsplit(catalog.site.url).path.rstrip("/"),
        max_age=target.max_age,
        gone=(*ended, *(f"/items/{item.slug}" for item in withdrawn)),
        moved=_ended(catalog, is_moved=True),
    )


def _ended(catalog: Catalog, *, is_moved: bool) -> Mapping[str, str]:
    """Return the addresses of the feeds that have ended, or of those that have moved, and where to."""
    prefix = urlsplit(catalog.site.url).path.rstrip("/")
    return {
        f"/feeds/{slug}{suffix}": target if "/" in target else f"{prefix}/feeds/{target}{suffix}"
        for slug, target in catalog.ended.items()
        if bool(target) == is_moved
        for suffix in formats.SUFFIXES.values()
    }
