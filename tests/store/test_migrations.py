"""The tables that the migrations make are the tables of schema.py."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from feedsvc.errors import StoreError
from feedsvc.store import Store, clock, items, migrate
from feedsvc.store.schema import is_ours, metadata

from .samples import NOW, add, item


def _ours(object_: object, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:
    return type_ != "table" or is_ours(name or "")


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


def test_a_database_that_is_behind_is_copied_before_it_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(f"sqlite:///{tmp_path}/data/feedsvc.db", clock=lambda: NOW)
    store.upgrade()
    add(store, item("one"))
    monkeypatch.setattr(migrate, "head", lambda: "0002")
    assert "is of revision 0001, this feedsvc needs 0002" in store.check()[0]
    store.upgrade()
    store.close()
    (copy,) = (tmp_path / "data" / "backups").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    restored = Store(f"sqlite:///{copy}", clock=lambda: NOW)
    with restored.read() as c:
        assert set(items.known(c, "items")) == {"one.md"}
    restored.close()


def test_only_the_last_three_backups_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(10))
    store = Store(f"sqlite:///{tmp_path}/feedsvc.db", clock=lambda: NOW.replace(second=next(seconds)))
    store.upgrade()
    monkeypatch.setattr(migrate, "head", lambda: "0002")
    for _ in range(5):
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
