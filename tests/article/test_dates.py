"""Dates are read as people and machines write them; what is not a date is not guessed at."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.article import parse_date

MORNING = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-24T09:30:00+01:00",
        "2026-11-24t08:30:00z",
        "2026-11-24T08:30:00.000Z",
        "2026-11-24 09:30",
        "2026-11-24 09:30:00",
        "2026-11-24 9:30 am",
        "2026-11-24 08:30 UTC",
        "2026-11-24 09:30 +0100",
        "2026/11/24 09:30",
        "Tue, 24 Nov 2026 08:30:00 GMT",
        "Tue, 24 Nov 2026 08:30 UT",
        "24 Nov 26 03:30 EST",
        "Tuesday, 24 November 2026 00:30:00 PST",
        "Tue, 24 Nov 2026 09:30:00 +0100 (CET)",
        "24 November 2026 09:30",
        "November 24, 2026 9:30 am",
        "Nov. 24th, 2026 at 9:30 a.m.",
        "Tuesday, November 24, 2026, 9:30 AM",
        "  24   november 2026, 09:30 ",
    ],
)
def test_one_moment_in_many_forms(value: str) -> None:
    assert parse_date(value, "Europe/Berlin") == MORNING


@pytest.mark.parametrize(
    "value", ["2026-11-24", "24 November 2026", "November 24, 2026", "24. November 2026"]
)
def test_a_day_begins_at_midnight_of_the_zone(value: str) -> None:
    assert parse_date(value, "Europe/Berlin") == datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert parse_date(value, "UTC") == datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "", "24/13/2026", "2026-02-30", "2026-13-01", "2026-11-24T25:00", "2026-11-24 09:60",
        "31 June 2026", "tomorrow", "2026", "24 Foo 2026", "2026-11-24 09:30 XYZ", "13:30 pm",
        "2026-11-24 13:30 pm", "0000-01-01", "2026-11-24T09:30:00+25:00", "2026-11-24 and more",
        "٢٠٢٦-١١-٢٤", "9999-12-31T23:59:59-12:00", "1764000000",
    ],
)  # fmt: skip
def test_what_is_not_a_date_is_none(value: str) -> None:
    assert parse_date(value, "UTC") is None


def test_an_hour_that_comes_twice_is_the_first() -> None:
    assert parse_date("2026-10-25 02:30", "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_hour_that_is_left_out_moves_on_by_the_gap() -> None:
    assert parse_date("2026-03-29 02:30", "Europe/Berlin") == parse_date("2026-03-29 03:30", "Europe/Berlin")


def test_a_leap_second_is_the_second_after() -> None:
    assert parse_date("2016-12-31T23:59:60Z", "UTC") == datetime(2017, 1, 1, tzinfo=UTC)


def test_noon_and_midnight_by_the_twelve_hour_clock() -> None:
    assert parse_date("2026-11-24 12:05 pm", "UTC") == datetime(2026, 11, 24, 12, 5, tzinfo=UTC)
    assert parse_date("2026-11-24 12:05 am", "UTC") == datetime(2026, 11, 24, 0, 5, tzinfo=UTC)


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.timezones()))
def test_every_moment_in_rfc_3339_comes_back(when: datetime) -> None:
    assert parse_date(when.astimezone(UTC).isoformat(), "Asia/Kolkata") == when.astimezone(UTC)


@given(st.text())
def test_any_text_gives_an_answer(text: str) -> None:
    found = parse_date(text, "America/St_Johns")
    assert found is None or found.tzinfo is UTC
