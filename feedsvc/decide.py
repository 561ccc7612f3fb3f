"""Say what arrivals mean for the items that are known: pure, the whole rule of identity over time.

arrivals + known items + now ─ decide ─▶ Changes
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feedsvc import identity
from feedsvc.model import Arrival, Article, Item

SET_BACK = timedelta(hours=3)
"""How far a clock is set back that was a little wrong, or in another time zone: it takes nothing away."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an ingest will do: items to add, items to replace, and how many stay as they are."""

    new: tuple[Item, ...] = ()
    changed: tuple[Item, ...] = ()
    withdrawn: tuple[Item, ...] = ()
    unchanged: int = 0

    def __bool__(self) -> bool:
        """Say whether anything has to be written."""
        return bool(self.new or self.changed or self.withdrawn)


def decide(
    arrivals: Iterable[Arrival],
    known: Mapping[str, Item],
    *,
    source: str,
    gone: Iterable[str] = (),
    now: datetime,
) -> Changes:
    """Say which arrivals are new, changed or unchanged, by guid and content hash; touch nothing.

    The first arrival wins where a source repeats a guid. What is `gone` is withdrawn. Ids and slugs
    of new items are wishes: the writer looks at who holds them.
    """
    new: dict[str, Item] = {}
    changed: dict[str, Item] = {}
    unchanged: set[str] = set()
    for arrival in arrivals:
        guid = arrival.guid
        if guid in new or guid in changed or guid in unchanged:
            continue
        before = known.get(guid)
        if before is None:
            new[guid] = _born(arrival, source, now)
        elif _is_same(arrival, before):
            unchanged.add(guid)
        elif before.withdrawn_at is None and before.hash == identity.content_hash(arrival, source):
            changed[guid] = replace(before, article=arrival.article)
        else:
            changed[guid] = _changed(arrival, before, now)
    arrived = new.keys() | changed.keys() | unchanged
    leaving = [known[guid] for guid in sorted(set(gone) - arrived) if guid in known]
    withdrawn = tuple(withdrawal(item, now) for item in leaving if item.withdrawn_at is None)
    return Changes(tuple(new.values()), tuple(changed.values()), withdrawn, len(unchanged))


def withdrawal(item: Item, now: datetime) -> Item:
    """Return the item as it is once taken back: a tombstone.

    Where nobody can have seen it, it becomes a draft instead, so that no answer tells that it existed.
    """
    if item.state == "published" and item.published <= now:
        return replace(
            item, state="withdrawn", withdrawn_at=_second(now), updated=_forward(item.updated, now)
        )
    return replace(item, state="draft", withdrawn_at=_second(now))


def still_out(item: Item, now: datetime, latest: datetime) -> Item | None:
    """Return an item that readers have had, dated so that they keep it although the clock went back.

    `latest` is how far the clock had come. What has no date of its own was out as soon as it came in. What
    has one was out once the clock reached it. But where that moment is far off again, the clock that was
    ahead was wrong, and the embargo holds: None, as for what nobody has had.
    """
    if item.state != "published" or item.published <= now:
        return None
    far = item.published > min(latest, now + SET_BACK)
    if item.article.published is not None and far:
        return None
    return replace(item, published=_second(now))


def _is_same(arrival: Arrival, before: Item) -> bool:
    """Say whether nothing has to be written: nothing differs, or what was taken back is a draft now."""
    if before.withdrawn_at is not None:
        return arrival.draft
    same = before.hash == identity.content_hash(arrival, before.source)
    return same and before.article == arrival.article


def _born(arrival: Arrival, source: str, now: datetime) -> Item:
    article = arrival.article
    published = article.published or _second(now)
    return Item(
        id=identity.id_of(arrival, source),
        source=source,
        guid=arrival.guid,
        slug=identity.slug_of(arrival, source),
        article=article,
        published=published,
        updated=max(_said(article, now) or published, published),
        first_seen=_second(now),
        hash=identity.content_hash(arrival, source),
        state="draft" if arrival.draft else "published",
        media=arrival.media,
    )


def _changed(arrival: Arrival, before: Item, now: datetime) -> Item:
    # Without a date of its own it was published at once: then it is the clock that went back.
    embargoed = before.published > now and before.article.published is not None
    hidden = before.state == "draft" or embargoed
    if arrival.draft and not hidden:
        # Readers have it: making it a draft takes it back, and its page says so.
        return withdrawal(before, now)
    released_now = hidden and not arrival.draft
    published = arrival.article.published or (_second(now) if released_now else before.published)
    if not hidden and arrival.article.published == before.article.published:
        # Readers have it under this date, even where the clock has gone back behind it since.
        published = before.published
    return replace(
        before,
        slug=identity.chosen_slug(arrival) or before.slug,
        article=arrival.article,
        published=published,
        updated=max(_updated(arrival.article, before, now, hidden=hidden) or published, published),
        hash=identity.content_hash(arrival, before.source),
        state="draft" if arrival.draft else "published",
        withdrawn_at=None,
        media=arrival.media,
    )


def _updated(article: Article, before: Item, now: datetime, *, hidden: bool) -> datetime | None:
    """Say when a reader's eyes last saw a change: never back, and the author's word counts.

    An author who writes the time decides which change is one: an edit that leaves it is a minor one.
    """
    said = _said(article, now)
    if hidden:
        # An embargo may have been put on what was seen before: it comes back as news of this moment.
        return said if before.state == "draft" else said or _second(now)
    if said is not None and before.withdrawn_at is None:
        return max(said, before.updated)
    return _forward(before.updated, now)


def _said(article: Article, now: datetime) -> datetime | None:
    """Return when the author says that it was updated; nobody can know that of the future."""
    return article.updated if article.updated is not None and article.updated <= now else None


def _forward(previous: datetime, now: datetime) -> datetime:
    return max(previous + timedelta(seconds=1), _second(now))


def _second(now: datetime) -> datetime:
    """Return the moment as feeds tell it."""
    return now.replace(microsecond=0)
