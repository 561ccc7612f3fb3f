"""The tables that the migrations make are the tables of schema.py."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from feedsvc.errors import StoreError
from feedsvc.model import Rule
from feedsvc.store import Store, clock, items, migrate
from feedsvc.store.schema import item_term, metadata

from . import past
from .samples import NOW, add, change, item, slugs


def _ours(object_: object, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:
    return type_ != "table" or name in metadata.tables


def test_the_migrations_make_the_tables_that_the_code_expects(store: Store) -> None:
    with store.read() as c:
        context = MigrationContext.configure(
            c, opts={"include_object": _ours, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_the_keys_that_the_code_expects(store: Store) -> None:
    """Alembic does not compare primary keys, and ours are walked."""
    with store.read() as c:
        for table in metadata.sorted_tables:
            found = c.dialect.get_pk_constraint(c, table.name)["constrained_columns"]
            assert found == [column.name for column in table.primary_key], table.name


def test_walked_tables_are_stored_in_the_order_of_their_key(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("WITHOUT ROWID is SQLite's")
    with store.read() as c:
        rows = c.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        made = {row.name: row.sql for row in rows}
    for table in metadata.sorted_tables:
        expected = table.dialect_options["sqlite"]["with_rowid"] is False
        assert ("WITHOUT ROWID" in made[table.name]) == expected, table.name


def test_the_files_names_tell_the_revisions_that_alembic_runs(store: Store) -> None:
    folder = Path(migrate.__file__).parent / "migrations"
    scripts = list(ScriptDirectory(str(folder)).walk_revisions())
    assert migrate.known() == [script.revision for script in reversed(scripts)]
    with store.read() as c:
        assert migrate.revision(c) == migrate.head() == scripts[0].revision


def test_a_new_database_starts_with_change_zero(store: Store) -> None:
    with store.read() as c:
        assert clock.seq(c) == 0


def test_an_upgrade_makes_folder_and_file_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "feedsvc.db"
    made = Store(f"sqlite:///{path}", clock=lambda: NOW)
    made.upgrade()
    with made.write() as t:
        t.seq()
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    made.close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert modes == dict.fromkeys(
        ("feedsvc.db", "feedsvc.db-wal", "feedsvc.db-shm", "feedsvc.db.gate"), 0o600
    )


def test_a_second_upgrade_changes_nothing(store: Store, tmp_path: Path) -> None:
    add(store, item("one"))
    store.upgrade()
    with store.read() as c:
        assert set(items.known(c, "items")) == {"one.md"}
    assert not list(tmp_path.glob("**/backups/*"))


def test_a_database_of_a_newer_version_is_refused_with_advice(store: Store) -> None:
    with store.write() as t:
        t.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer feedsvc .*9999.*restore a backup"):
        store.upgrade()
    with pytest.raises(StoreError, match="newer feedsvc"):
        store.verify()
    assert "newer feedsvc" in store.check()[0]


def test_a_database_that_is_behind_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/data/feedsvc.db", clock=lambda: NOW)
    past.make_at(store, "0001")
    past.fill_first(store)
    assert f"is of revision 0001, this feedsvc needs {migrate.head()}" in store.check()[0]
    before = past.shape(store)
    store.upgrade()
    store.close()
    (copy,) = (tmp_path / "data" / "backups").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    restored = Store(f"sqlite:///{copy}", clock=lambda: NOW)
    assert past.shape(restored) == before
    restored.upgrade()
    with restored.read() as c:
        assert len(items.known(c, "items")) == len(past.ITEMS)
    restored.close()


def test_only_the_last_three_backups_are_kept(tmp_path: Path) -> None:
    seconds = iter(range(10))
    store = Store(f"sqlite:///{tmp_path}/feedsvc.db", clock=lambda: NOW.replace(second=next(seconds)))
    store.upgrade()
    for _ in range(5):
        past.downgrade(store, "0001")
        store.upgrade()
    store.close()
    names = sorted(each.name for each in (tmp_path / "backups").iterdir())
    assert [name[8:23] for name in names] == ["20261125T120002", "20261125T120003", "20261125T120004"]


def test_an_upgrade_that_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = migrate.upgrade

    def fail_at_the_end(c: object) -> None:
        run(c)  # type: ignore[arg-type]  # the connection, passed through
        raise RuntimeError("killed")

    store = Store(f"sqlite:///{tmp_path}/feedsvc.db", clock=lambda: NOW)
    monkeypatch.setattr(migrate, "upgrade", fail_at_the_end)
    with pytest.raises(RuntimeError):
        store.upgrade()
    with store.read() as c:
        assert c.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one() == 0
    monkeypatch.undo()
    store.upgrade()
    assert store.check() == []
    store.close()


# From one version to the next


@pytest.fixture
def old(url: str) -> Iterator[Store]:
    """A database of the first revision, with items of every state in it."""
    seconds = count()
    opened = Store(url, clock=lambda: NOW + timedelta(seconds=next(seconds)))
    past.make_at(opened, "0001")
    past.fill_first(opened)
    yield opened
    opened.close()


def told(store: Store) -> dict[str, object]:
    """Return what a database answers to the questions that feeds and pages ask."""
    rules = [Rule(), Rule(tags=("Storm",)), Rule(authors=("ANNA berg",)), Rule(languages=("nl",))]
    rules += [Rule(exclude_tags=("harbour",)), Rule(text="kade"), Rule(feed="front", tags=("none",))]
    rules += [Rule(sources=("items",), tags=("storm", "harbour"))]
    with store.read() as c:
        found: dict[str, object] = {}
        for rule in rules:
            found[f"{rule} live"] = slugs(items.select(c, rule, now=NOW, limit=50))
            found[f"{rule} by update"] = slugs(items.select(c, rule, now=NOW, limit=50, order="updated"))
            found[f"{rule} gone"] = slugs(items.withdrawn(c, rule, limit=50))
            found[f"{rule} number"] = items.count(c, rule, now=NOW)
        found["tags"], found["authors"] = items.tags(c, NOW), items.authors(c, NOW)
        found["next"] = items.next_moment(c, NOW)
        found["terms"] = sorted(map(tuple, c.execute(select(item_term))), key=str)
        found["all"] = items.list_all(c, limit=50, offset=0)
    return found


def test_a_database_that_was_upgraded_answers_like_one_that_was_filled_afresh(
    old: Store, tmp_path: Path
) -> None:
    old.upgrade()
    fresh = Store(f"sqlite:///{tmp_path}/fresh.db", clock=lambda: NOW)
    fresh.upgrade()
    add(fresh, *past.ITEMS)
    assert told(old) == told(fresh)
    assert old.check() == []
    fresh.close()


def test_what_was_upgraded_can_be_changed_like_what_was_filled_afresh(old: Store, tmp_path: Path) -> None:
    old.upgrade()
    fresh = Store(f"sqlite:///{tmp_path}/fresh.db", clock=lambda: NOW)
    fresh.upgrade()
    add(fresh, *past.ITEMS)
    for store in (old, fresh):
        with store.read() as c:
            live, draft = (items.known(c, "items")[f"{name}.md"] for name in ("live", "draft"))
        change(store, replace(live, state="withdrawn", withdrawn_at=NOW), replace(draft, state="published"))
        add(store, item("one more"))
    assert told(old) == told(fresh)
    fresh.close()


def test_downgraded_and_upgraded_again_a_database_answers_as_before(old: Store) -> None:
    old.upgrade()
    expected = told(old)
    for revision in reversed(migrate.known()[:-1]):
        past.downgrade(old, revision)
        old.upgrade()
        assert told(old) == expected


@pytest.mark.parametrize("revision", migrate.known())
def test_a_downgrade_leaves_the_tables_of_a_straight_upgrade(store: Store, url: str, revision: str) -> None:
    add(store, *past.ITEMS)
    past.downgrade(store, revision)
    downgraded = past.shape(store)
    with store.write() as tx:
        for table in ("search", *(each.name for each in reversed(metadata.sorted_tables)), "alembic_version"):
            tx.connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
    past.make_at(store, revision)
    assert past.shape(store) == downgraded


def test_a_database_of_the_day_when_the_first_revision_changed_is_taken_as_it_is(store: Store) -> None:
    add(store, *past.ITEMS)
    expected = told(store)
    past.downgrade(store, "0002")
    with store.write() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    store.upgrade()
    assert told(store) == expected
    assert store.check() == []


def test_no_upgrade_leaves_a_difference_to_what_the_code_expects(old: Store) -> None:
    old.upgrade()
    with old.read() as c:
        context = MigrationContext.configure(c, opts={"include_object": _ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []


LANDED = {
    "0001": "9803ae0310685ab4",
    "0002": "b5922dcfabf26131",
    "0003": "7bf30b51be12a56e",
    "0004": "7061f4a0eeace907",
    "0005": "0fdf857b192a240d",
}
"""What each revision's file holds, once it has landed: a change of one that runs somewhere breaks that."""


def test_a_revision_that_has_landed_is_never_changed() -> None:
    folder = Path(migrate.__file__).parent / "migrations" / "versions"
    found = {path.name[1:5]: sha256(path.read_bytes()).hexdigest()[:16] for path in folder.glob("m*.py")}
    assert found == LANDED
