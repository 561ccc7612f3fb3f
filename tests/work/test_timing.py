"""The next fetch comes when operator and server both agree, and never too late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.work.timing import LONGEST_WAIT, next_due

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def wait(
    every: timedelta = HALF_HOUR,
    failures: int = 0,
    retry_after: int | None = None,
    ttl: int | None = None,
    max_age: int | None = None,
    jitter: float = 0.0,
) -> timedelta:
    due = next_due(
        NOW, every, failures=failures, retry_after=retry_after, ttl=ttl, max_age=max_age, jitter=jitter
    )
    return due - NOW


def test_a_healthy_source_is_asked_at_its_interval() -> None:
    assert wait() == HALF_HOUR


@pytest.mark.parametrize(
    ("failures", "hours"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 24), (7, 24), (10_000, 24), (-1, 0.5)]
)
def test_each_failure_doubles_the_interval_up_to_a_day(failures: int, hours: float) -> None:
    assert wait(failures=failures) == timedelta(hours=hours)


@pytest.mark.parametrize("hint", ["retry_after", "ttl", "max_age"])
def test_a_server_may_ask_for_a_longer_wait_but_not_for_a_shorter_or_endless_one(hint: str) -> None:
    assert wait(**{hint: 7200}) == timedelta(hours=2)
    assert wait(**{hint: 60}) == HALF_HOUR
    assert wait(**{hint: 0}) == HALF_HOUR
    assert wait(**{hint: -5}) == HALF_HOUR
    assert wait(**{hint: 999_999_999_999_999}) == LONGEST_WAIT


def test_the_longest_wish_wins() -> None:
    assert wait(failures=1, retry_after=600, ttl=7200, max_age=5400) == timedelta(hours=2)
    assert wait(failures=4, retry_after=600, ttl=7200, max_age=5400) == timedelta(hours=8)


def test_an_interval_longer_than_a_day_is_the_operators_choice_and_is_kept() -> None:
    assert wait(every=timedelta(days=7), failures=3) == timedelta(days=7)


def test_jitter_adds_its_share_of_the_wait() -> None:
    assert wait(jitter=0.1) == timedelta(minutes=33)
    assert wait(jitter=5) == timedelta(hours=1)
    assert wait(jitter=-1) == HALF_HOUR


@settings(max_examples=100, deadline=None)
@given(
    st.timedeltas(timedelta(seconds=1), timedelta(days=400)),
    st.integers(0, 10**9),
    st.lists(st.one_of(st.none(), st.integers(-(10**12), 10**12)), min_size=3, max_size=3),
    st.floats(0, 1),
)
def test_the_wait_is_never_shorter_than_the_interval_and_never_endless(
    every: timedelta, failures: int, hints: list[int | None], jitter: float
) -> None:
    waited = wait(every, failures, hints[0], hints[1], hints[2], jitter)
    assert every <= waited <= 2 * max(every, LONGEST_WAIT)
