"""Items for the store's tests, made from a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from feedsvc.model import Article, Item, Person
from feedsvc.store import Store, items

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def article(title: str = "Harbour wall gives way", **fields: object) -> Article:
    return replace(Article(title=title, content=f"<p>{title}.</p>"), **fields)


def item(name: str, *, hours: float = -1, about: Article | None = None, **fields: object) -> Item:
    """Make an item of the folder source that appears `hours` after NOW."""
    made = Item(
        id=f"urn:example:{name}",
        source="items",
        guid=f"{name}.md",
        slug=name,
        article=about or article(),
        published=NOW + timedelta(hours=hours),
        updated=NOW + timedelta(hours=hours),
        first_seen=NOW,
        hash=f"hash of {name}",
    )
    return replace(made, **fields)


def tagged(name: str, *tags: str, **fields: object) -> Item:
    return item(name, about=article(tags=tags), **fields)


def by(name: str, *authors: str, **fields: object) -> Item:
    return item(name, about=article(authors=tuple(Person(each) for each in authors)), **fields)


def add(store: Store, *new: Item) -> list[Item]:
    with store.write() as t:
        return items.insert(t.connection, new, t.seq())


def change(store: Store, *changed: Item) -> None:
    with store.write() as t:
        items.update(t.connection, changed, t.seq())


def slugs(found: Sequence[Item]) -> list[str]:
    return [each.slug for each in found]
