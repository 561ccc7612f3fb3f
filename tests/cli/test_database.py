"""The commands about the database: back, forth, and nowhere by accident."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.serving import free_port, start


@pytest.fixture
def stored(feedsvc: Command, newsroom: Path) -> Path:
    assert feedsvc("refresh").code == 0
    return newsroom


def sql(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_backup_is_restored_and_what_it_replaced_is_named(feedsvc: Command, stored: Path) -> None:
    assert feedsvc("db", "backup", "noon.db").code == 0
    before = feedsvc("items", "list", "--json").json
    sql(stored / "data" / "feedsvc.db", "DELETE FROM item")
    done = feedsvc("db", "restore", "noon.db", "--force")
    assert done.code == 0
    (kept,) = (stored / "data").glob("feedsvc.db.replaced-*")
    assert str(kept) in done.err
    assert feedsvc("items", "list", "--json").json == before
    assert feedsvc("db", "check").code == 0


def test_without_a_terminal_or_force_nothing_is_replaced(feedsvc: Command, stored: Path) -> None:
    feedsvc("db", "backup", "noon.db")
    done = feedsvc("db", "restore", "noon.db")
    assert done.code == 1
    assert "--force" in done.err
    assert not list((stored / "data").glob("*replaced*"))


def test_where_there_is_no_database_a_backup_is_restored_without_a_question(
    feedsvc: Command, stored: Path
) -> None:
    feedsvc("db", "backup", "noon.db")
    (stored / "data").rename(stored / "lost")
    assert feedsvc("db", "restore", "noon.db").code == 0
    assert len(feedsvc("items", "list", "--json").json) == 2


def test_a_backup_that_is_none_is_refused(feedsvc: Command, stored: Path) -> None:
    done = feedsvc("db", "restore", "config.toml", "--force")
    assert done.code == 1
    assert "no backup that can be read" in done.err
    assert feedsvc("db", "restore", "nowhere.db", "--force").code == 1
    assert len(feedsvc("items", "list", "--json").json) == 2


COMMANDS = (
    ("db", "upgrade"),
    ("db", "check"),
    ("db", "copy", "--to", "sqlite:///other.db"),
    ("items", "list"),
    ("refresh",),
    ("web",),
    ("worker",),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_database_of_a_newer_version_is_left_alone(
    feedsvc: Command,
    stored: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    path = stored / "data" / "feedsvc.db"
    sql(path, "UPDATE alembic_version SET version_num = '9999'")
    monkeypatch.setenv("FEEDSVC_SERVER__PORT", str(free_port()))
    done = feedsvc(*command)
    assert done.code == 1
    assert "newer feedsvc (revision 9999" in done.out + done.err
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_nothing_is_served_from_a_database_of_a_newer_version(stored: Path) -> None:
    sql(stored / "data" / "feedsvc.db", "UPDATE alembic_version SET version_num = '9999'")
    tree = start(stored, free_port())
    assert tree.process.wait(30) == 1
    assert "newer feedsvc (revision 9999" in tree.log.read_text()


def test_a_database_of_a_newer_version_can_be_backed_up(feedsvc: Command, stored: Path) -> None:
    sql(stored / "data" / "feedsvc.db", "UPDATE alembic_version SET version_num = '9999'")
    assert feedsvc("db", "backup", "kept.db").code == 0
    assert feedsvc("db", "restore", "kept.db", "--force").code == 1


@pytest.mark.parametrize("command", [("items", "list"), ("web",), ("worker",)], ids=" ".join)
def test_a_database_of_an_older_version_is_told_with_what_to_do(
    feedsvc: Command, stored: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("FEEDSVC_SERVER__PORT", str(free_port()))
    sql(stored / "data" / "feedsvc.db", "UPDATE alembic_version SET version_num = '0001'")
    done = feedsvc(*command)
    assert done.code == 1
    assert "feedsvc db upgrade" in done.err
    assert feedsvc("db", "check", "--json").json["ok"] is False
