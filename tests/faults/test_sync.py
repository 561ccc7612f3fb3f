"""What was acknowledged is on the disk: traced at the system calls, and killed in the middle of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.store import Store
from tests.faults import truth
from tests.faults.load import WRITER, Wire, wire_environment
from tests.faults.writer import SOURCE
from tests.proxying import part

IN_CI = bool(os.environ.get("CI"))
MOMENTS = range(1, 31) if IN_CI else (1, 2, 9)

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def wire(tmp_path: Path) -> Wire:
    """A writer and an empty database."""
    config = tmp_path / "config.toml"
    config.write_text("")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("FEEDSVC_")}
    environment = wire_environment(clean, config)
    command = [sys.executable, "-m", "feedsvc", "db", "upgrade", "--quiet"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=60)
    return Wire(tmp_path, environment)


def traced(wire: Wire, options: list[str], rounds: int) -> subprocess.CompletedProcess[bytes]:
    """Run the writer below strace, as fast as it can write."""
    writer = [sys.executable, str(WRITER), str(wire.ledger), "0", str(rounds)]
    command = [part("strace"), "-f", "-y", "-s", "20", *options, *writer]
    return subprocess.run(
        command, cwd=wire.folder, env=dict(wire.environment), capture_output=True, timeout=120
    )


def test_every_acknowledgement_comes_after_the_log_is_on_the_disk(wire: Wire) -> None:
    out = wire.folder / "trace"
    done = traced(wire, ["-o", str(out), "-e", "trace=write,pwrite64,fsync,fdatasync"], 8)
    assert done.returncode == 0, done.stderr
    acknowledged, dirty, synced = 0, False, False
    for line in out.read_text(errors="replace").splitlines():
        call = re.search(r"(\w+)\(\d+<([^>]*)>", line)
        if call is None:
            continue
        name, path = call[1], Path(call[2]).name
        if path == "feedsvc.db-wal":
            dirty = name == "pwrite64" or (dirty and "sync" not in name)
            synced |= "sync" in name
        elif path == "wire.ledger" and "try" in line:
            synced = False
        elif path == "wire.ledger" and "ack" in line:
            assert synced and not dirty, f"acknowledged before it was on the disk: {line}"
            acknowledged += 1
    assert acknowledged == 8


def test_what_was_acknowledged_is_there_after_a_kill_at_any_sync(wire: Wire) -> None:
    store = Store(f"sqlite:///{wire.folder}/data/feedsvc.db", clock=lambda: datetime.now(UTC))
    seq = 0
    for number in MOMENTS:
        inject = f"inject=fdatasync,fsync:signal=KILL:when={number}"
        done = traced(wire, ["-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", inject], 40)
        assert done.returncode != 0, f"it was not killed at sync {number}"
        with wire.ledger.open("a") as ledger:
            ledger.write('\n["cut", "", ""]\n')
        assert not truth.faults(store, seq)
        assert not truth.broken_promises(store, SOURCE, wire.promised())
        seq = truth.sequence(store)
        store.close()
    assert sum(times for times, _ in wire.promised().values()) >= max(MOMENTS) - 3
