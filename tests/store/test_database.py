"""What a store promises about transactions, files and failures, in one process."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, ResourceClosedError

from feedsvc.errors import StoreError
from feedsvc.model import Rule
from feedsvc.store import Store, Transaction, clock, items, meta

from .samples import NOW, add, article, item, slugs, tagged


def _store(path: Path, patience: float = 10.0) -> Store:
    return Store(f"sqlite:///{path}", clock=lambda: NOW, patience=patience)


def test_a_write_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(KeyError), store.write() as t:
        items.insert(t.connection, [item("a")], t.seq())
        raise KeyError
    with store.read() as c:
        assert items.known(c, "items") == {}
        assert clock.seq(c) == 0


def test_a_snapshot_does_not_move(store: Store) -> None:
    with store.read() as c:
        assert clock.seq(c) == 0
        add(store, item("a"))
        assert clock.seq(c) == 0
        assert items.known(c, "items") == {}
    with store.read() as c:
        assert clock.seq(c) == 1


def test_reading_waits_for_no_writer(store: Store) -> None:
    with store.write() as t:
        items.insert(t.connection, [item("a")], t.seq())
        with store.read() as c:
            assert items.known(c, "items") == {}


def test_reading_writes_nothing_even_by_mistake(store: Store) -> None:
    if store.dialect == "sqlite":
        with store.read() as c:
            meta.put(c, "a", "b")
    with store.read() as c:
        assert meta.get(c, "a") is None


def test_threads_write_one_after_the_other_and_lose_nothing(store: Store) -> None:
    def write(name: int) -> None:
        for number in range(10):
            add(store, item(f"{name}-{number}"))

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as c:
        assert sorted({each.seq for each in items.changed_since(c, 0)}) == list(range(1, 41))


def test_the_version_changes_when_somebody_else_has_written_and_only_then(store: Store) -> None:
    first = store.version()
    assert store.version() == first
    with store.read() as c:
        clock.seq(c)
    assert store.version() == first
    add(store, item("a"))
    second = store.version()
    assert second != first
    if store.dialect == "sqlite":
        with store.gate() as raw:
            raw.execute("INSERT INTO meta VALUES ('a', 'b')")
        assert store.version() != second


def test_the_gate_commits_what_was_done_inside(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("only SQLite has a gate")
    with store.gate() as raw:
        raw.execute("INSERT INTO meta VALUES ('a', 'b')")
    with pytest.raises(KeyError), store.gate() as raw:
        raw.execute("INSERT INTO meta VALUES ('c', 'd')")
        raise KeyError
    with store.read() as c:
        assert (meta.get(c, "a"), meta.get(c, "c")) == ("b", None)


def test_a_violated_constraint_passes_the_gate_as_what_it_is(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("only SQLite has a gate")
    with pytest.raises(sqlite3.IntegrityError), store.gate() as raw:
        raw.execute("INSERT INTO clock VALUES (1, 7)")
    with store.gate() as raw:
        assert raw.execute("SELECT seq FROM clock").fetchone() == (0,)


def test_the_driver_s_connection_writes_in_the_same_transaction(store: Store) -> None:
    with pytest.raises(KeyError), store.write() as t:
        t.raw.execute("INSERT INTO meta VALUES ('a', 'b')")
        assert meta.get(t.connection, "a") == "b"
        raise KeyError
    with store.read() as c:
        assert meta.get(c, "a") is None


def test_bugs_in_statements_are_not_dressed_up(store: Store) -> None:
    add(store, item("a"))
    with pytest.raises(IntegrityError):
        add(store, replace(item("b"), slug="a"))
    with pytest.raises(DBAPIError), store.read() as c:
        c.execute(text("SELEC 1"))


def test_every_acknowledged_write_is_on_the_disk(tmp_path: Path) -> None:
    for synchronous, level in (("full", 2), ("normal", 1)):
        store = Store(f"sqlite:///{tmp_path}/{synchronous}.db", synchronous=synchronous, clock=lambda: NOW)
        store.upgrade()
        with store.write() as t, store.read() as c:
            for connection in (t.connection, c):
                told = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in _PRAGMAS]
                assert told == ["wal", level, 1, 5000]
        with store.gate() as raw:
            assert [raw.execute(f"PRAGMA {name}").fetchone()[0] for name in _PRAGMAS] == [
                "wal",
                level,
                1,
                5000,
            ]
        store.close()


_PRAGMAS = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")


def test_a_closed_store_opens_again_when_it_is_used(store: Store) -> None:
    add(store, item("a"))
    store.version()
    store.close()
    add(store, item("b"))
    assert store.check() == []


def test_threads_that_ended_leave_no_file_open(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("counts SQLite's files")

    def work() -> None:
        store.version()
        with store.gate():
            pass

    def run() -> int:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return len(list(Path("/proc/self/fd").iterdir()))

    counts = [run() for _ in range(12)]
    assert counts[-1] <= counts[1]


def test_a_database_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    store = _store(tmp_path / "none.db")
    with pytest.raises(StoreError, match=r"none\.db: the database cannot be opened: .* `feedsvc db upgrade`"):
        store.version()
    with pytest.raises(StoreError, match="cannot be opened"), store.read():
        pass
    assert "feedsvc db upgrade" in store.check()[0]
    assert not (tmp_path / "none.db").exists()


def test_a_database_without_tables_is_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    store = _store(tmp_path / "empty.db")
    assert "has no tables yet: run `feedsvc db upgrade`" in store.check()[0]
    with pytest.raises(StoreError, match="run `feedsvc db upgrade`"), store.read() as c:
        clock.seq(c)
    store.close()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("This is a text, and not a database, although it is long enough for a header. " * 9)
    store = _store(path)
    assert "this is not a database" in store.check()[0]
    with pytest.raises(StoreError, match="restore a backup"):
        store.upgrade()


def test_a_database_locked_by_somebody_else_is_busy_and_recovers(tmp_path: Path) -> None:
    store = _store(tmp_path / "a.db", patience=0.2)
    store.upgrade()
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="the database is busy"), store.write():
        pass
    with pytest.raises(StoreError, match="the database is busy"), store.gate():
        pass
    with store.read() as c:
        assert clock.seq(c) == 0
    other.execute("ROLLBACK")
    other.close()
    add(store, item("a"))
    store.close()


def test_a_full_disk_refuses_writes_and_serves_reads_and_recovers(store: Store) -> None:
    """A limit on the file's pages gives SQLite's own SQLITE_FULL."""
    if store.dialect != "sqlite":
        pytest.skip("fills a SQLite file")
    add(store, item("a"))
    big = replace(item("b"), article=article("x" * 400_000))
    with pytest.raises(StoreError, match="the disk with the database is full"), store.write() as t:
        t.connection.exec_driver_sql("PRAGMA max_page_count = 10")
        items.insert(t.connection, [big], t.seq())
    with store.read() as c:
        assert set(items.known(c, "items")) == {"a.md"}
    store.close()
    add(store, big)
    assert store.check() == []


def test_a_lost_table_is_found_by_the_check(store: Store) -> None:
    store.verify()
    with store.write() as t:
        t.connection.execute(text("DROP TABLE rendered"))
    (problem,) = store.check()
    assert "lost its tables rendered" in problem
    assert "restore a backup" in problem


def test_a_damaged_page_is_found_by_the_check(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = _store(path)
    store.upgrade()
    add(store, *(item(f"n{number}") for number in range(300)))
    store.close()
    content = bytearray(path.read_bytes())
    for page in range(8, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = os.urandom(64)
    path.write_bytes(content)
    problems = store.check()
    assert any("damaged" in problem and "restore a backup" in problem for problem in problems)
    store.close()


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("mysql://localhost/x", "“mysql” is no database"),
        ("sqlite://", "SQLite needs a file"),
        ("sqlite:///:memory:", "SQLite needs a file"),
        ("feedsvc.db", "“feedsvc.db” is no database"),
    ],
)
def test_a_url_that_names_no_database_of_ours_is_refused(url: str, advice: str) -> None:
    with pytest.raises(StoreError, match=advice):
        Store(url, clock=lambda: NOW)


def test_a_password_in_the_url_is_never_told(tmp_path: Path) -> None:
    store = Store("postgresql://desk:secret@127.0.0.1:9/feedsvc", clock=lambda: NOW)
    (problem,) = store.check()
    assert "does not answer" in problem
    assert "secret" not in problem


def test_a_path_may_hold_spaces_and_signs(tmp_path: Path) -> None:
    store = _store(tmp_path / "our desk?#%20" / "häfen.db")
    store.upgrade()
    add(store, item("a"))
    assert (tmp_path / "our desk?#%20" / "häfen.db").exists()
    store.close()


def test_a_backup_is_a_whole_database_for_the_owner_only(store: Store, tmp_path: Path) -> None:
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL has its own backups")
    add(store, item("a"))
    target = tmp_path / "copies" / "a.db"
    with store.write() as t:
        items.insert(t.connection, [item("b")], t.seq())
        store.backup(target)
    assert [each.name for each in target.parent.iterdir()] == ["a.db"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    restored = _store(target)
    assert restored.check() == []
    with restored.read() as c:
        assert set(items.known(c, "items")) == {"a.md"}
    restored.close()
    with pytest.raises(StoreError, match="of that name already"):
        store.backup(target)


def test_a_copy_holds_everything_and_goes_on_from_there(store: Store, tmp_path: Path) -> None:
    first, *_ = add(store, tagged("a", "Storm"), tagged("b", "Sea", media=("b.jpg",)))
    with store.write() as t:
        items.update(t.connection, [replace(first, slug="a2")], t.seq())
        meta.put(t.connection, "policy", "3")
    other = _store(tmp_path / "other.db")
    told: list[tuple[str, int, int]] = []
    store.copy_to(other, lambda *step: told.append(step))
    assert ("item", 2, 2) in told
    with store.read() as mine, other.read() as theirs:
        assert items.known(mine, "items") == items.known(theirs, "items")
        assert (clock.seq(theirs), meta.get(theirs, "policy")) == (2, "3")
        assert slugs(items.select(theirs, Rule(text="harbour", tags=("sea",)), now=NOW, limit=5)) == ["b"]
        assert items.by_slug(theirs, "a") == items.by_slug(mine, "a")
    (added,) = add(other, item("c"))
    assert (added.pk, added.seq) == (3, 3)
    with pytest.raises(StoreError, match="in use"):
        store.copy_to(other, lambda *step: None)
    assert other.check() == []
    other.close()


def test_a_write_that_has_ended_writes_no_more(store: Store) -> None:
    with store.write() as t:
        kept = t.connection
        meta.put(kept, "a", "b")
    with pytest.raises(AttributeError):
        meta.put(t.connection, "c", "d")
    with pytest.raises((RuntimeError, ResourceClosedError)):
        meta.put(kept, "c", "d")
    with store.write() as t:
        assert (meta.get(t.connection, "a"), meta.get(t.connection, "c")) == ("b", None)


def test_a_connection_that_a_broken_disk_has_spoiled_is_not_used_again(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("SQLite's errors of the disk")
    broken = sqlite3.OperationalError("disk I/O error")
    broken.sqlite_errorcode = sqlite3.SQLITE_IOERR
    for opened in (store.gate, store.write):
        with pytest.raises(StoreError, match="reports errors"), opened() as first:
            spoiled = first if isinstance(first, sqlite3.Connection) else first.raw
            raise broken
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            spoiled.execute("SELECT 1")
        add(store, item(f"after {opened.__name__}"))


def test_a_connection_that_fails_a_statement_for_good_is_not_used_again(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("SQLite's errors of the disk")
    for opened in (store.write, store.read):
        with pytest.raises(StoreError, match="cannot be written"), opened() as begun:
            c = begun.connection if isinstance(begun, Transaction) else begun
            c.exec_driver_sql("PRAGMA query_only = ON")
            meta.put(c, "a", "b")
        add(store, item(f"after {opened.__name__}"))


def test_an_ordinary_error_spoils_no_connection(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("looks at SQLite's connections")
    with pytest.raises(KeyError), store.gate() as raw:
        raise KeyError
    assert not raw.in_transaction
    add(store, item("a"))


def test_closing_waits_for_no_write_and_stops_none(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("a matter of SQLAlchemy's pool")
    with store.write() as t:
        items.insert(t.connection, [item("a")], t.seq())
        store.close()
        meta.put(t.connection, "a", "b")
    with store.read() as c:
        assert meta.get(c, "a") == "b"
