"""Say dates as the people of a language write them, and as programs read them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time


def rfc3339(moment: datetime) -> str:
    """Return a moment for programs, to the second, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(moment: datetime, timezone: str, language: str) -> str:
    """Return the day of a moment in a time zone, as in “5 Nov 2026”."""
    return format_date(moment.astimezone(ZoneInfo(timezone)).date(), "medium", locale=_locale(language))


def whole(moment: datetime, timezone: str, language: str) -> str:
    """Return the day and the time of a moment in a time zone, in full."""
    there, locale = moment.astimezone(ZoneInfo(timezone)), _locale(language)
    parts = (format_date(there.date(), "full", locale), format_time(there.time(), "short", locale=locale))
    return ", ".join(parts)


def direction(language: str) -> Literal["ltr", "rtl"]:
    """Return the direction in which a language is written."""
    return "rtl" if _locale(language).text_direction == "rtl" else "ltr"


@lru_cache(maxsize=128)
def _locale(language: str) -> Locale:
    """Return the locale of a language, or of the nearest that is known; else English."""
    parts = language.replace("_", "-").split("-")
    while parts:
        try:
            return Locale.parse("-".join(parts), sep="-")
        except (UnknownLocaleError, ValueError):
            parts.pop()
    return Locale("en")
