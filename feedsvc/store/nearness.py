"""Find the items that are nearest to one: those that share the most tags with it."""

from __future__ import annotations

from sqlalchemy import Connection, Select, func, select, union_all

from feedsvc.model import Item
from feedsvc.store.rules import is_state, visible
from feedsvc.store.schema import item_term
from feedsvc.store.terms import folded

MAX_TAGS = 12
REACH = 200
"""How many items of each tag are looked at, the newest first, in the index alone: so it costs the same
whether a hundred items have a tag or a million."""


def nearest(c: Connection, to: Item, now: int, limit: int) -> list[int]:
    """Return the numbers of the visible items that share the most tags with one, of equals the newest."""
    return list(c.execute(ranking(to, now, limit)).scalars()) if to.article.tags else []


def ranking(to: Item, now: int, limit: int) -> Select[int]:
    """Return what asks a database for that; the item must have a tag."""
    walks = [_newest(value, now) for value in folded("tag", to.article.tags)[:MAX_TAGS]]
    met = union_all(*(select(walk.subquery()) for walk in walks)).subquery()
    shared = select(met.c.item_pk).where(met.c.item_pk != to.pk).group_by(met.c.item_pk, met.c.at)
    return shared.order_by(func.count().desc(), met.c.at.desc(), met.c.item_pk.desc()).limit(limit)


def _newest(tag: str, now: int) -> Select[int, int]:
    term = item_term.c
    own = select(term.item_pk, term.at).where(term.kind == "tag", term.value == tag)
    shown = own.where(is_state(term.state, "published"), visible(term.at, term.expires, now))
    return shown.order_by(term.at.desc(), term.item_pk.desc()).limit(REACH)
