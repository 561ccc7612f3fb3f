from __future__ import annotations

import threading
from datetime import timedelta

from feedsvc.store import Store, schedule

from .samples import NOW

MINUTE = timedelta(minutes=1)


def _put(store: Store, **due: float) -> None:
    with store.write() as t:
        for name, minutes in due.items():
            schedule.put(t.connection, name, 5 * MINUTE, NOW + minutes * MINUTE)


def _claim(store: Store, limit: int = 10, minutes: float = 0) -> list[str]:
    with store.write() as t:
        return schedule.claim(t.connection, NOW + minutes * MINUTE, limit)


def test_what_is_due_is_claimed_once_an_interval(store: Store) -> None:
    _put(store, late=-30, now=0, later=1)
    assert _claim(store) == ["late", "now"]
    assert _claim(store) == []
    assert _claim(store, minutes=4.99) == ["later"]
    assert _claim(store, minutes=5) == ["late", "now"]


def test_an_idle_tick_learns_that_nothing_is_due_by_reading(store: Store) -> None:
    with store.read() as c:
        assert not schedule.due(c, NOW)
    _put(store, a=1)
    with store.read() as c:
        assert not schedule.due(c, NOW)
        assert schedule.due(c, NOW + MINUTE)


def test_the_longest_overdue_are_claimed_first(store: Store) -> None:
    _put(store, a=-1, b=-3, c=-2)
    assert _claim(store, limit=2) == ["b", "c"]
    assert _claim(store, limit=2) == ["a"]


def test_pulling_makes_earlier_and_never_later(store: Store) -> None:
    _put(store, a=10, b=-1)
    with store.write() as t:
        schedule.pull(t.connection, "a", NOW)
        schedule.pull(t.connection, "b", NOW + MINUTE)
        schedule.pull(t.connection, "unknown", NOW)
    assert _claim(store) == ["a", "b"]


def test_what_is_put_off_waits_until_then_and_keeps_its_interval(store: Store) -> None:
    _put(store, a=0)
    with store.write() as t:
        schedule.put_off(t.connection, "a", NOW + 2 * MINUTE)
        schedule.put_off(t.connection, "unknown", NOW)
    assert _claim(store) == []
    assert _claim(store, minutes=2) == ["a"]
    assert _claim(store, minutes=6.9) == []
    assert _claim(store, minutes=7) == ["a"]


def test_another_interval_counts_from_the_next_time_on(store: Store) -> None:
    _put(store, a=0, b=0)
    with store.write() as t:
        schedule.change(t.connection, {"a": 1 * MINUTE, "unknown": MINUTE})
    assert _claim(store) == ["a", "b"]
    assert _claim(store, minutes=1) == ["a"]


def test_only_what_is_kept_stays(store: Store) -> None:
    _put(store, a=0, b=0, c=0)
    with store.write() as t:
        schedule.keep(t.connection, ["b"])
    with store.read() as c:
        assert schedule.names(c) == {"b"}


def test_nothing_kept_leaves_an_empty_schedule(store: Store) -> None:
    _put(store, a=0)
    with store.write() as t:
        schedule.keep(t.connection, [])
    assert _claim(store) == []


def test_schedulers_that_run_at_once_never_claim_the_same(store: Store) -> None:
    _put(store, **{f"n{number}": -1 for number in range(60)})
    claimed: list[str] = []

    def run() -> None:
        while names := _claim(store, limit=3):
            claimed.extend(names)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(f"n{number}" for number in range(60))


def test_many_names_are_put_and_kept_at_once(store: Store) -> None:
    plan = {f"n{number:04}": (MINUTE, NOW + number * MINUTE) for number in range(1200)}
    with store.write() as t:
        schedule.put_all(t.connection, plan)
        schedule.keep(t.connection, list(plan)[::2])
    assert _claim(store, 9, minutes=4) == ["n0000", "n0002", "n0004"]
