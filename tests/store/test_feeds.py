from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from feedsvc.store import FeedState, Store, feeds

from .samples import NOW

WORLD = FeedState("/feeds/world", "abc", NOW, (3, 1, 2), NOW, NOW + timedelta(hours=1))


def test_a_feed_state_comes_back_as_it_was(store: Store) -> None:
    quiet = FeedState("/feeds/all", "def", NOW, ())
    with store.write() as t:
        feeds.put(t.connection, WORLD)
        feeds.put(t.connection, quiet)
    with store.read() as c:
        assert feeds.state(c, "/feeds/world") == WORLD
        assert feeds.state(c, "/feeds/none") is None
        assert feeds.all(c) == [quiet, WORLD]


def test_the_last_state_of_a_feed_counts(store: Store) -> None:
    changed = replace(WORLD, fingerprint="xyz", members=(4,), asked=None)
    with store.write() as t:
        feeds.put(t.connection, WORLD)
        feeds.put(t.connection, changed)
    with store.read() as c:
        assert feeds.all(c) == [changed]
