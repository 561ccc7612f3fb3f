"""A role belongs to one process at a time, on both kinds of database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from feedsvc.store.role import hold
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
