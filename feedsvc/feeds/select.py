"""Say whether an item belongs to a feed: the same rule that the store's selection applies."""

from __future__ import annotations

from collections.abc import Sequence

from feedsvc.model import Item, Rule
from feedsvc.store import Kind, folded, terms_of, words, words_of


def matches(rule: Rule, item: Item) -> bool:
    """Say whether a rule lets an item in, whatever its state and dates.

    Every part that says something must match, within a part any value will do; a rule that says nothing
    matches everything. Tags, authors and languages are compared without case, and `en` includes `en-GB`.
    An article that names the rule's feed belongs to it whatever the other parts say.
    """
    terms = frozenset((kind, value) for kind, value, _ in terms_of(item))

    def has(kind: Kind, wanted: Sequence[str]) -> bool:
        return any((kind, value) in terms for value in folded(kind, wanted))

    if rule.feed and has("feed", (rule.feed,)):
        return True
    if has("tag", rule.exclude_tags) or has("source", rule.exclude_sources):
        return False
    parts: tuple[tuple[Kind, Sequence[str]], ...] = (
        ("tag", rule.tags),
        ("author", rule.authors),
        ("source", rule.sources),
        ("language", rule.languages),
    )
    return all(has(kind, wanted) for kind, wanted in parts if wanted) and _holds(item, rule.text)


def _holds(item: Item, text: str) -> bool:
    return not text or words(text) <= words_of(item.article)
