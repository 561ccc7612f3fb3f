"""Ticks: the clock keeps going whatever a tick does."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

import pytest

from feedsvc.work.ticks import Ticks

FAST = timedelta(milliseconds=20)


class Counter:
    """A tick that counts itself, and says when it has come `enough` times."""

    def __init__(self, enough: int) -> None:
        self.count = 0
        self.enough = enough
        self.reached = threading.Event()

    def __call__(self) -> None:
        self.count += 1
        if self.count >= self.enough:
            self.reached.set()


def test_the_first_tick_comes_at_once() -> None:
    tick = Counter(1)
    ticks = Ticks(timedelta(hours=1), tick)
    ticks.start()
    try:
        assert tick.reached.wait(10)
    finally:
        ticks.stop()


def test_ticks_come_again_and_again_until_they_are_stopped() -> None:
    tick = Counter(4)
    ticks = Ticks(FAST, tick)
    ticks.start()
    assert tick.reached.wait(10)
    ticks.stop()
    stopped_at = tick.count
    time.sleep(0.1)
    assert tick.count == stopped_at


def test_a_tick_that_raises_is_logged_and_the_next_one_still_runs(caplog: pytest.LogCaptureFixture) -> None:
    tick = Counter(3)

    def fails() -> None:
        tick()
        raise ValueError("the first is broken")

    ticks = Ticks(FAST, fails)
    with caplog.at_level(logging.ERROR):
        ticks.start()
        try:
            assert tick.reached.wait(10)
        finally:
            ticks.stop()
    assert "the first is broken" in caplog.text
    assert "Traceback" in caplog.text


def test_a_slow_tick_never_runs_twice_at_a_time() -> None:
    running, most = 0, 0
    done = Counter(3)

    def slow() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.1)
        running -= 1
        done()

    ticks = Ticks(FAST, slow)
    ticks.start()
    try:
        assert done.reached.wait(10)
    finally:
        ticks.stop()
    assert most == 1


def test_stopping_lets_a_running_tick_end() -> None:
    started, ended = threading.Event(), threading.Event()

    def tick() -> None:
        started.set()
        time.sleep(0.2)
        ended.set()

    ticks = Ticks(timedelta(hours=1), tick)
    ticks.start()
    assert started.wait(10)
    ticks.stop()
    assert ended.is_set()
