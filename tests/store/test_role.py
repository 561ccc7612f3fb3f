"""A role belongs to one process at a time, on both kinds of database."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.store import Store, role
from feedsvc.store.role import Fenced, hold
from tests import postgres
from tests.serving import ROOT, eventually

CHILD = """
import sys
from feedsvc.store.role import hold
mine = hold(sys.argv[1], "folder")
print(mine.take(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def url(database_url: str, tmp_path: Path) -> str:
    return database_url or f"sqlite:///{tmp_path}/news.db"


def test_the_second_does_not_get_what_the_first_has(url: str) -> None:
    first, second, other = hold(url, "folder"), hold(url, "folder"), hold(url, "another")
    assert first.take() and first.take()
    assert not second.take()
    assert other.take()
    first.release()
    assert second.take()
    second.release()
    other.release()


def test_the_role_of_a_killed_process_is_free(url: str) -> None:
    command = [sys.executable, "-c", CHILD, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"True\n"
        mine = hold(url, "folder")
        assert not mine.take()
        child.kill()
    eventually(mine.take, 5, "the role is free")
    mine.release()


PAUSED = """
import sys
from datetime import UTC, datetime
from feedsvc.errors import StoreError
from feedsvc.store import Store
from feedsvc.store.role import Fenced, hold
mine = hold(sys.argv[1], "folder")
store = Fenced(Store(sys.argv[1], clock=lambda: datetime.now(UTC)), mine)
print(mine.take(), flush=True)
for line in sys.stdin:
    try:
        with store.write() as tx:
            print("wrote", flush=True)
    except StoreError as error:
        print(error, mine.take(), flush=True)
"""


def test_a_paused_process_loses_its_role_and_cannot_act_when_it_goes_on(
    postgresql: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(role, "SILENT_SECONDS", 1)
    url, pipe = postgresql.database(), subprocess.PIPE
    command = [sys.executable, "-c", PAUSED, url]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT, bufsize=0) as child:
        assert child.stdin is not None and child.stdout is not None
        assert child.stdout.readline() == b"True\n"
        child.stdin.write(b"\n")
        assert child.stdout.readline() == b"wrote\n"
        child.send_signal(signal.SIGSTOP)
        mine, store = hold(url, "folder"), Store(url, clock=lambda: datetime.now(UTC))
        eventually(mine.take, 20, "the role of the silent one is ours")
        with Fenced(store, mine).write():
            pass
        store.close()
        child.stdin.write(b"\n")
        child.send_signal(signal.SIGCONT)
        told = b"another process has become the folder's only one meanwhile False\n"
        assert child.stdout.readline() == told
        assert mine.take()
        mine.release()
        child.kill()
    postgresql.drop(url)


def test_a_role_is_kept_however_long_its_owner_is_busy(
    postgresql: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(role, "SILENT_SECONDS", 1)
    monkeypatch.setattr(role, "SPEAK_SECONDS", 0.2)
    url = postgresql.database()
    mine, other = hold(url, "folder"), hold(url, "folder")
    assert mine.take()
    time.sleep(2)
    assert not other.take() and not other.take()
    assert mine.take()
    mine.release()
    postgresql.drop(url)


def test_a_role_on_a_server_that_restarts_is_lost_and_taken_again(postgresql: postgres.Server) -> None:
    url = postgresql.database()
    mine = hold(url, "folder")
    assert mine.take()
    name = url.rpartition("/")[2]
    postgresql.command(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
    assert not mine.take()
    eventually(mine.take, 5, "it is taken again")
    mine.release()
    postgresql.drop(url)
