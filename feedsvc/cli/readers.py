"""Say how often feeds were asked for, in words and as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from feedsvc.cli.output import counted
from feedsvc.store import Counts


def asked(counts: Counts) -> str:
    """Return counts as a person reads them."""
    if not counts.requests:
        return "no requests"
    share = round(100 * counts.unchanged / counts.requests)
    return f"{counted(counts.requests, 'request')}, {share} % not modified, {size(counts.bytes)}"


def audience_rows(audience: Mapping[tuple[str, str], Counts]) -> list[dict[str, object]]:
    """Return counts as rows for programs."""
    return [
        {"feed": feed, "format": format_, **asdict(counts)} for (feed, format_), counts in audience.items()
    ]


def size(count: int) -> str:
    """Return a number of bytes in the largest unit that it fills."""
    for unit, worth in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= worth:
            return f"{count / worth:.1f} {unit}"
    return f"{count} bytes"
