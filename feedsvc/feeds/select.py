"""Say whether an item belongs to a feed: the same rule that the store's selection applies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from feedsvc.model import Feed, Item, Rule
from feedsvc.store import Kind, folded, terms_of, words, words_of


def takers(feeds: Iterable[Feed], items: Sequence[Item]) -> Iterator[tuple[Feed, list[Item]]]:
    """Yield the feeds whose rules let any of these items in, each with those items.

    Whatever their state and dates. Takes little time for feeds of tags and authors that no item has.
    """
    by_term: dict[tuple[Kind, str], list[Item]] = {}
    for item in items:
        for kind, value, _ in terms_of(item):
            by_term.setdefault((kind, value), []).append(item)
    for feed in feeds:
        taken = [item for item in _candidates(feed.rule, by_term, items) if matches(feed.rule, item)]
        if taken:
            yield feed, taken


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


def _candidates(
    rule: Rule, by_term: Mapping[tuple[Kind, str], Sequence[Item]], items: Sequence[Item]
) -> Sequence[Item]:
    """Return the items that a rule of one tag or of one author may let in; all of them for any other."""
    wanted: tuple[tuple[Kind, Sequence[str]], ...] = (("tag", rule.tags), ("author", rule.authors))
    for kind, values in wanted:
        if len(values) == 1 and not rule.feed:
            return by_term.get((kind, folded(kind, values)[0]), ())
    return items
