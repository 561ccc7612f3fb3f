from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from feedsvc.errors import StoreError
from feedsvc.store.gate import Gate


class _Time:
    """A clock that moves only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def test_the_lock_file_is_for_its_owner_only(tmp_path: Path) -> None:
    with Gate(tmp_path / "g", 1).hold():
        assert stat.S_IMODE((tmp_path / "g").stat().st_mode) == 0o600


def test_a_gate_held_elsewhere_is_waited_for_and_then_given_up(tmp_path: Path) -> None:
    time = _Time()
    waiting = Gate(tmp_path / "g", 10, time.monotonic, time.sleep)
    with (
        Gate(tmp_path / "g", 1).hold(),
        pytest.raises(StoreError, match="the database is busy"),
        waiting.hold(),
    ):
        pytest.fail("both are inside")
    assert 10 <= time.now < 10.1
    assert max(time.pauses) <= 0.02
    with waiting.hold():
        pass


def test_threads_of_one_gate_wait_for_each_other_no_longer_than_its_patience(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "g", 0.05)
    refused: list[str] = []

    def enter() -> None:
        try:
            with gate.hold():
                pass
        except StoreError as error:
            refused.append(str(error))

    with gate.hold():
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
    assert len(refused) == 1
    with gate.hold():
        pass


def test_entering_twice_is_a_bug_that_is_told_at_once(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "g", 60)
    with gate.hold(), pytest.raises(RuntimeError, match="inside the gate already"), gate.hold():
        pass


def test_an_error_inside_opens_the_gate_again(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "g", 0)
    with pytest.raises(KeyError), gate.hold():
        raise KeyError
    with Gate(tmp_path / "g", 0).hold():
        pass


def test_a_folder_that_is_gone_is_told_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="lock file cannot be opened"), Gate(tmp_path / "no" / "g", 1).hold():
        pass


def test_no_file_stays_open(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "g", 1)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        with gate.hold():
            pass
    assert len(list(Path("/proc/self/fd").iterdir())) == before
