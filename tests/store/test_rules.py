"""A rule finds in SQL what it says, in order, by walking indexes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from feedsvc.model import Article, Item, Person, Rule
from feedsvc.store import Store, items, rules, words, words_of
from feedsvc.store.rules import Scope, matching

from .samples import NOW, add, article, item, slugs, tagged


def _matches(rule: Rule, item: Item) -> bool:
    """Say the rules in plain Python, from their words in model.Rule: what SQL is held against."""
    told = item.article
    tags = {each.casefold() for each in told.tags}
    language = (told.language or "").casefold()
    parts = (
        not rule.sources or item.source in rule.sources,
        not rule.tags or any(each.casefold() in tags for each in rule.tags),
        not rule.authors or {p.name.casefold() for p in told.authors} & {a.casefold() for a in rule.authors},
        not rule.languages
        or any(f"{language}-".startswith(f"{each.casefold()}-") for each in rule.languages),
        words(rule.text) <= words_of(told),
        not any(each.casefold() in tags for each in rule.exclude_tags),
        item.source not in rule.exclude_sources,
    )
    return all(parts) or (rule.feed != "" and rule.feed in told.feeds)


@contextmanager
def _undone(store: Store) -> Iterator[Connection]:
    """Open a transaction that leaves nothing behind, so that every example starts empty."""
    with store.write() as t:
        yield t.connection
        t.connection.rollback()


def _some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2).map(tuple)


_TAGS = ("Storm", "storm", "SEA", "Straße", "STRASSE")
_articles = st.builds(
    Article,
    title=st.sampled_from(("Storm at sea", "Calm sea", "東京の港")),
    authors=_some("Anna Berg", "anna berg", "Ben").map(lambda names: tuple(Person(name) for name in names)),
    tags=_some(*_TAGS),
    language=st.sampled_from((None, "en", "en-GB", "eng", "EN-us", "de")),
    expires=st.none() | st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours)),
    feeds=_some("world", "World", "home"),
)
_rules = st.builds(
    Rule,
    sources=_some("items", "agency"),
    tags=_some(*_TAGS),
    authors=_some("ANNA BERG", "ben", "Eva"),
    languages=_some("en", "EN-gb", "de", "e"),
    text=st.sampled_from(("", "", "sea", "Sea storm", "港", "—")),
    exclude_tags=_some(*_TAGS),
    exclude_sources=_some("agency"),
    feed=st.sampled_from(("", "world", "none")),
)


_STATES = (
    {"state": "published"},
    {"state": "published"},
    {"state": "draft"},
    {"state": "draft", "withdrawn_at": NOW},
    *({"state": "withdrawn", "withdrawn_at": NOW - timedelta(hours=hours)} for hours in range(3)),
)


@st.composite
def _newsrooms(draw: st.DrawFn) -> list[Item]:
    return [
        item(
            f"n{number}",
            about=about,
            hours=draw(st.integers(-3, 2)),
            updated=NOW + timedelta(hours=draw(st.integers(-3, 2))),
            source=draw(st.sampled_from(("items", "agency"))),
            **draw(st.sampled_from(_STATES)),
        )
        for number, about in enumerate(draw(st.lists(_articles, min_size=1, max_size=12)))
    ]


@pytest.mark.parametrize("many", [1, rules.MANY])
@given(newsroom=_newsrooms(), asked=st.lists(_rules, min_size=1, max_size=6), data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_selects_exactly_what_the_rule_says(
    store: Store,
    newsroom: list[Item],
    asked: list[Rule],
    data: st.DataObject,
    many: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "MANY", many)
    if many == 1:
        # A dozen items are enough for all the ways that a database of any size is asked.
        monkeypatch.setattr(rules, "REACHES", (1, 2))
    order = data.draw(st.sampled_from(("published", "updated")))
    limit = data.draw(st.integers(1, 5))
    with _undone(store) as c:
        stored = items.insert(c, newsroom, 1)
        for rule in asked:
            belonging = [each for each in stored if each.is_visible(NOW) and _matches(rule, each)]
            belonging.sort(key=lambda each: (getattr(each, order), each.pk), reverse=True)
            assert items.select(c, rule, now=NOW, limit=limit, order=order) == belonging[:limit]
            assert items.count(c, rule, now=NOW) == len(belonging)
            if belonging:
                start = data.draw(st.sampled_from(belonging))
                rest = belonging[belonging.index(start) + 1 :]
                assert items.select(c, rule, now=NOW, limit=limit, order=order, before=start) == rest[:limit]
            coming = [each for each in stored if each.state == "published" and _matches(rule, each)]
            moments = [each.published for each in coming] + [each.article.expires for each in coming]
            later = [moment for moment in moments if moment is not None and moment > NOW]
            assert items.next_moment(c, NOW, rule) == min(later, default=None)
            shown = items.select(c, rule, now=NOW, limit=limit, order=order)
            begins = [each.published for each in coming if each.published > NOW]
            ends = [each.article.expires for each in shown if each.article.expires]
            assert items.next_change(c, rule, shown, NOW) == min(begins + ends, default=None)
            gone = [each for each in stored if each.state == "withdrawn" and _matches(rule, each)]
            gone.sort(key=lambda each: (each.withdrawn_at, each.pk), reverse=True)
            assert items.withdrawn(c, rule, limit=limit) == gone[:limit]


@pytest.mark.parametrize(
    "places", [(0, 1), (0, 3, 4), (0, 13), (3, 39), (25, 27, 28), tuple(range(20, 40)), (5,), ()]
)
def test_words_are_found_wherever_among_the_items_they_are(
    store: Store, places: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "REACHES", (2, 7))
    held = [article("Harbour" if n in places else "Quay", tags=("a", "b")[: 1 + n % 2]) for n in range(40)]
    add(store, *(item(f"n{n}", hours=-1 - n, about=about) for n, about in enumerate(held)))
    rule = Rule(text="harbour")
    with store.read() as c:
        assert slugs(items.select(c, rule, now=NOW, limit=2)) == [f"n{n}" for n in places[:2]]
        later = NOW - timedelta(hours=100)
        first = [NOW - timedelta(hours=1 + n) for n in places[-1:]]
        assert items.next_moment(c, later, rule) == next(iter(first), None)
        odd = [n for n in places if n % 2]
        of_tag = items.select(c, replace(rule, tags=("b",)), now=NOW, limit=2)
        assert slugs(of_tag) == [f"n{n}" for n in odd[:2]]


@pytest.mark.parametrize(
    ("rule", "walked"),
    [
        (Rule(), "item_published"),
        (Rule(exclude_tags=("sea",)), "item_published"),
        (Rule(tags=("storm",)), "item_term"),
        (Rule(tags=("storm", "sea"), authors=("anna",), languages=("en",)), "item_term"),
        (Rule(sources=("items",), feed="world"), "item_term"),
        (Rule(tags=("storm",), exclude_sources=("agency",)), "item_term"),
    ],
)
def test_a_selection_walks_an_index_and_sorts_no_more_than_it_shows(
    store: Store, rule: Rule, walked: str
) -> None:
    if store.dialect != "sqlite":
        pytest.skip("reads SQLite's query plan")
    plan = _plan(store, rule)
    assert any(walked in step for step in plan), plan
    assert not [step for step in plan if step.startswith("SCAN item")], plan
    # One branch ends in the limit without a sort; a union sorts what its branches have left over.
    inside = [step for step in plan if "TEMP B-TREE FOR ORDER BY" in step]
    assert not inside, plan


def test_a_selection_of_a_tag_reads_no_rows_of_items(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("reads SQLite's query plan")
    plan = _plan(store, Rule(tags=("storm",)))
    assert plan == ["SEARCH item_term_1 USING PRIMARY KEY (kind=? AND value=? AND state=? AND at<?)"]


@pytest.mark.parametrize(
    ("scope", "walked"),
    [
        (Scope(order="updated", now=0), "item_updated"),
        (Scope("withdrawn", order="withdrawn_at"), "item_withdrawn"),
    ],
)
def test_every_order_has_an_index_to_walk(store: Store, scope: Scope, walked: str) -> None:
    if store.dialect != "sqlite":
        pytest.skip("reads SQLite's query plan")
    (step,) = _plan(store, Rule(), scope)
    assert walked in step


def _plan(store: Store, rule: Rule, scope: Scope | None = None) -> list[str]:
    now = round(NOW.timestamp() * 1000)
    with store.read() as c:
        query = matching(c, rule, scope or Scope(now=now), 50).element.compile(
            c.engine, compile_kwargs={"literal_binds": True}
        )
        return [row.detail for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]


def test_pages_follow_each_other_whatever_is_added_in_front(store: Store) -> None:
    add(store, *(tagged(f"n{number}", "Storm", hours=-1 - number // 2) for number in range(7)))
    seen: list[str] = []
    last: Item | None = None
    for page in range(3):
        with store.read() as c:
            found = items.select(c, Rule(tags=("storm",)), now=NOW, limit=3, before=last)
        seen += slugs(found)
        last = found[-1]
        add(store, tagged(f"new{page}", "Storm", hours=0))
    assert sorted(seen) == [f"n{number}" for number in range(7)]


def test_an_embargo_and_an_expiry_hold_to_the_millisecond(store: Store) -> None:
    add(store, item("a", hours=0, about=article(expires=NOW + timedelta(hours=1))))
    tick = timedelta(milliseconds=1)
    with store.read() as c:
        for moment, shown in (
            (-tick, 0),
            (0 * tick, 1),
            (timedelta(hours=1) - tick, 1),
            (timedelta(hours=1), 0),
        ):
            assert len(items.select(c, Rule(), now=NOW + moment, limit=5)) == shown
            assert items.count(c, Rule(), now=NOW + moment) == shown
