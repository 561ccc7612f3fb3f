"""Turn moments into the integer milliseconds that the database keeps, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Return the whole milliseconds since 1970 in UTC; a naive datetime is a TypeError."""
    return (moment - EPOCH) // _MILLISECOND


def from_ms(value: int) -> datetime:
    """Return the aware UTC datetime of a number of milliseconds since 1970."""
    return EPOCH + value * _MILLISECOND


def to_ms_or_none(moment: datetime | None) -> int | None:
    """Return the milliseconds of a moment that may be unknown."""
    return None if moment is None else to_ms(moment)


def from_ms_or_none(value: int | None) -> datetime | None:
    """Return the moment of a number of milliseconds that may be NULL."""
    return None if value is None else from_ms(value)
