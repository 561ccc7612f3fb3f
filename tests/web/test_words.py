from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feedsvc.web import words

SUMMER = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("ar-EG", "rtl"),
        ("HE", "rtl"),
        ("ur-Latn", "ltr"),
        ("az-Arab-IR", "rtl"),
        ("zh-Hant", "ltr"),
        ("sr-Latn-RS", "ltr"),
        ("yi", "rtl"),
        ("de-1996", "ltr"),
        ("", "auto"),
        (None, "auto"),
    ],
)
def test_text_runs_as_its_script_does(language: str | None, direction: str) -> None:
    assert words.direction(language) == direction


@pytest.mark.parametrize(
    ("timezone", "said"),
    [
        ("UTC", "1 July 2026, 22:30 UTC"),
        ("Europe/Dublin", "1 July 2026, 23:30 IST"),
        ("America/New_York", "1 July 2026, 18:30 EDT"),
        ("Asia/Dubai", "2 July 2026, 02:30 UTC+04"),
        ("Asia/Kathmandu", "2 July 2026, 04:15 UTC+0545"),
    ],
)
def test_a_moment_is_said_in_the_sites_time_zone(timezone: str, said: str) -> None:
    at = words.local(SUMMER, timezone)
    assert f"{words.short_day(at)}, {words.clock_time(at)} {words.zone(at)}" == said


def test_a_day_is_said_in_full() -> None:
    assert words.day(SUMMER.date()) == "Wednesday 1 July 2026"


@pytest.mark.parametrize(
    ("media_type", "said"),
    [
        ("audio/mpeg", "MP3 audio"),
        ("audio/x-wav", "WAV audio"),
        ("audio/wav", "WAV audio"),
        ("video/quicktime", "QuickTime video"),
        ("image/svg+xml", "SVG image"),
        ("application/pdf", "PDF"),
        ("text/vtt; charset=utf-8", "Subtitles"),
        ("application/octet-stream", "File"),
        ("application/vnd.oasis.opendocument.text", "File"),
        ("nonsense", "File"),
    ],
)
def test_a_file_is_said_to_be_what_people_call_it(media_type: str, said: str) -> None:
    assert words.kind(media_type) == said


@pytest.mark.parametrize(
    ("tags", "shared", "said"),
    [
        (("harbour", "traffic"), (), "harbour"),
        (("Harbour", "traffic"), ("harbour",), "traffic"),
        (("harbour",), ("harbour",), None),
        (("harbour",), ("harbour", "council"), "harbour"),
        ((), (), None),
    ],
)
def test_a_row_names_a_tag_that_not_everything_on_its_page_has(
    tags: tuple[str, ...], shared: tuple[str, ...], said: str | None
) -> None:
    assert words.kicker(tags, shared) == said


@pytest.mark.parametrize(("count", "said"), [(999, "999 bytes"), (40_400, "40 kB"), (3_440_000, "3.4 MB")])
def test_a_size_has_the_unit_that_keeps_it_short(count: int, said: str) -> None:
    assert words.size(count) == said


@pytest.mark.parametrize(("seconds", "said"), [(5, "0:05"), (245, "4:05"), (3723, "1:02:03")])
def test_a_playing_time_is_said_as_players_do(seconds: int, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ([], ""),
        ([0, 1], ""),
        ([5, 5, 5], ""),
        ([48, 24, 0], "About 1 item a day"),
        ([0, 1, 2, 3], "About 24 items a day"),
        ([336, 168, 0], "About 1 item a week"),
        ([0, 84, 168], "About 2 items a week"),
        ([24 * 60, 24 * 30, 0], "About 1 item a month"),
        ([24 * 365 * 2, 24 * 365, 0], "About 1 item a year"),
        ([24 * 365 * 20, 24 * 365 * 10, 0], "Less than an item a year"),
    ],
)
def test_how_often_items_come_is_told_by_the_last_ones(hours: list[int], said: str) -> None:
    assert words.pace([SUMMER - timedelta(hours=each) for each in hours]) == said


@pytest.mark.parametrize(
    ("text", "count", "said"),
    [
        ("", 0, ""),
        ("One word's worth: well-made, 1,200 – and done.", 7, ""),
        ("word " * 239, 239, ""),
        ("word " * 240, 240, "1 min read"),
        ("word " * 350, 350, "1 min read"),
        ("word " * 720, 720, "3 min read"),
        ("港は開く。" * 99, 396, ""),
        ("新港開通" * 100, 400, "1 min read"),
        ("항구 소식 " * 300, 1200, "3 min read"),
        ("new 港 " * 240, 480, "2 min read"),
        ("ميناء " * 480, 480, "2 min read"),
    ],
)
def test_a_text_says_how_long_it_takes_to_read_if_that_is_a_minute(text: str, count: int, said: str) -> None:
    assert words.word_count(text) == count
    assert words.reading_time(words.reading_minutes(text)) == said
