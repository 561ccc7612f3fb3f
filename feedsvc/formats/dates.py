"""Write moments as the formats spell them, whatever the locale of the process."""

from __future__ import annotations

from datetime import UTC, datetime

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rfc822(moment: datetime) -> str:
    """Return `Wed, 25 Nov 2026 09:05:00 GMT`, the form that RSS readers agree on."""
    utc = in_utc(moment)
    written = utc.isoformat()
    day, month = _DAYS[utc.weekday()], _MONTHS[utc.month - 1]
    return f"{day}, {written[8:10]} {month} {written[:4]} {written[11:19]} GMT"


def rfc3339(moment: datetime) -> str:
    """Return `2026-11-25T09:05:00Z` (RFC 3339 §5.6), for Atom, JSON Feed and sitemaps."""
    return f"{in_utc(moment).isoformat()[:19]}Z"


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC, in whole seconds; a naive one is a ValueError.

    Whole seconds because RSS has no others: all formats say the same time.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    if moment.tzinfo is UTC and not moment.microsecond:
        return moment
    return moment.astimezone(UTC).replace(microsecond=0)
