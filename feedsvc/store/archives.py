"""Number the items in the order in which they are shown, and remember the pages of feeds' archives.

A page holds the feed's items of one range of numbers. Ranges are made once and numbers are given
once, so that an item never moves to another page, whatever is added, corrected or withdrawn.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, delete, func, or_, select, update

from feedsvc.model import Item, Rule
from feedsvc.store import sql
from feedsvc.store.feeds import FeedState
from feedsvc.store.rows import item_of
from feedsvc.store.rules import MANY, Scope, belongs, is_state, matching, visible
from feedsvc.store.schema import archive_page, item
from feedsvc.store.times import from_ms, from_ms_or_none, to_ms, to_ms_or_none


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """One page of a feed's archive: its range of numbers, and its state as it was last rendered."""

    feed: str
    """The feed's path."""
    page: int
    """Counted from 1, the oldest."""
    first: int
    """The number of its first item."""
    until: int | None = None
    """The number that the next page begins with; None for the last page, which still fills."""
    filled: int = 0
    """How many items it took in while it was the last."""
    state: FeedState | None = None

    @property
    def path(self) -> str:
        """Return its address without a suffix."""
        return f"{self.feed}/archive/{self.page}"


def number(c: Connection, now: datetime, limit: int) -> list[int]:
    """Number the items that the public sees for the first time; return their `pk`, the oldest first.

    At most `limit` at once: as many means that there may be more.
    """
    pks = list(c.execute(_new(now).order_by(item.c.published, item.c.pk).limit(limit)).scalars())
    last = c.execute(_LAST).scalar_one() or 0
    sql.each(c, _NUMBER, [{"this_pk": pk, "number": last + nth} for nth, pk in enumerate(pks, 1)])
    return pks


def is_any_new(c: Connection, now: datetime) -> bool:
    """Say whether the public sees an item that has no number yet."""
    return c.execute(_new(now).limit(1)).first() is not None


def numbers(c: Connection, pks: Sequence[int]) -> dict[int, int]:
    """Return the numbers of those of these items that were ever shown, by `pk`."""
    found: dict[int, int] = {}
    for chunk in sql.chunks(pks):
        some = select(item.c.pk, item.c.number).where(item.c.pk.in_(chunk), item.c.number.is_not(None))
        found |= {row.pk: row.number for row in c.execute(some)}
    return found


def history(c: Connection, rule: Rule) -> list[int]:
    """Return the numbers of all published items that a rule matches, ascending."""
    pks = matching(c, rule, Scope())
    told = select(item.c.number).join(pks, pks.c.pk == item.c.pk).where(item.c.number.is_not(None))
    return list(c.execute(told.order_by(item.c.number)).scalars())


def select_page(c: Connection, rule: Rule, page: ArchivePage, now: datetime) -> list[Item]:
    """Return the visible items of a page, newest first."""
    shown = [is_state(item.c.state, "published"), visible(item.c.published, item.c.expires, to_ms(now))]
    query = select(item).where(*_inside(page), *shown).order_by(item.c.published.desc(), item.c.pk.desc())
    if _span(c, page) <= MANY:
        query = query.where(belongs(c, rule))
    else:
        pks = matching(c, rule, Scope())
        query = query.join(pks, pks.c.pk == item.c.pk)
    return [item_of(row) for row in c.execute(query)]


def next_change(c: Connection, page: ArchivePage, shown: Sequence[Item], now: datetime) -> datetime | None:
    """Return when time alone will next change a page that shows these items; None if never.

    What has a number was shown already, but it may have been put back under an embargo since.
    """
    coming = select(func.min(item.c.published)).where(
        *_inside(page), is_state(item.c.state, "published"), item.c.published > to_ms(now)
    )
    moments = [each.article.expires for each in shown if each.article.expires]
    begins = from_ms_or_none(c.execute(coming).scalar_one())
    return min([*moments, *([begins] if begins else [])], default=None)


def last(c: Connection, feed: str) -> ArchivePage | None:
    """Return the last page of the archive of the feed at a path, the one that fills; None without one."""
    newest = select(archive_page).where(archive_page.c.path == feed).order_by(archive_page.c.page.desc())
    row = c.execute(newest.limit(1)).one_or_none()
    return None if row is None else _page(row)


def find(c: Connection, feed: str, page: int) -> ArchivePage | None:
    """Return one page, or None where the archive has no such page."""
    one = select(archive_page).where(archive_page.c.path == feed, archive_page.c.page == page)
    row = c.execute(one).one_or_none()
    return None if row is None else _page(row)


def put(c: Connection, pages: Sequence[ArchivePage]) -> None:
    """Remember pages, in place of what was known of them."""
    sql.put(c, archive_page, [_row(each) for each in pages])


def rendered_with(c: Connection, number: int) -> list[ArchivePage]:
    """Return the pages that were rendered and have this number in their range, of whatever feed."""
    of = archive_page.c
    holding = select(archive_page).where(
        of.first <= number, or_(of.until.is_(None), of.until > number), of.fingerprint.is_not(None)
    )
    return [_page(row) for row in c.execute(holding)]


def all_rendered(c: Connection) -> list[ArchivePage]:
    """Return every page that was rendered."""
    return [
        _page(row) for row in c.execute(select(archive_page).where(archive_page.c.fingerprint.is_not(None)))
    ]


def remove(c: Connection, feed: str) -> None:
    """Forget the archive of a feed that is published no more."""
    c.execute(delete(archive_page).where(archive_page.c.path == feed))


_LAST = select(func.max(item.c.number))
_NUMBER = update(item).where(item.c.pk == bindparam("this_pk")).values(number=bindparam("number"))


def _new(now: datetime) -> Select[int]:
    return select(item.c.pk).where(
        item.c.number.is_(None), is_state(item.c.state, "published"), item.c.published <= to_ms(now)
    )


def _inside(page: ArchivePage) -> list[ColumnElement[bool]]:
    begins = item.c.number >= page.first
    return [begins] if page.until is None else [begins, item.c.number < page.until]


def _span(c: Connection, page: ArchivePage) -> int:
    until = page.until if page.until is not None else (c.execute(_LAST).scalar_one() or 0) + 1
    return until - page.first


def _page(row: Row[tuple[object, ...]]) -> ArchivePage:
    made = ArchivePage(row.path, row.page, row.first, row.until, row.filled)
    if row.fingerprint is None:
        return made
    state = FeedState(
        path=made.path,
        fingerprint=row.fingerprint,
        updated=from_ms(row.updated),
        members=tuple(json.loads(row.members)),
        valid_until=from_ms_or_none(row.valid_until),
    )
    return ArchivePage(row.path, row.page, row.first, row.until, row.filled, state)


def _row(page: ArchivePage) -> dict[str, object]:
    state = page.state
    return {
        "path": page.feed,
        "page": page.page,
        "first": page.first,
        "until": page.until,
        "filled": page.filled,
        "fingerprint": state.fingerprint if state else None,
        "updated": to_ms(state.updated) if state else None,
        "members": json.dumps(state.members) if state else None,
        "valid_until": to_ms_or_none(state.valid_until) if state else None,
    }
