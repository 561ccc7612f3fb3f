"""Read the dates that people and machines write."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 1, "west": 1, "cet": 1, "cest": 2, "eet": 2,
    "eest": 3, "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7,
}  # fmt: skip
"""Hours east of UTC; the American ones as in RFC 5322 §4.3."""

_WEEKDAY = r"(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+)?"
_TIME = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,12}))?)?"
    r"(?:\s*(?P<noon>[ap])\.?m\.?)?"
    r"(?:\s*(?P<zone>[a-z]{1,5}|(?:utc|gmt)?[+-]\d{2}:?\d{2}))?(?:\s*\([a-z ]+\))?"
)
_CLOCK = rf"(?:(?:\s*,)?\s*(?:\bat\s+)?{_TIME})?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        rf"(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}})(?:(?:T|\s+){_TIME})?",
        rf"(?P<year>\d{{4}})/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})(?:\s+{_TIME})?",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]+(?P<month>[a-z]{{3,9}})\.?,?[\s-]+(?P<year>\d{{4}}|\d{{2}}){_CLOCK}",
        rf"{_WEEKDAY}(?P<month>[a-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_CLOCK}",
    )
)


def parse_date(value: str, timezone: str) -> datetime | None:
    """Return the moment that a date means, in UTC, or None if it is not a date or does not exist.

    Reads RFC 3339, `2026-11-24 09:30`, RFC 5322 with its zone names, “24 November 2026” and
    “November 24, 2026 9:30 am”. Without a zone it is the local time of the IANA time zone: the first
    of two where clocks go back, moved on by the gap where they go forward. A day begins at midnight.
    """
    text = " ".join(value.split())
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _moment(match.groupdict(), ZoneInfo(timezone))
    return None


def _moment(part: dict[str, str | None], local: ZoneInfo) -> datetime | None:
    zone = _zone(part["zone"])
    hour = _hour(int(part["hour"] or 0), part["noon"])
    month = _month(part["month"] or "")
    if hour is None or month is None or (part["zone"] and zone is None):
        return None
    second = int(part["second"] or 0)
    # RFC 3339 §5.6 allows a leap second; it becomes the second after.
    leap = timedelta(seconds=1 if second == 60 else 0)
    micros = int((part["fraction"] or "0")[:6].ljust(6, "0"))
    try:
        when = datetime(
            _year(part["year"] or ""), month, int(part["day"] or 0), hour, int(part["minute"] or 0),
            second - leap.seconds, micros, zone or local,
        )  # fmt: skip
        return when.astimezone(UTC) + leap
    except (ValueError, OverflowError):
        return None


def _year(text: str) -> int:
    # RFC 5322 §4.3: two digits mean 2000–2049 and 1950–1999.
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 50 else 1900)


def _month(text: str) -> int | None:
    return int(text) if text.isdigit() else _MONTHS.get(text.lower())


def _hour(hour: int, noon: str | None) -> int | None:
    if noon is None:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if noon.lower() == "p" else 0)


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text[-1].isdigit():
        digits = text[-5:].replace(":", "")[-4:]
        hours, minutes = int(digits[:2]), int(digits[2:])
        sign = -1 if "-" in text else 1
        return (
            timezone(sign * timedelta(hours=hours, minutes=minutes)) if hours < 24 and minutes < 60 else None
        )
    hours_east = _ZONES.get(text.lower())
    return None if hours_east is None else timezone(timedelta(hours=hours_east))
