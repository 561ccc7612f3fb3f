"""What arrivals mean for the items that are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.decide import decide, withdrawal
from feedsvc.model import Arrival, Article, Image, Item

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def arrival(guid: str = "storm.md", title: str = "Storm closes the pier", **parts: object) -> Arrival:
    article = Article(title=title, content="<p>The pier is closed.</p>")
    beside = {key: parts.pop(key) for key in ("id", "slug", "draft", "media") if key in parts}
    return Arrival(guid, replace(article, **parts), **beside)  # type: ignore[arg-type]


def born(it: Arrival, now: datetime = NOON) -> Item:
    (item,) = decide([it], {}, source="items", now=now).new
    return replace(item, pk=1)


def after(it: Arrival, before: Item, now: datetime) -> Item:
    (item,) = decide([it], {before.guid: before}, source="items", now=now).changed
    return item


def test_a_new_item_without_a_date_is_published_when_it_is_first_seen() -> None:
    item = born(arrival())
    assert item.published == item.updated == item.first_seen == NOON
    assert item.state == "published"


def test_the_same_files_give_the_same_ids() -> None:
    assert born(arrival()).id == born(arrival(title="Another title"), NOON + HOUR).id
    assert born(arrival()).id.startswith("urn:uuid:")


def test_an_id_that_its_author_chose_is_kept_if_it_is_a_uri() -> None:
    chosen = "tag:harbour.example,2026:storm"
    assert born(arrival(id=chosen)).id == chosen
    assert born(arrival(id="not a uri")).id.startswith("urn:uuid:")
    assert born(arrival(id="http://ä.example/1")).id.startswith("urn:uuid:")


def test_an_unchanged_arrival_writes_nothing() -> None:
    item = born(arrival())
    changes = decide([arrival()], {item.guid: item}, source="items", now=NOON + HOUR)
    assert not changes
    assert changes.unchanged == 1


def test_a_correction_keeps_id_slug_and_published_and_moves_updated() -> None:
    before = born(arrival())
    item = after(arrival(title="Storm reopens the pier"), before, NOON + HOUR)
    assert (item.id, item.slug, item.published) == (before.id, before.slug, before.published)
    assert item.updated == NOON + HOUR


def test_updated_never_goes_back_even_if_the_clock_does() -> None:
    published = NOON - 48 * HOUR
    before = after(arrival(title="Two", published=published), born(arrival(published=published)), NOON)
    item = after(arrival(title="Three", published=published), before, NOON - 24 * HOUR)
    assert item.updated > before.updated


def test_the_authors_own_updated_time_counts() -> None:
    before = born(arrival(published=NOON - 3 * HOUR))
    said = NOON - HOUR
    item = after(arrival(title="Corrected", published=NOON - 3 * HOUR, updated=said), before, NOON)
    assert item.updated == said


def test_an_embargoed_item_that_is_edited_before_its_time_shows_no_correction() -> None:
    soon = NOON + HOUR
    before = born(arrival(published=soon))
    item = after(arrival(title="Better title", published=soon), before, NOON + HOUR / 2)
    assert item.published == item.updated == soon


def test_a_draft_that_is_released_is_published_at_that_moment() -> None:
    before = born(arrival(draft=True))
    assert before.state == "draft"
    item = after(arrival(), before, NOON + HOUR)
    assert (item.state, item.published, item.updated) == ("published", NOON + HOUR, NOON + HOUR)


def test_the_first_arrival_wins_where_a_source_repeats_a_guid() -> None:
    changes = decide([arrival(title="First"), arrival(title="Second")], {}, source="items", now=NOON)
    assert [item.article.title for item in changes.new] == ["First"]


def test_a_removed_item_becomes_a_tombstone_once() -> None:
    item = born(arrival())
    changes = decide([], {item.guid: item}, source="items", gone=[item.guid], now=NOON + HOUR)
    (tombstone,) = changes.withdrawn
    assert (tombstone.state, tombstone.withdrawn_at) == ("withdrawn", NOON + HOUR)
    assert tombstone.updated > item.updated
    again = decide([], {item.guid: tombstone}, source="items", gone=[item.guid], now=NOON + 2 * HOUR)
    assert not again


def test_a_removed_item_that_nobody_can_have_seen_leaves_no_tombstone() -> None:
    for hidden in (born(arrival(draft=True)), born(arrival(published=NOON + HOUR))):
        assert withdrawal(hidden, NOON).state == "draft"


def test_an_item_that_comes_back_keeps_its_id_and_is_visible_again() -> None:
    item = born(arrival())
    gone = withdrawal(item, NOON + HOUR)
    back = after(arrival(), gone, NOON + 2 * HOUR)
    assert (back.id, back.state, back.withdrawn_at) == (item.id, "published", None)
    assert back.updated > gone.updated


def test_what_arrives_is_never_withdrawn_in_the_same_breath() -> None:
    item = born(arrival())
    changes = decide([arrival()], {item.guid: item}, source="items", gone=[item.guid], now=NOON)
    assert not changes.withdrawn


def test_an_edit_that_leaves_the_time_its_author_wrote_is_a_minor_one() -> None:
    said = NOON - HOUR
    before = born(arrival(published=NOON - 3 * HOUR, updated=said))
    minor = after(arrival(title="A comma", published=NOON - 3 * HOUR, updated=said), before, NOON)
    assert minor.updated == said
    later = after(
        arrival(title="A figure", published=NOON - 3 * HOUR, updated=NOON - HOUR / 2), minor, NOON + HOUR
    )
    assert later.updated == NOON - HOUR / 2


def test_a_published_item_that_is_made_a_draft_is_taken_back() -> None:
    before = born(arrival())
    item = after(arrival(draft=True), before, NOON + HOUR)
    assert (item.state, item.withdrawn_at) == ("withdrawn", NOON + HOUR)
    again = decide([arrival(draft=True)], {item.guid: item}, source="items", now=NOON + 2 * HOUR)
    assert not again
    back = after(arrival(), item, NOON + 3 * HOUR)
    assert (back.state, back.id, back.published) == ("published", before.id, before.published)


def test_moving_to_another_domain_corrects_no_article() -> None:
    def with_picture(root: str) -> Arrival:
        picture = f'<p><img src="{root}/media/items/pier.png"></p>'
        return arrival(content=picture, image=Image(f"{root}/media/items/pier.png"))

    before = born(with_picture("http://127.0.0.1:8484"))
    moved = after(with_picture("https://news.example/desk"), before, NOON + HOUR)
    assert moved.updated == before.updated
    assert "https://news.example/desk/media/items/pier.png" in moved.article.content
    other = arrival(content='<p><img src="https://news.example/media/items/other.png"></p>')
    assert after(other, before, NOON + HOUR).updated == NOON + HOUR


ARRIVALS = st.lists(
    st.builds(
        lambda guid, title, draft, hours: arrival(
            guid, title, draft=draft, published=None if hours is None else NOON + hours * HOUR
        ),
        st.sampled_from(["a.md", "b.md", "c.md"]),
        st.text(min_size=1, max_size=20),
        st.booleans(),
        st.one_of(st.none(), st.integers(-50, 50)),
    ),
    max_size=6,
)


@given(ARRIVALS, ARRIVALS, st.sets(st.sampled_from(["a.md", "b.md", "c.md"])))
def test_deciding_twice_changes_nothing_and_ids_stay(
    first: list[Arrival], second: list[Arrival], gone: set[str]
) -> None:
    known = {item.guid: item for item in decide(first, {}, source="items", now=NOON).new}
    ids = {guid: item.id for guid, item in known.items()}
    for step, now in enumerate((NOON + HOUR, NOON + 2 * HOUR)):
        changes = decide(second, known, source="items", gone=gone, now=now)
        if step == 1:
            assert not changes
        before = dict(known)
        known |= {item.guid: item for item in (*changes.new, *changes.changed, *changes.withdrawn)}
        for guid, item in known.items():
            assert item.updated >= item.published or item.state == "draft"
            assert ids.setdefault(guid, item.id) == item.id
            if guid in before and item is not before[guid] and before[guid].state == "published":
                visible = before[guid].published <= now
                assert not visible or item.updated >= before[guid].updated
