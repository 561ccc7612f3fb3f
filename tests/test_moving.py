"""A backup of either database restores into either, and whatever goes wrong, nothing is lost."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from feedsvc import moving
from feedsvc.config import Settings
from feedsvc.errors import Conflict, StoreError
from feedsvc.service import open_service, prepare
from feedsvc.store import Store, items
from tests import killing, postgres
from tests.desk import NOON, Desk, desk
from tests.elapsed import defer, fail_job
from tests.store import past

LATER = NOON + timedelta(hours=1)


def quiet(table: str, done: int, total: int) -> None:
    """Hear of progress, and say nothing."""


def at(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"database": settings.database.model_copy(update={"url": url})})


@pytest.fixture
def room(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """A desk with two live items, a job that waits and one that failed for good."""
    with desk(tmp_path, url=database_url) as opened:
        opened.save("storm.md", "Storm", tags="storm")
        opened.save("market.md", "Market")
        opened.look()
        opened.publish()
        fail_job(opened.service, "broken")
        defer(opened.service, "waiting")
        yield opened


@pytest.fixture
def backup(room: Desk, tmp_path: Path) -> Path:
    target = tmp_path / "copies" / "noon.db"
    moving.back_up(room.service.settings, target, quiet)
    return target


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a second database, of either kind: nothing is in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/second/feedsvc.db"
        return
    server: postgres.Server = request.getfixturevalue("postgresql")
    url = server.database()
    yield url
    server.drop(url)


def told(settings: Settings) -> dict[str, object]:
    """Return what an installation holds: everything that its people and workers meet."""
    service = open_service(settings)
    try:
        with service.store.read() as c:
            rows = items.list_all(c, limit=100, offset=0)
            pages = c.execute(text("SELECT path, seq, etag FROM rendered ORDER BY path")).all()
            terms = c.execute(text("SELECT kind, value, state, at, item_pk FROM item_term")).all()
        jobs = sorted((job.status, job.task_name) for job in service.queue.jobs())
        dead = [(job.task, dict(job.args)) for job in service.queue.failed()]
    finally:
        service.close()
    return {"items": rows, "pages": pages, "terms": sorted(map(str, terms)), "jobs": jobs, "dead": dead}


def and_publish(was: dict[str, object]) -> dict[str, object]:
    """Return what a copy between two databases holds: publishing is asked for, to be sure."""
    jobs = was["jobs"]
    assert isinstance(jobs, list)
    return {**was, "jobs": sorted({*jobs, ("todo", "publish")})}


def test_a_copy_can_serve_at_once_with_all_that_there_was(room: Desk, empty_url: str) -> None:
    settings = room.service.settings
    moving.copy(settings, empty_url, quiet)
    assert told(at(settings, empty_url)) == and_publish(told(settings))


def test_a_backup_restores_into_an_empty_database_of_either_kind(
    room: Desk, backup: Path, empty_url: str
) -> None:
    settings = room.service.settings
    there = at(settings, empty_url)
    assert not moving.is_there(there)
    assert moving.restore(there, backup, LATER) == ""
    assert and_publish(told(there)) == and_publish(told(settings))
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_a_restored_database_is_what_the_backup_was_and_what_it_replaced_is_kept(
    room: Desk, backup: Path
) -> None:
    settings, then = room.service.settings, told(room.service.settings)
    room.save("late.md", "Late")
    room.look()
    room.publish()
    room.close()
    assert moving.is_there(settings)
    kept = moving.restore(settings, backup, LATER)
    assert and_publish(told(settings)) == and_publish(then)
    assert titles_in(settings, kept) == {"Storm", "Market", "Late"}
    assert not [*backup.parent.glob("*.part"), *backup.parent.parent.glob("data/*.restored*")]


def titles_in(settings: Settings, kept: str) -> set[str]:
    """Return the titles of the items in what a restored database replaced."""
    if settings.database_path is not None:
        with closing(sqlite3.connect(f"file:{kept}?mode=ro", uri=True)) as connection:
            return {title for (title,) in connection.execute("SELECT title FROM item")}
    store = Store(settings.database_url, clock=lambda: NOON)
    with closing(store), store.read() as c:
        schema = kept.removeprefix("schema ")
        return set(c.execute(text(f'SELECT title FROM "{schema}".item')).scalars())


def test_after_a_restore_the_service_goes_on_and_restores_again(room: Desk, backup: Path) -> None:
    settings = room.service.settings
    room.close()
    moving.restore(settings, backup, LATER)
    room.save("late.md", "Late")
    room.look()
    room.publish()
    assert set(room.titles()) == {"Storm", "Market", "Late"}
    room.close()
    moving.restore(settings, backup, LATER + timedelta(minutes=1))
    assert room.titles() != ["Late"]
    assert room.item("storm.md").article.title == "Storm"


def test_a_backup_of_an_older_version_is_brought_to_this_one(room: Desk, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/older.db", clock=lambda: NOON)
    past.make_at(store, "0001")
    past.fill_first(store)
    before = past.shape(store)
    store.close()
    settings = room.service.settings
    room.close()
    moving.restore(settings, tmp_path / "older.db", LATER)
    with closing(open_service(settings)) as service:
        assert service.store.check() == []
        with service.store.read() as c:
            assert {each.slug for each in items.list_all(c, limit=100, offset=0)} == {
                each.slug for each in past.ITEMS
            }
    assert past.shape(store) == before
    store.close()


def test_what_is_no_backup_is_refused_and_nothing_changes(room: Desk, backup: Path, tmp_path: Path) -> None:
    settings, then = room.service.settings, told(room.service.settings)
    room.close()
    for bad, reason in bad_backups(backup, tmp_path):
        with pytest.raises(StoreError, match=reason):
            moving.restore(settings, bad, LATER)
    assert told(settings) == then
    names = {each.name for each in tmp_path.rglob("*")}
    assert not [name for name in names if "replaced" in name or "restored" in name]


def bad_backups(backup: Path, folder: Path) -> Iterator[tuple[Path, str]]:
    yield folder / "nowhere.db", "no such file"
    words = folder / "words.db"
    words.write_text("Not a database, but long enough to be taken for one by its name. " * 20)
    yield words, "no backup that can be read"
    other = folder / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE dog (name)")
    yield other, "not one of feedsvc"
    newer = folder / "newer.db"
    newer.write_bytes(backup.read_bytes())
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    yield newer, "newer feedsvc made this backup"
    cut = folder / "cut.db"
    cut.write_bytes(backup.read_bytes()[:-8192])
    yield cut, "damaged|no backup that can be read"
    torn = bytearray(backup.read_bytes())
    for page in range(8, len(torn) // 4096):
        torn[page * 4096 : page * 4096 + 64] = b"x" * 64
    (folder / "torn.db").write_bytes(torn)
    yield folder / "torn.db", "damaged|no backup that can be read"


USER = """
import sys
from feedsvc.store import Store
store = Store(sys.argv[1], clock=lambda: None)
with store.read() as c:
    print("open", flush=True)
    sys.stdin.read()
