"""The global change sequence: one number that orders every change of the installation."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from feedsvc.store.schema import clock


def seq(c: Connection) -> int:
    """Return the number of the last committed change; 0 in a new database."""
    return int(c.execute(select(clock.c.seq)).scalar_one())


def advance(c: Connection) -> int:
    """Take the next number; the row stays locked until the transaction ends, so numbers commit in order."""
    taken = update(clock).values(seq=clock.c.seq + 1).returning(clock.c.seq)
    return int(c.execute(taken).scalar_one())
