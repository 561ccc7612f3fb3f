"""Items, found by identity and by rule; and, from writing.py, added, replaced and renamed.

Every function works inside the caller's transaction. Lists are newest first unless they say otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from feedsvc.model import Item, Rule, State
from feedsvc.store import nearness, search, sql, tallies
from feedsvc.store.rows import item_of
from feedsvc.store.rules import Scope, belongs, is_state, matching, next_published, only_term, visible
from feedsvc.store.schema import item, item_alias, item_media
from feedsvc.store.terms import Kind
from feedsvc.store.times import from_ms_or_none, to_ms
from feedsvc.store.writing import insert, rename, update

__all__ = [
    "appeared",
    "authors",
    "by_id",
    "by_pk",
    "by_slug",
    "changed_since",
    "count",
    "counts",
    "insert",
    "known",
    "languages",
    "last_published",
    "last_seq",
    "list_all",
    "next_change",
    "next_moment",
    "owner_of_media",
    "related",
    "rename",
    "select",
    "shown_media",
    "tags",
    "taken_ids",
    "taken_slugs",
    "update",
    "withdrawn",
]

EVERYTHING = Rule()
STATES: tuple[State, ...] = ("draft", "published", "withdrawn")


def known(c: Connection, source: str, guids: Collection[str] | None = None) -> dict[str, Item]:
    """Return the items of a source, in whatever state, by guid: all of them, or those with these guids."""
    query = sa.select(item).where(item.c.source == source)
    if guids is None:
        return {each.guid: each for each in _items(c, query)}
    found: dict[str, Item] = {}
    for chunk in sql.chunks(list(guids)):
        found |= {each.guid: each for each in _items(c, query.where(item.c.guid.in_(chunk)))}
    return found


def by_pk(c: Connection, pks: Sequence[int]) -> list[Item]:
    """Return the items with these numbers, in the order of the numbers; unknown ones are left out."""
    found: dict[int, Item] = {}
    for chunk in sql.chunks(pks):
        found |= {each.pk: each for each in _items(c, sa.select(item).where(item.c.pk.in_(chunk)))}
    return [found[pk] for pk in pks if pk in found]


def by_id(c: Connection, id: str) -> Item | None:
    """Return the item with an id, in whatever state."""
    return _one(c, item.c.id == id)


def by_slug(c: Connection, slug: str) -> Item | None:
    """Return the item that has a slug, in whatever state, or else the one that had it last."""
    current = _one(c, item.c.slug == slug)
    if current is not None:
        return current
    had = sa.select(item).join(item_alias, item_alias.c.item_pk == item.c.pk)
    had = had.where(item_alias.c.kind == "slug", item_alias.c.alias == slug)
    return next(iter(_items(c, had.order_by(item.c.seq.desc(), item.c.pk.desc()).limit(1))), None)


def taken_slugs(c: Connection, prefix: str) -> set[str]:
    """Return the slugs, of today and of old, that start with a prefix."""
    old = item_alias.c.alias
    current = sa.select(item.c.slug).where(_starts_with(item.c.slug, prefix))
    past = sa.select(old).where(item_alias.c.kind == "slug", _starts_with(old, prefix))
    return set(c.execute(current.union(past)).scalars())


def taken_ids(c: Connection, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return who has which of these ids: the owner's source and guid by id; free ids are left out."""
    owners: dict[str, tuple[str, str]] = {}
    for chunk in sql.chunks(list(ids)):
        rows = c.execute(sa.select(item.c.id, item.c.source, item.c.guid).where(item.c.id.in_(chunk)))
        owners |= {row.id: (row.source, row.guid) for row in rows}
    return owners


def select(
    c: Connection,
    rule: Rule,
    *,
    now: datetime,
    limit: int,
    order: Literal["published", "updated"] = "published",
    before: Item | None = None,
) -> list[Item]:
    """Return the newest items that the public may see and that the rule matches.

    `before` is the last item of the page before: what was added or removed since does not shift
    the next one.
    """
    start = None if before is None else (to_ms(getattr(before, order)), before.pk)
    return _newest(c, rule, Scope("published", to_ms(now), order, start), limit)


