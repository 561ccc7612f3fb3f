"""Write moments as the formats spell them, whatever the locale of the process."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime


def rfc822(moment: datetime) -> str:
    """Return `Wed, 25 Nov 2026 09:05:00 GMT`, the form that RSS readers agree on."""
    return format_datetime(in_utc(moment), usegmt=True)


def rfc3339(moment: datetime) -> str:
    """Return `2026-11-25T09:05:00Z` (RFC 3339 §5.6), for Atom, JSON Feed and sitemaps."""
    return in_utc(moment).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC, in whole seconds; a naive one is a ValueError.

    Whole seconds because RSS has no others: all formats say the same time.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC).replace(microsecond=0)
