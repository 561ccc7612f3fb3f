"""Open what a running service needs from a configuration, and close it again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from feedsvc import __version__, config, identity
from feedsvc.catalog import Catalog
from feedsvc.errors import Misfit, StoreError
from feedsvc.net import Client, Limits
from feedsvc.queue import Queue, open_queue
from feedsvc.sources import Folder, FolderRules, UpstreamRules
from feedsvc.store import PATIENCE_SECONDS, Store, meta

AGAIN_SECONDS = 1.0
"""Between two tries to begin where the database does not let us."""

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """One open installation: its settings, database, queue, catalog of feeds, and clock."""

    settings: config.Settings
    store: Store
    queue: Queue
    catalog: Catalog
    clock: Callable[[], datetime]

    def close(self) -> None:
        """Close the queue and the database."""
        self.queue.close()
        self.store.close()


def utc_now() -> datetime:
    """Return the moment: the clock of everything that runs."""
    return datetime.now(UTC)


def open_service(
    settings: config.Settings, clock: Callable[[], datetime] = utc_now, *, patience: float = PATIENCE_SECONDS
) -> Service:
    """Open the installation that the settings describe, which `prepare` has prepared.

    StoreError where the database does not answer, Misfit where it is not of this version.
    """
    store, queue = open_database(settings, clock, patience)
    with ExitStack() as opened:
        opened.callback(store.close)
        opened.callback(queue.close)
        store.verify()
        with store.read() as connection:
            site = replace(config.site(settings), id=meta.get(connection, meta.SITE_ID) or "")
        opened.pop_all()
    catalog = Catalog(site, config.feeds(settings), ended=config.ended(settings))
    return Service(settings, store, queue, catalog, clock)


def wait_for_service(settings: config.Settings, patience: float = PATIENCE_SECONDS) -> Service:
    """Open the installation as soon as its database answers; raises Misfit where it is of another version.

    `patience` is how many seconds a write waits for others to end theirs.
    """
    return persist(lambda: open_service(settings, patience=patience))


def persist(attempt: Callable[[], T]) -> T:
    """Return what an attempt gives, however long the database keeps it from that.

    The log is told what is waited for, once. Misfit does not mend itself, and is raised.
    """
    told = ""
    while True:
        try:
            return attempt()
        except Misfit:
            raise
        except StoreError as error:
            if str(error) != told:
                told = str(error)
                log.error('start status=waiting error="%s"', told)
            time.sleep(AGAIN_SECONDS)


def prepare(
    settings: config.Settings, clock: Callable[[], datetime] = utc_now, *, keep_backup: bool = True
) -> None:
    """Bring database and queue to this version's schema, and mint the installation's id; idempotent."""
    store, queue = open_database(settings, clock)
    try:
        store.upgrade(keep_backup=keep_backup)
        queue.apply_schema()
        with store.write() as tx:
            if meta.get(tx.connection, meta.SITE_ID) is None:
                meta.put(tx.connection, meta.SITE_ID, identity.site_id(config.site(settings).url))
    finally:
        queue.close()
        store.close()


def open_database(
    settings: config.Settings,
    clock: Callable[[], datetime] = utc_now,
    patience: float = PATIENCE_SECONDS,
) -> tuple[Store, Queue]:
    """Open the database and the queue in it, whatever is in there; nothing is read or written yet."""
    store = Store(
        settings.database_url, synchronous=settings.database.synchronous, clock=clock, patience=patience
    )
    return store, open_queue(store.url, store.gate if store.dialect == "sqlite" else None)


def folder(settings: config.Settings) -> Folder:
    """Return the folder source of a configuration."""
    return Folder(
        FolderRules(
            source=config.FOLDER,
            root=settings.items_path,
            site_url=config.site(settings).url,
            timezone=settings.site.timezone,
            language=settings.site.language,
            subfolder_tags=settings.items.subfolder_tags,
            feeds=tuple(feed.slug for feed in config.feeds(settings)),
            max_file_bytes=settings.limits.file_bytes,
            max_html_bytes=settings.limits.item_html_bytes,
        )
    )


def client(settings: config.Settings) -> Client:
    """Return the outbound door, with the limits of a configuration."""
    limits = settings.limits
    return Client(
        Limits(
            seconds=limits.fetch_seconds,
            max_bytes=limits.fetch_bytes,
            redirects=limits.redirects,
            allow_networks=limits.allow_networks,
        ),
        user_agent=f"feedsvc/{__version__} (+{config.site(settings).url})",
    )


def upstream(settings: config.Settings, key: str) -> UpstreamRules:
    """Return what to ask an upstream source for; KeyError where it is not configured."""
    source = settings.sources[key]
    return UpstreamRules(
        key=key,
        url=source.url,
        tags=source.tags,
        language=source.language,
        limit=source.limit,
        content=source.content,
        max_html_bytes=settings.limits.item_html_bytes,
    )
