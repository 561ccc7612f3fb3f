"""Tallies say what counting the items would say, whatever happens to the items."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from feedsvc.model import Article, Item, Person
from feedsvc.store import Store, items, tallies
from feedsvc.store.schema import tally

from .samples import NOW, add, article, change, item, tagged

LONG = "ß" * 300
_articles = st.builds(
    Article,
    title=st.just("Storm at sea"),
    authors=st.lists(st.sampled_from(("Anna Berg", "ANNA BERG")), max_size=1).map(
        lambda names: tuple(map(Person, names))
    ),
    tags=st.lists(st.sampled_from(("Storm", "storm", "sea", LONG)), max_size=2).map(tuple),
    expires=st.none() | st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours)),
)
_changes = st.fixed_dictionaries(
    {
        "article": _articles,
        "published": st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours)),
        "state": st.sampled_from(("published", "draft", "withdrawn")),
        "withdrawn_at": st.just(NOW),
        "source": st.sampled_from(("items", "agency")),
    }
)


@given(
    first=st.lists(_changes, min_size=1, max_size=6),
    later=st.lists(st.dictionaries(st.integers(0, 5), _changes, max_size=3), max_size=4),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_changes_they_equal_a_count_of_the_items(
    store: Store, first: list[dict[str, object]], later: list[dict[int, dict[str, object]]]
) -> None:
    with store.write() as t:
        there = {
            each.pk: each
            for each in items.insert(
                t.connection, [replace(item(f"n{n}"), **new) for n, new in enumerate(first)], 1
            )
        }
        pks = list(there)
        for seq, step in enumerate(later, 2):
            changed = [replace(there[pks[n]], **to) for n, to in step.items() if n < len(pks)]
            items.update(t.connection, changed, seq)
            there |= {each.pk: each for each in changed}
        rows = t.connection.execute(select(tally)).all()
        assert {tuple(row[:4]): row.number for row in rows} == tallies.held(t.connection, pks)
        visible = [each for each in there.values() if each.is_visible(NOW)]
        assert dict(items.tags(t.connection, NOW)) == _called(visible)
        assert items.counts(t.connection) == {
            state: sum(each.state == state for each in there.values()) for state in items.STATES
        }
        t.connection.rollback()


def _called(visible: list[Item]) -> dict[str, int]:
    """Count tags by hand: by folded value, each called as it is written most often."""
    written: dict[str, Counter[str]] = {}
    for each in visible:
        first = {tag.casefold()[:255]: tag for tag in reversed(each.article.tags)}
        for value, label in first.items():
            written.setdefault(value, Counter())[label[:255]] += 1
    return {max(w, key=lambda label, w=w: (w[label], label)): w.total() for w in written.values()}


def test_a_tag_that_no_item_has_any_more_is_forgotten(store: Store) -> None:
    (stored,) = add(store, tagged("a", "Storm"))
    change(store, replace(stored, article=article(tags=("Sea",))))
    with store.read() as c:
        values = set(c.execute(select(tally.c.value).where(tally.c.kind == "tag")).scalars())
    assert values == {"sea"}
