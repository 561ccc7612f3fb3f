"""Small facts about the installation, by name."""

from __future__ import annotations

from sqlalchemy import Connection, select

from feedsvc.store import sql
from feedsvc.store.schema import meta


def get(c: Connection, key: str) -> str | None:
    """Return the value of a fact, or None where it was never told."""
    return c.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()


def put(c: Connection, key: str, value: str) -> None:
    """Remember a fact, in place of what was known."""
    sql.put(c, meta, [{"key": key, "value": value}])
