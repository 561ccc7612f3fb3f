"""How often a client may do a dear thing."""

from __future__ import annotations

from datetime import timedelta

from feedsvc.web import bucket
from feedsvc.web.bucket import Buckets
from tests.web.newsroom import NOON

NONE = timedelta(0)
MINUTE = timedelta(minutes=1)


def test_a_full_bucket_gives_so_many_and_then_one_by_one() -> None:
    buckets = Buckets(10, MINUTE)
    assert [buckets.wait("a", NOON) for _ in range(10)] == [NONE] * 10
    assert buckets.wait("a", NOON) == timedelta(seconds=6)
    assert buckets.wait("a", NOON + timedelta(seconds=5)) == timedelta(seconds=1)
    assert buckets.wait("a", NOON + timedelta(seconds=6)) == NONE
    assert buckets.wait("a", NOON + timedelta(seconds=6)) == timedelta(seconds=6)


def test_who_was_refused_waits_no_longer_for_asking_again() -> None:
    buckets = Buckets(1, MINUTE)
    buckets.wait("a", NOON)
    assert {buckets.wait("a", NOON) for _ in range(5)} == {MINUTE}
    assert buckets.wait("a", NOON + MINUTE) == NONE


def test_each_client_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(1, MINUTE)
    assert buckets.wait("a", NOON) == buckets.wait("b", NOON) == NONE
    assert buckets.wait("a", NOON) > NONE


def test_a_clock_that_is_set_back_shuts_nobody_out_for_long() -> None:
    buckets = Buckets(10, MINUTE)
    for _ in range(10):
        buckets.wait("a", NOON)
    before = NOON - timedelta(days=300)
    assert buckets.wait("a", before) <= MINUTE
    assert buckets.wait("a", before + MINUTE) == NONE


def test_the_memory_for_clients_has_an_end() -> None:
    buckets = Buckets(1, MINUTE)
    for number in range(bucket.MANY + 5):
        buckets.wait(str(number), NOON)
    assert len(buckets._full_at) == bucket.MANY