def count(c: Connection, rule: Rule, *, now: datetime) -> int:
    """Return how many items the public may see that the rule matches."""
    moment = to_ms(now)
    if replace(rule, feed="") == EVERYTHING:
        return tallies.all_visible(c, moment)
    if rule.feed and not tallies.visible(c, "feed", rule.feed, moment):
        rule = replace(rule, feed="")
    term = only_term(rule)
    if term:
        return tallies.visible(c, *term, moment)
    found = matching(c, rule, Scope(now=moment))
    return int(c.execute(sa.select(sa.func.count()).select_from(found)).scalar_one())


def counts(c: Connection) -> dict[State, int]:
    """Return how many items are in each state; those whose time has not come count as published."""
    found = tallies.states(c)
    return {state: found[state] for state in get_args(State)}


def withdrawn(c: Connection, rule: Rule, *, limit: int) -> list[Item]:
    """Return the tombstones that the rule matches, the last withdrawn first."""
    return _newest(c, rule, Scope("withdrawn", order="withdrawn_at"), limit)


def changed_since(c: Connection, seq: int, limit: int = 500) -> list[Item]:
    """Return the items that changed after `seq`, in whatever state, the oldest change first.

    Changes are never cut in two: the answer holds whole ones, so it may be longer than `limit`, and
    asking on from the last item's `seq` misses nothing.
    """
    later = sa.select(item.c.seq).where(item.c.seq > seq).order_by(item.c.seq)
    last = c.execute(later.limit(1).offset(limit - 1)).scalar_one_or_none()
    query = sa.select(item).where(item.c.seq > seq)
    if last is not None:
        query = query.where(item.c.seq <= last)
    return _items(c, query.order_by(item.c.seq, item.c.pk))


def last_seq(c: Connection) -> int:
    """Return the number of the last change of an item; 0 where there is none."""
    return int(c.execute(sa.select(sa.func.max(item.c.seq))).scalar_one() or 0)


def appeared(c: Connection, since: datetime, until: datetime) -> list[Item]:
    """Return the items that time alone has shown or hidden after `since`, up to and with `until`."""
    crossed = sa.or_(*(_within(moment, since, until) for moment in (item.c.published, item.c.expires)))
    return _items(c, _by_date(sa.select(item).where(item.c.state == "published", crossed)))


def next_moment(c: Connection, now: datetime, rule: Rule = EVERYTHING) -> datetime | None:
    """Return when time alone will next show or hide an item that the rule matches; None if never."""
    ends = sa.select(item.c.expires).where(
        is_state(item.c.state, "published"), item.c.expires > to_ms(now), belongs(c, rule)
    )
    moments = list(c.execute(ends.order_by(item.c.expires).limit(1)).scalars())
    begins = next_published(c, rule, to_ms(now))
    return from_ms_or_none(min(moments if begins is None else [begins, *moments], default=None))


def next_change(c: Connection, rule: Rule, shown: Iterable[Item], now: datetime) -> datetime | None:
    """Return when time alone will next change a feed that holds the items `shown`; None if never.

    Then an item appears or one of these ends; what ends unseen changes nothing.
    """
    begins = from_ms_or_none(next_published(c, rule, to_ms(now)))
    ends = [each.article.expires for each in shown]
    return min((moment for moment in (begins, *ends) if moment and moment > now), default=None)


def last_published(c: Connection, now: datetime) -> datetime | None:
    """Return when the newest item came out that is neither a draft nor withdrawn; None where none has."""
    past = sa.select(item.c.published).where(item.c.state == "published", item.c.published <= to_ms(now))
    return from_ms_or_none(c.execute(past.order_by(item.c.published.desc()).limit(1)).scalar_one_or_none())


