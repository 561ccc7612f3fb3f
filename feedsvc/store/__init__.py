"""Keep everything in one database: the only SQL of feedsvc, for SQLite and PostgreSQL alike.

    with store.write() as t:                      with store.read() as c:
        items.insert(t.connection, new, t.seq())      items.select(c, rule, now=now, limit=50)

A `Store` opens transactions; the modules here are plain functions over a transaction's `Connection`.
Everything that the database does not do raises StoreError.
"""

from sqlalchemy import Connection

from feedsvc.store import (
    addresses,
    archives,
    audience,
    backups,
    clock,
    feeds,
    health,
    items,
    meta,
    rendered,
    schedule,
    sources,
    sqlite,
)
from feedsvc.store.archives import ArchivePage
from feedsvc.store.audience import Counts
from feedsvc.store.codec import canonical as canonical_article
from feedsvc.store.database import PATIENCE_SECONDS, Store, Transaction
from feedsvc.store.feeds import FeedState
from feedsvc.store.gate import is_read_only
from feedsvc.store.role import Fenced, Hold, hold
from feedsvc.store.sources import SourceState
from feedsvc.store.sqlite import new_file
from feedsvc.store.terms import Kind, folded, terms_of
from feedsvc.store.words import words, words_of

__all__ = [
    "PATIENCE_SECONDS",
    "ArchivePage",
    "Connection",
    "Counts",
    "FeedState",
    "Fenced",
    "Hold",
    "Kind",
    "SourceState",
    "Store",
    "Transaction",
    "addresses",
    "archives",
    "audience",
    "backups",
    "canonical_article",
    "clock",
    "feeds",
    "folded",
    "health",
    "hold",
    "is_read_only",
    "items",
    "meta",
    "new_file",
    "rendered",
    "schedule",
    "sources",
    "sqlite",
    "terms_of",
    "words",
    "words_of",
]
