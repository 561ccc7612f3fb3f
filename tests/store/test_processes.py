"""What a store promises when several processes use it, and when one of them is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from feedsvc.store import Store, clock, items

from .samples import NOW, add, item

FORK = multiprocessing.get_context("fork")


def _write(url: str, name: str, count: int) -> None:
    store = Store(url, clock=lambda: NOW)
    for number in range(count):
        add(store, item(f"{name}-{number}"))
    store.close()


def test_processes_write_one_after_the_other_and_lose_nothing(store: Store, url: str) -> None:
    processes = [FORK.Process(target=_write, args=(url, name, 25)) for name in ("a", "b", "c")]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with store.read() as c:
        changed = items.changed_since(c, 0)
        assert [each.seq for each in changed] == list(range(1, 76))
        assert clock.seq(c) == 75


def test_a_forked_process_uses_the_store_that_its_parent_used(store: Store) -> None:
    add(store, item("parent"))
    store.version()

    def work() -> None:
        before = store.version()
        add(store, item("child"))
        if store.dialect == "sqlite":
            with store.gate():
                pass
        assert store.version() != before
        store.close()

    version = store.version()
    process = FORK.Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == 0
    assert store.version() != version
    with store.read() as c:
        assert set(items.known(c, "items")) == {"parent.md", "child.md"}
    add(store, item("again"))
    assert store.check() == []


def test_a_process_forked_inside_the_gate_does_not_hold_it(store: Store) -> None:
    with store.write():
        process = FORK.Process(target=time.sleep, args=(5,))
        process.start()
    add(store, item("a"))
    process.kill()
    process.join()


_WRITER = """
import sys
from datetime import UTC, datetime
from feedsvc.store import Store
from tests.store.samples import add, item
store = Store(sys.argv[1], clock=lambda: datetime.now(UTC))
for number in range(10_000):
    add(store, item(f"{sys.argv[2]}-{number}"))
    print(number, flush=True)
"""


@pytest.mark.parametrize("round_", range(3))
def test_what_was_acknowledged_survives_a_kill_at_any_moment(store: Store, url: str, round_: int) -> None:
    acknowledged = 0
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, url, "w"],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    assert writer.stdout is not None
    for _ in range(20 + 7 * round_):
        acknowledged = int(writer.stdout.readline()) + 1
    os.kill(writer.pid, signal.SIGKILL)
    rest = writer.stdout.read().split()
    writer.stdout.close()
    writer.wait()
    acknowledged = max([acknowledged, *(int(line) + 1 for line in rest)])
    assert store.check() == []
    with store.read() as c:
        found = len(items.known(c, "items"))
        assert found in (acknowledged, acknowledged + 1)
        assert clock.seq(c) == found
    add(store, item("after"))


def test_an_upgrade_that_is_killed_is_simply_run_again(tmp_path: Path) -> None:
    script = (
        "import os, sys, signal\n"
        "from datetime import UTC, datetime\n"
        "from feedsvc.store import Store, migrate\n"
        "run = migrate.upgrade\n"
        "def dying(c):\n"
        "    run(c)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "migrate.upgrade = dying\n"
        "Store(sys.argv[1], clock=lambda: datetime.now(UTC)).upgrade()\n"
    )
    url = f"sqlite:///{tmp_path}/data/feedsvc.db"
    done = subprocess.run([sys.executable, "-c", script, url], cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == -signal.SIGKILL
    store = Store(url, clock=lambda: NOW)
    assert "has no tables yet" in store.check()[0]
    store.upgrade()
    assert store.check() == []
    store.close()
