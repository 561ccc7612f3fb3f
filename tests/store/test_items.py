from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from feedsvc.model import Rule
from feedsvc.store import Store, items, nearness
from feedsvc.store.schema import revision
from feedsvc.store.times import to_ms

from .samples import NOW, add, article, by, change, item, slugs, tagged

HOUR = timedelta(hours=1)


def test_an_item_comes_back_as_it_was_with_its_number_and_change(store: Store) -> None:
    told = tagged("a", "Storm", "Sea", hash="x", media=("a/wall.jpg", "a/b.png"), state="draft")
    (stored,) = add(store, told)
    assert stored == replace(told, pk=stored.pk, seq=1)
    with store.read() as c:
        assert items.by_id(c, "urn:example:a") == stored
        assert items.by_slug(c, "a") == stored
        assert items.by_pk(c, [stored.pk]) == [stored]
        assert items.known(c, "items") == {"a.md": stored}


def test_more_items_than_a_chunk_are_added_in_their_order(store: Store) -> None:
    new = [item(f"n{number:04}") for number in range(1100)]
    stored = add(store, *new)
    assert [each.slug for each in stored] == [each.slug for each in new]
    pks = [each.pk for each in stored]
    assert pks == sorted(pks)
    with store.read() as c:
        assert items.by_pk(c, pks[::-1]) == stored[::-1]


def test_items_are_known_by_source_and_guid_in_every_state(store: Store) -> None:
    add(store, item("a", state="draft"), item("b", state="withdrawn"), item("c", source="agency"))
    with store.read() as c:
        assert set(items.known(c, "items")) == {"a.md", "b.md"}
        assert set(items.known(c, "agency")) == {"c.md"}
        assert items.known(c, "none") == {}
        assert set(items.known(c, "items", ["b.md", "c.md"])) == {"b.md"}
        assert items.known(c, "items", []) == {}


def test_unknown_items_are_not_found(store: Store) -> None:
    (stored,) = add(store, item("a"))
    with store.read() as c:
        assert items.by_id(c, "urn:example:none") is None
        assert items.by_slug(c, "none") is None
        assert items.by_pk(c, [99, stored.pk]) == [stored]


def test_an_update_keeps_what_it_replaces_as_a_revision(store: Store) -> None:
    (first,) = add(store, item("a"))
    corrected = replace(first, article=article("Harbour wall holds"), hash="new", updated=NOW)
    change(store, corrected)
    with store.read() as c:
        assert items.by_pk(c, [first.pk]) == [replace(corrected, seq=2)]
        (kept,) = c.execute(select(revision)).all()
    assert (kept.item_pk, kept.seq, kept.hash) == (first.pk, 1, "hash of a")
    assert "gives way" in kept.article


def test_an_item_can_be_updated_twice_in_one_change(store: Store) -> None:
    (first,) = add(store, item("a"))
    with store.write() as t:
        for title in ("One", "Two", "Three"):
            items.update(t.connection, [replace(first, article=article(title))], t.seq())
    with store.read() as c:
        assert len(c.execute(select(revision)).all()) == 3


def test_terms_media_and_words_follow_an_update(store: Store) -> None:
    (first,) = add(store, tagged("a", "Storm", media=("wall.jpg",)))
    change(store, replace(first, article=article("Calm", tags=("Sea",)), media=("sea.jpg",)))
    with store.read() as c:
        for rule in (Rule(tags=("storm",)), Rule(text="harbour")):
            assert items.select(c, rule, now=NOW, limit=5) == []
        for rule in (Rule(tags=("sea",)), Rule(text="calm")):
            assert slugs(items.select(c, rule, now=NOW, limit=5)) == ["a"]
        assert items.owner_of_media(c, "items", "wall.jpg") == []
        assert slugs(items.owner_of_media(c, "items", "sea.jpg")) == ["a"]
        assert items.owner_of_media(c, "agency", "sea.jpg") == []


def test_a_new_publication_date_moves_an_item_in_its_feeds(store: Store) -> None:
    first, _ = add(store, tagged("a", "Storm", hours=-2), tagged("b", "Storm", hours=-1))
    change(store, replace(first, published=NOW))
    with store.read() as c:
        assert slugs(items.select(c, Rule(tags=("Storm",)), now=NOW, limit=5)) == ["a", "b"]


