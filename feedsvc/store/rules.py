"""Turn a rule into SQL that finds its newest items by walking indexes.

The meaning is `feeds.matches`; this says the same to a database. A selection is a union of
branches, one for each value of the rule's most selective part: a branch walks that value's items
from the newest on, drops those that another part refuses, and stops at the limit. However many
items there are, a feed reads about as many rows as it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union,
)

from feedsvc.model import Rule, State
from feedsvc.store import search, tallies
from feedsvc.store.schema import item, item_term
from feedsvc.store.terms import Kind, folded

Order = Literal["published", "updated", "withdrawn_at"]
Part = tuple[Kind, list[str]]

MANY = 5000
"""What more items have than this is soon met on a walk along all of them by date; what fewer have is
sooner found by looking at each. Either way it takes some milliseconds."""

REACHES = (20, 200)
"""How many times the items that are wanted are looked at for words before all that hold them are listed."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which items are looked at, and in which order (newest first).

    With `now`, only those that are public at that moment; with `after`, only those that are published
    later than that. `before` is the order's value and the `pk` of the last item that was seen.
    """

    state: State = "published"
    now: int | None = None
    order: Order = "published"
    before: tuple[int, int] | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """A way along items, and the columns that it passes by: of the items' rows or of their terms'."""

    start: Select[int, int]
    """Of `pk` and `key` (the order's value)."""
    state: State
    at: ColumnElement[int]
    """When the item was published; of a tombstone, when it was withdrawn."""
    pk: ColumnElement[int]


def matching(c: Connection, rule: Rule, scope: Scope, limit: int | None = None) -> Subquery:
    """Return `pk` and `key` (the order's value) of the items in scope that the rule matches.

    With a limit, at least the newest `limit` of them, in no particular order.
    """
    branches = [_newest(branch, scope, limit) for branch in _branches(c, rule, scope, limit)]
    if len(branches) == 1:
        return branches[0].subquery()
    return union(*(select(branch.subquery()) for branch in branches)).subquery()


def next_published(c: Connection, rule: Rule, now: int) -> int | None:
    """Return when the next item that the rule matches will be published; None if none waits."""
    found: list[int] = []
    scope = Scope(after=now)
    for branch in _branches(c, rule, scope, 1):
        found += [row.key for row in c.execute(_ordered(branch, scope).limit(1))]
    return min(found, default=None)


def belongs(c: Connection, rule: Rule) -> ColumnElement[bool]:
    """Return the condition that the rule matches a published item: for queries that walk some other way."""
    walk = _of_all(Scope())
    parts = _conditions(rule, _included(rule), walk) + search.holds(c, rule.text, walk.pk)
    if not parts:
        return true()
    if not rule.feed:
        return and_(*parts)
    return or_(and_(*parts), _has(walk, "feed", folded("feed", [rule.feed])))


def only_term(rule: Rule) -> tuple[Kind, str] | None:
    """Return the term that is all that the rule asks for; None where it asks for anything else."""
    included = _included(rule)
    named = Rule(sources=rule.sources, tags=rule.tags, authors=rule.authors, languages=rule.languages)
    if rule != named or len(included) != 1:
        return None
    ((kind, values),) = included
    return (kind, values[0]) if len(values) == 1 else None


def visible(at: ColumnElement[int], expires: ColumnElement[int], now: int) -> ColumnElement[bool]:
    """Return the condition that the public may see what is published: `Item.is_visible` for a database."""
    return and_(at <= now, or_(expires.is_(None), expires > now))


def is_state(column: ColumnElement[str], state: State) -> ColumnElement[bool]:
    """Return the condition on a state, as a constant, so that a plan is made for its rows."""
    constant: ColumnElement[str] = literal_column(f"'{state}'")
    return column == constant


def _branches(c: Connection, rule: Rule, scope: Scope, limit: int | None) -> Iterator[Select[int, int]]:
    if replace(rule, feed="") == Rule():
        yield _of_all(scope).start
        return
    for branch in _without_words(c, rule, scope):
        yield _with_words(c, rule, branch, scope, limit)
    if rule.feed:
        yield _of_term("feed", folded("feed", [rule.feed])[0], scope).start


def _without_words(c: Connection, rule: Rule, scope: Scope) -> Iterator[Select[int, int]]:
    included = _included(rule)
    if not included or (scope.order == "updated" and _has_many(c, included[0], scope.state)):
        walk = _of_all(scope)
        yield walk.start.where(*_conditions(rule, included, walk))
        return
    (kind, values), *others = included
    for value in values:
        walk = _of_term(kind, value, scope)
        yield walk.start.where(*_conditions(rule, others, walk))


def _with_words(
    c: Connection, rule: Rule, branch: Select[int, int], scope: Scope, limit: int | None
) -> Select[int, int]:
    """Leave in a branch what holds the words.

    SQLite would list all items that hold them before it looks at the first of the branch. So it is
    asked for them among the newest only, where that is enough, or where few items hold them, for these.
    """
    text = rule.text
    wanted = limit if limit and search.lists_all(c, text) else 0
    for size in (wanted * reach for reach in REACHES if wanted):
        newest = _ordered(branch, scope).limit(size).cte()
        held = select(newest.c.pk, newest.c.key).where(search.holds_among(text, newest))
        pks = c.execute(_ordered(held, scope).limit(wanted)).scalars().all()
        if len(pks) == wanted or c.execute(select(func.count()).select_from(newest)).scalar_one() < size:
            return select(item.c.pk, item.c[scope.order].label("key")).where(item.c.pk.in_(pks))
        if search.is_rare(c, text, size):
            return _along_words(c, rule, scope)
    return branch.where(*search.holds(c, text, branch.selected_columns.pk))


def _along_words(c: Connection, rule: Rule, scope: Scope) -> Select[int, int]:
    walk = _of_all(scope, by_words=True)
    return walk.start.where(*_conditions(rule, _included(rule), walk), *search.holds(c, rule.text, walk.pk))


def _included(rule: Rule) -> list[Part]:
    """Return the parts that name values, the part with the fewest items a value first."""
    parts: tuple[tuple[Kind, tuple[str, ...]], ...] = (
        ("tag", rule.tags),
        ("author", rule.authors),
        ("source", rule.sources),
        ("language", rule.languages),
    )
    return [(kind, folded(kind, values)) for kind, values in parts if values]


def _conditions(rule: Rule, parts: Sequence[Part], walk: Walk) -> list[ColumnElement[bool]]:
    """Return what a walked item must fulfil beside the words: these parts, and what the rule refuses."""
    conditions = [_has(walk, kind, values) for kind, values in parts]
    refused: tuple[tuple[Kind, tuple[str, ...]], ...] = (
        ("tag", rule.exclude_tags),
        ("source", rule.exclude_sources),
    )
    return conditions + [~_has(walk, kind, folded(kind, values)) for kind, values in refused if values]


def _has(walk: Walk, kind: Kind, values: list[str]) -> ColumnElement[bool]:
    term = item_term.alias()
    # The key is complete: a look-up is one probe. Of an EXISTS, PostgreSQL would make a join with
    # everything that has the value, and sort that.
    found = select(func.count()).where(
        term.c.kind == kind,
        term.c.value.in_(values),
        is_state(term.c.state, walk.state),
        term.c.at == walk.at,
        term.c.item_pk == walk.pk,
    )
    return found.scalar_subquery() > 0


def _has_many(c: Connection, part: Part, state: State) -> bool:
    """Say whether a value of a part is one that many items have."""
    kind, values = part
    return any(tallies.total(c, kind, value, state) >= MANY for value in values)


def _of_all(scope: Scope, by_words: bool = False) -> Walk:
    """Walk along all items in the scope's order; or, where few hold the words, along those.

    SQLite would rather narrow the walk by state and date than go in order. What is computed it
    leaves alone.
    """
    state = item.c.state.concat("") if by_words else item.c.state
    at: ColumnElement[int] = item.c.published
    if scope.order == "updated":
        at = at + 0
    if scope.state == "withdrawn":
        at = func.coalesce(item.c.withdrawn_at, at)
    start = _scoped(scope, item.c.pk, item.c[scope.order], at, item.c.expires)
    return Walk(start.where(is_state(state, scope.state)), scope.state, at, item.c.pk)


def _of_term(kind: Kind, value: str, scope: Scope) -> Walk:
    term = item_term.alias()
    key = item.c.updated if scope.order == "updated" else term.c.at
    start = _scoped(scope, term.c.item_pk, key, term.c.at, term.c.expires)
    if scope.order == "updated":
        start = start.join_from(term, item, item.c.pk == term.c.item_pk)
    start = start.where(term.c.kind == kind, term.c.value == value, is_state(term.c.state, scope.state))
    return Walk(start, scope.state, term.c.at, term.c.item_pk)


def _scoped(
    scope: Scope,
    pk: ColumnElement[int],
    key: ColumnElement[int],
    at: ColumnElement[int],
    expires: ColumnElement[int],
) -> Select[int, int]:
    query = select(pk.label("pk"), key.label("key"))
    if scope.now is not None:
        query = query.where(visible(at, expires, scope.now))
    if scope.after is not None:
        query = query.where(at > scope.after)
    if scope.before is not None:
        query = query.where(tuple_(key, pk) < scope.before)
    return query


def _newest(branch: Select[int, int], scope: Scope, limit: int | None) -> Select[int, int]:
    return branch if limit is None else _ordered(branch, scope).limit(limit)


def _ordered(branch: Select[int, int], scope: Scope) -> Select[int, int]:
    """Put the newest first; of what is still to come, the next."""
    pk, key = branch.selected_columns
    return branch.order_by(key.desc(), pk.desc()) if scope.after is None else branch.order_by(key, pk)
