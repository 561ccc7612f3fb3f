"""The global change sequence: one number that orders every change of the installation."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from feedsvc.store.schema import clock


def seq(c: Connection) -> int:
    """Return the number of the last committed change; 0 in a new database."""
    return int(c.execute(_LAST).scalar_one())


def advance(c: Connection) -> int:
    """Take the next number; the row stays locked until the transaction ends, so numbers commit in order."""
    return int(c.execute(_NEXT).scalar_one())


def hold(c: Connection) -> None:
    """Let nobody else take a number until the transaction ends, without taking one."""
    c.execute(_LAST.with_for_update())


# Made once: every change that is written, and every look for one, comes through here.
_LAST = select(clock.c.seq)
_NEXT = update(clock).values(seq=clock.c.seq + 1).returning(clock.c.seq)