def test_an_old_slug_goes_on_finding_its_item(store: Store) -> None:
    (first,) = add(store, item("harbour"))
    change(store, replace(first, slug="harbour-wall"))
    change(store, replace(first, slug="harbour"))
    change(store, replace(first, slug="harbour-wall"))
    with store.read() as c:
        found = items.by_slug(c, "harbour")
        assert found is not None
        assert found.slug == "harbour-wall"
        assert items.by_slug(c, "harbour-wall") == found


def test_taken_slugs_are_those_of_today_and_of_old(store: Store) -> None:
    first, *_ = add(store, item("harbour"), item("harbour-2"), item("harbor"), item("Harbour"))
    change(store, replace(first, slug="wall"))
    with store.read() as c:
        assert items.taken_slugs(c, "harbour") == {"harbour", "harbour-2"}
        assert items.taken_slugs(c, "%") == set()


def test_taken_ids_tell_their_owner(store: Store) -> None:
    add(store, item("a"), item("b", source="agency"))
    with store.read() as c:
        assert items.taken_ids(c, ["urn:example:a", "urn:example:b", "urn:example:c"]) == {
            "urn:example:a": ("items", "a.md"),
            "urn:example:b": ("agency", "b.md"),
        }


def test_a_renamed_item_keeps_its_id(store: Store) -> None:
    (first,) = add(store, item("a"))
    with store.write() as t:
        items.rename(t.connection, "items", "a.md", "b.md")
        items.rename(t.connection, "items", "b.md", "a.md")
        items.rename(t.connection, "items", "a.md", "b.md")
        items.rename(t.connection, "items", "none.md", "c.md")
    with store.read() as c:
        assert items.known(c, "items") == {"b.md": replace(first, guid="b.md")}


def test_changes_are_told_in_their_order_and_never_cut_in_two(store: Store) -> None:
    first, *_ = add(store, item("a"), item("b"), item("c"))
    add(store, item("d"))
    change(store, first)
    with store.read() as c:
        assert slugs(items.changed_since(c, 0)) == ["b", "c", "d", "a"]
        assert slugs(items.changed_since(c, 0, limit=1)) == ["b", "c"]
        assert slugs(items.changed_since(c, 2)) == ["a"]
        assert items.changed_since(c, 3) == []


def _timed(store: Store) -> None:
    add(
        store,
        item("past", hours=-3),
        item("soon", hours=1),
        item("later", hours=2),
        item("draft", hours=0.5, state="draft"),
        item("ends", about=article(expires=NOW + 1.5 * HOUR)),
        item("ended", hours=-9, about=article(expires=NOW - 1 * HOUR)),
    )


def test_what_time_alone_shows_or_hides_is_told_once(store: Store) -> None:
    _timed(store)
    with store.read() as c:
        assert slugs(items.appeared(c, NOW, NOW + 1 * HOUR)) == ["soon"]
        assert slugs(items.appeared(c, NOW + 1 * HOUR, NOW + 1.5 * HOUR)) == ["ends"]
        assert slugs(items.appeared(c, NOW - 1 * HOUR, NOW)) == []
        assert slugs(items.appeared(c, NOW - 2 * HOUR, NOW)) == ["ends", "ended"]


def test_the_next_moment_is_the_next_embargo_or_expiry(store: Store) -> None:
    with store.read() as c:
        assert items.next_moment(c, NOW) is None
    _timed(store)
    with store.read() as c:
        assert items.next_moment(c, NOW) == NOW + 1 * HOUR
        assert items.next_moment(c, NOW + 1 * HOUR) == NOW + 1.5 * HOUR
        assert items.next_moment(c, NOW + 1.5 * HOUR) == NOW + 2 * HOUR
        assert items.next_moment(c, NOW + 2 * HOUR) is None


def test_the_next_moment_of_a_feed_is_that_of_its_items(store: Store) -> None:
    add(store, tagged("a", "Sea", hours=1), tagged("b", "Storm", hours=2))
    with store.read() as c:
        assert items.next_moment(c, NOW, Rule(tags=("storm",))) == NOW + 2 * HOUR
        assert items.next_moment(c, NOW, Rule(tags=("air",))) is None


