"""How many items have each term, in each state: kept with every write, so that counting reads no items.

What tallies cannot know is the time. The few items that are published but not visible at a moment,
because they wait or have ended, are looked up and taken off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import (
    Connection,
    Delete,
    Insert,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    union,
)

from feedsvc.model import State
from feedsvc.store import sql
from feedsvc.store.schema import item, item_term, tally
from feedsvc.store.terms import MAX_VALUE_CHARS, Kind

Term = tuple[str, str, str, str]
"""What is counted together: kind, state, value and label (cut as values are, for the same reason)."""

PUBLISHED: State = "published"


def term(kind: str, state: str, value: str, label: str) -> Term:
    """Return what an item with this term is counted under."""
    return kind, state, value, label[:MAX_VALUE_CHARS]


def held(c: Connection, pks: Sequence[int]) -> Counter[Term]:
    """Count the terms that these items have now."""
    found: Counter[Term] = Counter()
    of = item_term.c
    for chunk in sql.chunks(pks):
        rows = c.execute(select(of.kind, of.state, of.value, of.label).where(of.item_pk.in_(chunk)))
        found.update(term(*row) for row in rows)
    return found


def shift(c: Connection, gone: Counter[Term], come: Counter[Term]) -> None:
    """Take off the terms that are gone, and add those that have come.

    For a transaction that has taken its number in the change sequence: such writers stand in line,
    so that no two of them wait for each other's rows.
    """
    change = Counter(come)
    change.subtract(gone)
    rows = [_row(each, number) for each, number in sorted(change.items()) if number]
    sql.each(c, _shifting(c.dialect.name), rows)
    sql.each(c, _clearing(), [row for row in rows if row["number"] < 0])


def labels(c: Connection, kind: Kind, now: int) -> dict[str, Counter[str]]:
    """Return how many visible items write each value in which way."""
    found: dict[str, Counter[str]] = {}
    of = tally.c
    public = select(of.value, of.label, of.number).where(of.kind == kind, of.state == PUBLISHED)
    for value, label, number in c.execute(public):
        found.setdefault(value, Counter())[label] = number
    for chunk in sql.chunks(_hidden(c, now)):
        for (of_kind, _, value, label), number in held(c, chunk).items():
            if of_kind == kind:
                found[value][label] -= number
    return {value: +spelled for value, spelled in found.items() if +spelled}


def total(c: Connection, kind: Kind, value: str, state: State) -> int:
    """Return how many items of a state have a term (its value folded), seen or not."""
    of = tally.c
    every = select(func.coalesce(func.sum(of.number), 0))
    every = every.where(of.kind == kind, of.state == state, of.value == value)
    return int(c.execute(every).scalar_one())


def visible(c: Connection, kind: Kind, value: str, now: int) -> int:
    """Return how many items with a term (its value folded) the public may see."""
    of, taken = item_term.c, 0
    for chunk in sql.chunks(_hidden(c, now)):
        having = select(func.count()).where(of.item_pk.in_(chunk), of.kind == kind, of.value == value)
        taken += int(c.execute(having).scalar_one())
    return total(c, kind, value, PUBLISHED) - taken


def all_visible(c: Connection, now: int) -> int:
    """Return how many items the public may see."""
    return states(c)[PUBLISHED] - len(_hidden(c, now))


def states(c: Connection) -> Counter[State]:
    """Return how many items are in each state."""
    of = tally.c
    # Every item has exactly one source.
    rows = c.execute(select(of.state, func.sum(of.number)).where(of.kind == "source").group_by(of.state))
    return Counter({state: int(number) for state, number in rows})


def _hidden(c: Connection, now: int) -> list[int]:
    """Find the published items that wait for their time, and those that have ended: two short walks.

    Listed here, and not joined there: PostgreSQL may think them many, and read all items of a term.
    """
    of = item.c
    waiting = select(of.pk).where(of.state == PUBLISHED, of.published > now)
    ended = select(of.pk).where(of.state == PUBLISHED, of.expires <= now)
    return list(c.execute(union(waiting, ended)).scalars())


def _row(each: Term, number: int) -> dict[str, Any]:  # texts, and a number
    kind, state, value, label = each
    return {"kind": kind, "state": state, "value": value, "label": label, "number": number}


@cache
def _shifting(dialect: str) -> Insert:
    statement = import_module(f"sqlalchemy.dialects.{dialect}").insert(tally)
    made: Insert = statement.on_conflict_do_update(
        index_elements=list(tally.primary_key), set_={"number": tally.c.number + statement.excluded.number}
    )
    return made


@cache
def _clearing() -> Delete:
    keys = [column == bindparam(column.name) for column in tally.primary_key]
    return delete(tally).where(*keys, tally.c.number == literal_column("0"))
