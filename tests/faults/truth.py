"""What must be true of a database whatever was killed: asked of its tables, on both kinds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing

import sqlalchemy as sa

from feedsvc.store import Store, feeds
from feedsvc.store.schema import clock, item, item_term, rendered, revision

SQLITE = "sqlite:///"


def faults(store: Store, seq_before: int) -> list[str]:
    """Return what is wrong in the database; `seq_before` is its change sequence at an earlier look."""
    found: list[str] = []
    with store.read() as c:
        for column in (item.c.id, item.c.slug):
            twice = sa.select(column).group_by(column).having(sa.func.count() > 1)
            found += [f"{column.name} “{value}” is there twice" for value in c.execute(twice).scalars()]
        twins = sa.select(item.c.source, item.c.guid).group_by(item.c.source, item.c.guid)
        found += [f"{row} is there twice" for row in c.execute(twins.having(sa.func.count() > 1))]
        pks = set(c.execute(sa.select(item.c.pk)).scalars())
        for state in feeds.all(c):
            if len(set(state.members)) != len(state.members):
                found.append(f"{state.path} has a member twice")
            if not pks.issuperset(state.members):
                found.append(f"{state.path} has members that are not there: {set(state.members) - pks}")
        for table in (item_term, revision):
            owners = set(c.execute(sa.select(table.c.item_pk).distinct()).scalars())
            if not pks.issuperset(owners):
                found.append(f"{table.name} belongs to items that are not there: {owners - pks}")
        seq = c.execute(sa.select(clock.c.seq)).scalar_one()
        for column in (item.c.seq, rendered.c.seq, revision.c.seq):
            newest = c.execute(sa.select(sa.func.max(column))).scalar_one() or 0
            if newest > seq:
                found.append(f"{column} is at {newest}, the sequence at {seq}")
        if seq < seq_before:
            found.append(f"the sequence went back from {seq_before} to {seq}")
    return found + integrity(store.url)


def integrity(url: str) -> list[str]:
    """Return what SQLite finds wrong with the file; PostgreSQL has no such question."""
    if not url.startswith(SQLITE):
        return []
    with closing(sqlite3.connect(url.removeprefix(SQLITE))) as database:
        rows = [row[0] for row in database.execute("PRAGMA integrity_check")]
        rows += [f"foreign key {row}" for row in database.execute("PRAGMA foreign_key_check")]
    return [row for row in rows if row != "ok"]


def sequence(store: Store) -> int:
    """Return the change sequence."""
    with store.read() as c:
        return int(c.execute(sa.select(clock.c.seq)).scalar_one())


def broken_promises(store: Store, source: str, promised: Mapping[str, tuple[int, set[str]]]) -> list[str]:
    """Return which acknowledged writes of a source are not there as they should be."""
    with store.read() as c:
        rows = c.execute(sa.select(item.c.guid, item.c.title).where(item.c.source == source))
        titles = {row.guid: row.title for row in rows}
    return [
        f"{guid} is “{titles.get(guid)}”, not {sorted(allowed)}"
        for guid, (times, allowed) in promised.items()
        if times and titles.get(guid) not in allowed
    ]