def test_all_items_are_listed_by_state_source_and_words_in_pages(store: Store) -> None:
    add(
        store,
        item("a", hours=-1, about=article("Storm")),
        item("b", hours=-2, about=article("Calm"), state="draft"),
        item("c", hours=9, about=article("Storm at sea"), source="agency"),
    )
    with store.read() as c:
        assert slugs(items.list_all(c, limit=9, offset=0)) == ["c", "a", "b"]
        assert slugs(items.list_all(c, limit=1, offset=1)) == ["a"]
        assert slugs(items.list_all(c, state="draft", limit=9, offset=0)) == ["b"]
        assert slugs(items.list_all(c, source="agency", limit=9, offset=0)) == ["c"]
        assert slugs(items.list_all(c, q="STORM", limit=9, offset=0)) == ["c", "a"]
        assert slugs(items.list_all(c, q="sea storm", source="items", limit=9, offset=0)) == []
        assert slugs(items.list_all(c, q='" OR *', limit=9, offset=0)) == []


def test_tags_are_counted_without_case_and_called_as_most_write_them(store: Store) -> None:
    add(
        store,
        tagged("a", "Storm", "storm", "Sea"),
        tagged("b", "Storm"),
        tagged("c", "storm"),
        tagged("d", "Sea", "Air", hours=1),
        tagged("e", "Secret", state="draft"),
    )
    with store.read() as c:
        assert items.tags(c, NOW) == [("Storm", 3), ("Sea", 1)]


def test_authors_are_counted(store: Store) -> None:
    add(store, by("a", "Ben Okri", "Anna Berg"), by("b", "Anna Berg"))
    with store.read() as c:
        assert items.authors(c, NOW) == [("Anna Berg", 2), ("Ben Okri", 1)]


def test_tombstones_are_found_by_rule_the_last_withdrawn_first(store: Store) -> None:
    first, second, _ = add(store, tagged("a", "Storm"), tagged("b", "Storm"), tagged("c", "Storm"))
    change(store, replace(first, state="withdrawn", withdrawn_at=NOW))
    change(store, replace(second, state="withdrawn", withdrawn_at=NOW - 1 * HOUR))
    with store.read() as c:
        assert slugs(items.withdrawn(c, Rule(), limit=5)) == ["a", "b"]
        assert slugs(items.withdrawn(c, Rule(tags=("storm",)), limit=1)) == ["a"]
        assert items.withdrawn(c, Rule(tags=("sea",)), limit=5) == []
        assert slugs(items.select(c, Rule(tags=("storm",)), now=NOW, limit=5)) == ["c"]


def test_what_shares_the_most_tags_is_nearest_of_equals_the_newest(store: Store) -> None:
    (told, *_) = add(
        store,
        tagged("told", "Storm", "Sea", "Roads"),
        tagged("one-new", "storm", hours=-1),
        tagged("one-old", "ROADS", hours=-9),
        tagged("two-old", "sea", "roads", "money", hours=-99),
        tagged("all", "sea", "storm", "roads", hours=-999),
        tagged("none", "money", hours=-1),
        tagged("waits", "storm", "sea", "roads", hours=1),
        tagged("draft", "storm", "sea", "roads", state="draft"),
        item("over", about=article(tags=("storm", "sea", "roads"), expires=NOW)),
    )
    with store.read() as c:
        assert slugs(items.related(c, told, now=NOW, limit=9)) == ["all", "two-old", "one-new", "one-old"]
        assert slugs(items.related(c, told, now=NOW, limit=2)) == ["all", "two-old"]
        assert "waits" in slugs(items.related(c, told, now=NOW + 2 * HOUR, limit=9))


def test_an_item_without_tags_has_none_near(store: Store) -> None:
    (told, *_) = add(store, item("told"), tagged("a", "storm"))
    with store.read() as c:
        assert items.related(c, told, now=NOW, limit=9) == []


def test_what_is_near_is_found_in_the_index_of_terms_alone(tmp_path: Path) -> None:
    with closing(Store(f"sqlite:///{tmp_path}/news.db", clock=lambda: NOW)) as store:
        store.upgrade()
        (told, *_) = add(store, tagged("told", "storm", "sea"), *(tagged(f"n{n}", "storm") for n in range(9)))
        with store.read() as c:
            query = nearness.ranking(told, to_ms(NOW), 4).compile(
                c.engine, compile_kwargs={"literal_binds": True}
            )
            plan = [row.detail for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert len([step for step in plan if "SEARCH item_term USING PRIMARY KEY" in step]) == 2, plan
    assert not [step for step in plan if step.startswith(("SCAN item", "SEARCH item "))], plan