def related(c: Connection, to: Item, *, now: datetime, limit: int) -> list[Item]:
    """Return the visible items that share the most tags with one, of equals the newest first."""
    return by_pk(c, nearness.nearest(c, to, to_ms(now), limit))


def list_all(
    c: Connection,
    *,
    state: State | None = None,
    source: str | None = None,
    q: str = "",
    limit: int,
    offset: int,
) -> list[Item]:
    """Return one page of all items: those of a state, of a source, holding every word of `q`, where given."""
    if source is None:
        states = STATES if state is None else (state,)
        some = [matching(c, Rule(text=q), Scope(each), limit + offset) for each in states]
        pks = sa.union_all(*(sa.select(each.c.pk) for each in some)).subquery()
        query = sa.select(item).join(pks, pks.c.pk == item.c.pk)
    else:
        conditions = [item.c.source == source, *search.holds(c, q, item.c.pk)]
        conditions += [] if state is None else [item.c.state == state]
        query = sa.select(item).where(*conditions)
    return _items(c, _by_date(query).limit(limit).offset(offset))


def tags(c: Connection, now: datetime) -> list[tuple[str, int]]:
    """Return the tags of visible items, each with their number, the most used first."""
    return _labels(c, "tag", now)


def languages(c: Connection, now: datetime) -> list[tuple[str, int]]:
    """Return the languages of visible items, each with their number, the most used first."""
    return _labels(c, "language", now)


def authors(c: Connection, now: datetime) -> list[tuple[str, int]]:
    """Return the authors of visible items, each with their number, the most prolific first."""
    return _labels(c, "author", now)


def owner_of_media(c: Connection, source: str, path: str) -> list[Item]:
    """Return the items, in whatever state, that a file in a source's folder belongs to."""
    owned = sa.select(item).join(item_media, item_media.c.item_pk == item.c.pk)
    return _items(c, _by_date(owned.where(item_media.c.source == source, item_media.c.path == path)))


def shown_media(c: Connection, source: str, now: datetime) -> list[str]:
    """Return the paths of the files in a source's folder that belong to an item that the public may see."""
    shown = [is_state(item.c.state, "published"), visible(item.c.published, item.c.expires, to_ms(now))]
    owned = sa.select(item_media.c.path).join(item, item.c.pk == item_media.c.item_pk)
    own = owned.where(item_media.c.source == source, *shown).distinct()
    return list(c.execute(own.order_by(item_media.c.path)).scalars())


def _newest(c: Connection, rule: Rule, scope: Scope, limit: int) -> list[Item]:
    found = matching(c, rule, scope, limit)
    query = sa.select(item).join(found, found.c.pk == item.c.pk)
    return _items(c, query.order_by(found.c.key.desc(), found.c.pk.desc()).limit(limit))


def _labels(c: Connection, kind: Kind, now: datetime) -> list[tuple[str, int]]:
    """Count by folded value; each is called as it is written most often."""
    spellings = tallies.labels(c, kind, to_ms(now)).values()
    named = [(max(each, key=lambda label: (each[label], label)), each.total()) for each in spellings]
    return sorted(named, key=lambda pair: (-pair[1], pair[0].casefold()))


def _one(c: Connection, condition: ColumnElement[bool]) -> Item | None:
    row = c.execute(sa.select(item).where(condition)).one_or_none()
    return None if row is None else item_of(row)


def _items(c: Connection, query: sa.Select[Any]) -> list[Item]:
    return [item_of(row) for row in c.execute(query)]


def _by_date(query: sa.Select[Any]) -> sa.Select[Any]:
    return query.order_by(item.c.published.desc(), item.c.pk.desc())


def _within(moment: ColumnElement[int], since: datetime, until: datetime) -> ColumnElement[bool]:
    return sa.and_(moment > to_ms(since), moment <= to_ms(until))


def _starts_with(name: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """Say it as a range, which walks the index on both databases; LIKE would not."""
    return sa.and_(name >= prefix, name < prefix + "\U0010ffff")
