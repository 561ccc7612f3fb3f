from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.store.times import from_ms, from_ms_or_none, to_ms, to_ms_or_none


@given(st.integers(-(10**13), 10**14))
def test_a_millisecond_comes_back_as_itself(value: int) -> None:
    assert to_ms(from_ms(value)) == value


def test_times_of_any_zone_are_kept_in_utc() -> None:
    berlin = datetime(2026, 11, 25, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    assert from_ms(to_ms(berlin)) == datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def test_a_time_without_a_zone_is_a_bug() -> None:
    with pytest.raises(TypeError):
        to_ms(datetime(2026, 11, 25, 13, 0))


def test_no_time_stays_no_time() -> None:
    assert to_ms_or_none(None) is None
    assert from_ms_or_none(None) is None
