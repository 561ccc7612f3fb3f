"""What an operator meets after the worst: an upgrade that was killed, a damaged file, a log that is gone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from feedsvc import config
from feedsvc.cli import run
from feedsvc.service import open_service, prepare
from feedsvc.store import Store, items, migrate
from tests import killing
from tests.desk import NOON
from tests.serving import Tree, eventually, free_port, item, serving, start, titles
from tests.store import past

PAGE = 4096


@pytest.fixture
def old(tmp_path: Path, database_url: str) -> Iterator[config.Settings]:
    """The settings of an installation whose database is of the first revision."""
    url = database_url or f"sqlite:///{tmp_path}/data/feedsvc.db"
    (tmp_path / "config.toml").write_text("")
    store = Store(url, clock=lambda: NOON)
    past.make_at(store, migrate.known()[0])
    past.fill_first(store)
    store.close()
    yield config.load(tmp_path / "config.toml", {"FEEDSVC_DATABASE__URL": url})


def test_an_upgrade_that_is_killed_has_happened_or_not_and_completes_when_it_is_run_again(
    old: config.Settings,
) -> None:
    met = set()
    for number in killing.steps(7):
        if not killing.killed_at(number, killing.statements, lambda: prepare(old)):
            break
        with closing(Store(old.database_url, clock=lambda: NOON)) as store, store.read() as c:
            met.add(migrate.revision(c))
            assert c.execute(text("SELECT count(*) FROM item")).scalar_one() == len(past.ITEMS)
            assert c.execute(text("SELECT count(*) FROM item_term")).scalar_one() > len(past.ITEMS)
    assert met <= {migrate.known()[0], migrate.head()}
    assert migrate.known()[0] in met
    with closing(open_service(old)) as service:
        assert service.store.check() == []
        assert service.queue.idle()
        with service.store.read() as c:
            assert len(items.list_all(c, limit=100, offset=0)) == len(past.ITEMS)


def test_a_copy_before_an_upgrade_that_is_killed_is_whole_or_not_there(old: config.Settings) -> None:
    if old.database_path is None:
        pytest.skip("an operator takes the backups of a server")
    backups = old.database_path.parent / "backups"
    for number in killing.steps():
        done = not killing.killed_at(number, killing.files(backups), lambda: prepare(old))
        for copy in backups.glob("*.db"):
            with closing(Store(f"sqlite:///{copy}", clock=lambda: NOON)) as store, store.read() as c:
                assert migrate.revision(c) == migrate.known()[0]
                assert c.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
                assert c.execute(text("SELECT count(*) FROM item")).scalar_one() == len(past.ITEMS)
        if done:
            break
    assert len(list(backups.glob("*.db"))) <= 3


def restore(folder: Path, backup: Path) -> int:
    return run(["db", "restore", str(backup), "--force", "--config", str(folder / "config.toml")])


def refused(folder: Path) -> str:
    """Start the service, which must not start; return what it says."""
    (folder / "serve.log").unlink(missing_ok=True)
    tree = start(folder, free_port())
    try:
        assert tree.process.wait(30) == 1
    finally:
        tree.process.kill()
    return tree.log.read_text()


def tear_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for page in range(8, len(content) // PAGE):
        content[page * PAGE : page * PAGE + 64] = b"\xa5" * 64
    path.write_bytes(content)


def kill_all(tree: Tree) -> None:
    below = tree.children()
    tree.process.kill()
    for pid in [each for pids in below.values() for each in pids]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    tree.process.wait()
    eventually(lambda: not any(tree.children().values()), 10, "nothing of the tree is left")


def test_a_damaged_database_is_not_served_and_a_backup_brings_it_back(tmp_path: Path) -> None:
    path = tmp_path / "data" / "feedsvc.db"
    with serving(tmp_path) as tree:
        for number in range(20):
            tree.write(f"{number}.md", item(f"Item {number}", date="2026-11-20"))
        eventually(lambda: len(titles(tree)) == 20, 20, "all items are live")
        assert (
            run(["db", "backup", str(tmp_path / "noon.db"), "--config", str(tmp_path / "config.toml")]) == 0
        )
    tear_pages(path)
    told = refused(tmp_path)
    assert "damaged" in told
    assert "feedsvc db restore FILE" in told
    assert restore(tmp_path, tmp_path / "noon.db") == 0
    with serving(tmp_path) as tree:
        assert len(titles(tree)) == 20


def test_a_database_without_its_log_is_not_served_and_a_backup_brings_it_back(tmp_path: Path) -> None:
    log, shared = (tmp_path / "data" / f"feedsvc.db-{end}" for end in ("wal", "shm"))
    with serving(tmp_path) as tree:
        tree.write("a.md", item("Storm", date="2026-11-20"))
        eventually(lambda: titles(tree) == ["Storm"], 20, "the item is live")
        assert (
            run(["db", "backup", str(tmp_path / "noon.db"), "--config", str(tmp_path / "config.toml")]) == 0
        )
        kill_all(tree)
    assert log.exists() and shared.exists()
    log.unlink()
    told = refused(tmp_path)
    assert str(log) in told
    assert "feedsvc db restore" in told
    assert restore(tmp_path, tmp_path / "noon.db") == 0
    with serving(tmp_path) as tree:
        assert titles(tree) == ["Storm"]
