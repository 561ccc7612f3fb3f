"""Turn a rule into SQL that finds its newest items by walking indexes.

The meaning is `feeds.matches`; this says the same to a database. A selection is a union of
branches, one for each value of the rule's most selective part: a branch walks that value's items
from the newest on, drops those that another part refuses, and stops at the limit. However many
items there are, a feed reads about as many rows as it shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    exists,
    or_,
    select,
    true,
    tuple_,
    union,
)

from feedsvc.model import Rule, State
from feedsvc.store import search
from feedsvc.store.schema import item, item_term
from feedsvc.store.terms import Kind, folded

Order = Literal["published", "updated", "withdrawn_at"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which items are looked at, and in which order (newest first).

    With `now`, only those that are public at that moment. `before` is the order's value and the
    `pk` of the last item that was seen.
    """

    state: State = "published"
    now: int | None = None
    order: Order = "published"
    before: tuple[int, int] | None = None


def matching(c: Connection, rule: Rule, scope: Scope, limit: int | None = None) -> Subquery:
    """Return `pk` and `key` (the order's value) of the items in scope that the rule matches.

    With a limit, at least the newest `limit` of them, in no particular order.
    """
    branches = [_newest(branch, limit) for branch in _branches(c, rule, scope)]
    if len(branches) == 1:
        return branches[0].subquery()
    return union(*(select(branch.subquery()) for branch in branches)).subquery()


def _branches(c: Connection, rule: Rule, scope: Scope) -> Iterator[Select[int, int]]:
    included = _included(rule)
    refusals = _refusals(c, rule)
    if included:
        (kind, values), *others = included
        conditions = [_has(other, wanted) for other, wanted in others] + refusals
        for value in values:
            yield _of_term(kind, value, scope).where(*conditions)
    else:
        yield _of_all(scope).where(*refusals)
    if rule.feed and (included or refusals):
        yield _of_term("feed", folded("feed", [rule.feed])[0], scope)


def _included(rule: Rule) -> list[tuple[Kind, list[str]]]:
    """Return the parts that name values, the part with the fewest items a value first."""
    parts: tuple[tuple[Kind, tuple[str, ...]], ...] = (
        ("tag", rule.tags),
        ("author", rule.authors),
        ("source", rule.sources),
        ("language", rule.languages),
    )
    return [(kind, folded(kind, values)) for kind, values in parts if values]


def _refusals(c: Connection, rule: Rule) -> list[ColumnElement[bool]]:
    """Return the conditions of the parts that name no values to walk along."""
    conditions = []
    holds = search.holds(c, rule.text)
    if holds is not None:
        conditions.append(holds)
    if rule.exclude_tags:
        conditions.append(~_has("tag", folded("tag", rule.exclude_tags)))
    if rule.exclude_sources:
        conditions.append(item.c.source.not_in(rule.exclude_sources))
    return conditions


def _has(kind: Kind, values: list[str]) -> ColumnElement[bool]:
    term = item_term.alias()
    # `published` says nothing new, but with it the key is complete and a look-up is one probe.
    return exists().where(
        term.c.kind == kind,
        term.c.value.in_(values),
        term.c.published == item.c.published,
        term.c.item_pk == item.c.pk,
    )


def _of_all(scope: Scope) -> Select[int, int]:
    return _scoped(scope, item.c.pk, item.c.published, item.c[scope.order])


def _of_term(kind: Kind, value: str, scope: Scope) -> Select[int, int]:
    term = item_term.alias()
    key = term.c.published if scope.order == "published" else item.c[scope.order]
    walk = _scoped(scope, term.c.item_pk, term.c.published, key)
    walk = walk.join_from(term, item, item.c.pk == term.c.item_pk)
    return walk.where(term.c.kind == kind, term.c.value == value)


def _scoped(
    scope: Scope, pk: ColumnElement[int], published: ColumnElement[int], key: ColumnElement[int]
) -> Select[int, int]:
    query = select(pk.label("pk"), key.label("key")).where(item.c.state == scope.state)
    if scope.now is not None:
        query = query.where(published <= scope.now, _not_expired(scope.now))
    if scope.before is not None:
        query = query.where(tuple_(key, pk) < scope.before)
    return query


def belongs(c: Connection, rule: Rule) -> ColumnElement[bool]:
    """Return the condition that the rule matches an item: for queries that walk some other way."""
    parts = [_has(kind, values) for kind, values in _included(rule)] + _refusals(c, rule)
    if not parts:
        return true()
    if not rule.feed:
        return and_(*parts)
    return or_(and_(*parts), _has("feed", folded("feed", [rule.feed])))


def visible(now: int) -> ColumnElement[bool]:
    """Return the condition that the public may see an item: `Item.is_visible` for a database."""
    return and_(item.c.state == "published", item.c.published <= now, _not_expired(now))


def _not_expired(now: int) -> ColumnElement[bool]:
    return or_(item.c.expires.is_(None), item.c.expires > now)


def _newest(branch: Select[int, int], limit: int | None) -> Select[int, int]:
    if limit is None:
        return branch
    pk, key = branch.selected_columns
    return branch.order_by(key.desc(), pk.desc()).limit(limit)