"""


def test_nothing_is_restored_while_another_process_has_the_database_open(room: Desk, backup: Path) -> None:
    settings, then = room.service.settings, told(room.service.settings)
    room.close()
    command = [sys.executable, "-c", USER, settings.database_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdin
        assert other.stdout.readline() == "open\n"
        with pytest.raises(Conflict, match="in use"):
            moving.restore(settings, backup, LATER)
        other.stdin.close()
    assert told(settings) == then


def test_the_database_itself_is_no_backup(room: Desk) -> None:
    path = room.service.settings.database_path
    if path is None:
        pytest.skip("a server's database is no file")
    room.close()
    with pytest.raises(Conflict, match="itself"):
        moving.restore(room.service.settings, path, LATER)


def test_a_restore_that_is_killed_leaves_the_old_database_or_the_new_one(
    room: Desk, backup: Path, tmp_path: Path
) -> None:
    """At every step one of the two is there, whole, and what it replaced; and it can be run again."""
    settings, then = room.service.settings, told(room.service.settings)
    room.save("late.md", "Late")
    room.look()
    now = told(settings)
    room.close()
    watch = killing.files(tmp_path / "data") if settings.database_path else killing.statements
    was_old = was_new = False
    for number in killing.steps(3 if settings.database_path else 15):
        if not killing.killed_at(number, watch, lambda: moving.restore(settings, backup, LATER)):
            break
        found = told(settings)
        is_new = and_publish(found) == and_publish(then)
        assert is_new or found == now
        was_old, was_new = was_old or not is_new, was_new or is_new
        if is_new:
            break
    assert was_old
    moving.restore(settings, backup, LATER + timedelta(minutes=1))
    assert and_publish(told(settings)) == and_publish(then)


def test_a_copy_that_is_killed_leaves_nothing_and_can_be_run_again(room: Desk, empty_url: str) -> None:
    settings = room.service.settings
    expected = and_publish(told(settings))
    room.close()
    for number in killing.steps(15):
        if not killing.killed_at(number, killing.statements, lambda: moving.copy(settings, empty_url, quiet)):
            break
    else:
        raise AssertionError("never done")
    assert told(at(settings, empty_url)) == expected


def test_a_backup_that_is_killed_is_not_there_and_can_be_taken_again(room: Desk, tmp_path: Path) -> None:
    settings, target = room.service.settings, tmp_path / "copies" / "noon.db"
    room.close()
    watch = killing.files(tmp_path / "copies")
    for number in killing.steps(2):
        if not killing.killed_at(number, watch, lambda: moving.back_up(settings, target, quiet)):
            break
        if target.exists():
            moving.backups.examine(target)
            target.unlink()
    assert [each.name for each in target.parent.iterdir()] == ["noon.db"]
    there = at(settings, f"sqlite:///{tmp_path}/third/feedsvc.db")
    moving.restore(there, target, LATER)
    assert and_publish(told(there)) == and_publish(told(settings))
    prepare(there)
