"""Small facts about the installation, by name."""

from __future__ import annotations

from sqlalchemy import Connection, select

from feedsvc.store import sql
from feedsvc.store.schema import meta

SITE_ID = "site_id"
"""The installation's own id, minted once."""

LOOKED, SCANNED, LIVE_SEQ = "looked", "scanned", "live_seq"
"""Since the last start: the first look has been taken in; it is live; the sequence from which on it is."""

COMPRESSED = "compressed"
"""The sequence up to which every published document has all its encodings."""

PUBLISHED = "published"
"""How far all known feeds are published."""

PUBLISHING = "publishing"
"""How far a run through all known feeds has come, where one is under way."""

LATEST = "latest"
"""The latest moment at which something was published or due: a clock that shows less has gone back."""


def get(c: Connection, key: str) -> str | None:
    """Return the value of a fact, or None where it was never told."""
    return c.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()


def put(c: Connection, key: str, value: str) -> None:
    """Remember a fact, in place of what was known."""
    sql.put(c, meta, [{"key": key, "value": value}])
