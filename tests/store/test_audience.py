from __future__ import annotations

from datetime import timedelta

from feedsvc.store import Counts, Store, audience

from .samples import NOW

RSS, ATOM = ("/feeds/all", "rss"), ("/feeds/all", "atom")


def test_what_is_counted_adds_up_by_feed_and_format(store: Store) -> None:
    with store.write() as tx:
        audience.add(tx.connection, NOW, {RSS: Counts(3, 2, 1000), ATOM: Counts(1, 0, 500)})
        audience.add(tx.connection, NOW + timedelta(minutes=1), {RSS: Counts(1, 1, 0)})
    with store.read() as c:
        assert audience.since(c) == {ATOM: Counts(1, 0, 500), RSS: Counts(4, 3, 1000)}


def test_a_day_can_be_told_from_those_before(store: Store) -> None:
    with store.write() as tx:
        for days in range(3):
            audience.add(tx.connection, NOW - timedelta(days=days), {RSS: Counts(1, 0, 10)})
    with store.read() as c:
        assert audience.since(c, NOW)[RSS] == Counts(1, 0, 10)
        assert audience.since(c, NOW - timedelta(days=1))[RSS] == Counts(2, 0, 20)


def test_days_of_long_ago_become_one_and_nothing_is_lost(store: Store) -> None:
    with store.write() as tx:
        for days in range(5):
            audience.add(tx.connection, NOW - timedelta(days=days), {RSS: Counts(1, 1, 10)})
        for _ in range(2):
            audience.fold(tx.connection, NOW - timedelta(days=1))
    with store.read() as c:
        assert audience.since(c)[RSS] == Counts(5, 5, 50)
        assert audience.since(c, NOW - timedelta(days=9))[RSS] == Counts(2, 2, 20)
