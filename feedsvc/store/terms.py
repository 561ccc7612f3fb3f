"""The terms that rules look items up by: tags, authors, languages, source and feeds; pure.

One spelling for what is stored and what is asked, so that the two always meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from feedsvc.model import Item

Kind = Literal["tag", "author", "language", "source", "feed"]

MAX_VALUE_CHARS = 255
"""Longer values are cut, on both sides of a comparison: PostgreSQL cannot index what has no bound."""


def folded(kind: Kind, values: Iterable[str]) -> list[str]:
    """Return the distinct values as they are compared: without case, except source keys and feed slugs."""
    exact = kind in ("source", "feed")
    return list(dict.fromkeys((each if exact else each.casefold())[:MAX_VALUE_CHARS] for each in values))


def terms_of(item: Item) -> Iterator[tuple[Kind, str, str]]:
    """Yield kind, folded value and label of every term of an item, each value once."""
    article = item.article
    labels: tuple[tuple[Kind, Iterable[str]], ...] = (
        ("tag", article.tags),
        ("author", (person.name for person in article.authors)),
        ("language", _ranges(article.language)),
        ("source", (item.source,)),
        ("feed", article.feeds),
    )
    for kind, told in labels:
        by_value: dict[str, str] = {}
        for label in told:
            by_value.setdefault(folded(kind, [label])[0], label)
        for value, label in by_value.items():
            yield kind, value, label


def _ranges(language: str | None) -> Iterator[str]:
    """Yield every language range that a tag lies in: en, en-GB for en-GB (RFC 4647 §3.3.1)."""
    parts = language.split("-") if language else []
    for end in range(1, len(parts) + 1):
        yield "-".join(parts[:end])
