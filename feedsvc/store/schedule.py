"""What is due: names with an interval and a next time; ticks claim them, each exactly once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, update

from feedsvc.store import sql
from feedsvc.store.schema import schedule
from feedsvc.store.times import from_ms, to_ms

SOURCE = "source:"
"""How the names of upstream sources begin."""


def of_source(key: str) -> str:
    """Return the name of an upstream source."""
    return f"{SOURCE}{key}"


def claim(c: Connection, now: datetime, limit: int) -> list[str]:
    """Take at most `limit` names that are due, the longest overdue, and set each one interval on from now.

    One guarded statement: two schedulers never get the same name for the same time. Intervals that
    were missed are not made up for.
    """
    moment = to_ms(now)
    due = select(schedule.c.name).where(schedule.c.next_at <= moment)
    due = due.order_by(schedule.c.next_at, schedule.c.name).limit(limit).with_for_update(skip_locked=True)
    statement = (
        update(schedule)
        .where(schedule.c.name.in_(due), schedule.c.next_at <= moment)
        .values(next_at=moment + schedule.c.every_ms)
        .returning(schedule.c.name)
    )
    return sorted(c.execute(statement).scalars())


def put(c: Connection, name: str, every: timedelta, next_at: datetime) -> None:
    """Set a name's interval and next time, whether or not it was there."""
    put_all(c, {name: (every, next_at)})


def put_all(c: Connection, plan: Mapping[str, tuple[timedelta, datetime]]) -> None:
    """Set the interval and next time of many names."""
    rows = [
        {"name": name, "every_ms": every // _MILLISECOND, "next_at": to_ms(next_at)}
        for name, (every, next_at) in plan.items()
    ]
    sql.put(c, schedule, rows)


def put_off(c: Connection, name: str, until: datetime) -> None:
    """Set a name's next time, if it is in the schedule; its interval stays."""
    sql.each(c, _PUT_OFF, [{"this_name": name, "next_at": to_ms(until)}])


def change(c: Connection, intervals: Mapping[str, timedelta]) -> None:
    """Set the interval of names that have another; what they are due next stays."""
    known = c.execute(select(schedule.c.name, schedule.c.every_ms)).all()
    for name, every_ms in known:
        wanted = intervals.get(name, timedelta()) // _MILLISECOND
        if wanted not in (0, every_ms):
            c.execute(update(schedule).where(schedule.c.name == name).values(every_ms=wanted))


def pull(c: Connection, name: str, at: datetime) -> None:
    """Make a name due at `at` if it would be due later; never pushes it back."""
    moment = to_ms(at)
    later = (schedule.c.name == name, schedule.c.next_at > moment)
    c.execute(update(schedule).where(*later).values(next_at=moment))


def keep(c: Connection, kept: Collection[str]) -> None:
    """Remove every name that is not among these."""
    for gone in sql.chunks(sorted(names(c) - set(kept))):
        c.execute(delete(schedule).where(schedule.c.name.in_(gone)))


def due(c: Connection, now: datetime) -> bool:
    """Say whether anything is due, so that an idle tick need not write."""
    query = select(schedule.c.name).where(schedule.c.next_at <= to_ms(now)).limit(1)
    return c.execute(query).first() is not None


def first(c: Connection) -> tuple[str, datetime] | None:
    """Return the name that is due before all others, and when; None where nothing is scheduled."""
    query = select(schedule.c.name, schedule.c.next_at).order_by(schedule.c.next_at, schedule.c.name)
    row = c.execute(query.limit(1)).one_or_none()
    return None if row is None else (row.name, from_ms(row.next_at))


def names(c: Connection) -> set[str]:
    """Return every name in the schedule."""
    return set(c.execute(select(schedule.c.name)).scalars())


_PUT_OFF = (
    update(schedule).where(schedule.c.name == bindparam("this_name")).values(next_at=bindparam("next_at"))
)
_MILLISECOND = timedelta(milliseconds=1)
