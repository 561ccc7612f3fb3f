"""Fetch somebody else's feed, RSS, Atom or JSON Feed, and hand over its entries as arrivals.

    url ─ client.fetch ─▶ bytes ─ parse_raw ─▶ RawFeed ─ arrival ─▶ Refreshed

Absence means nothing here: an entry that has left a feed stays published.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

from feedsvc.model import Arrival, Problem
from feedsvc.net import Fetched, absolute
from feedsvc.sources.entries import Reading, UpstreamRules, arrival, moment, title_of
from feedsvc.sources.parse import parse_raw
from feedsvc.sources.raw import RawDate, RawEntry, RawFeed

__all__ = ["Fetcher", "Parsed", "Refreshed", "UpstreamRules", "fetch", "parse"]

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_OLDEST = datetime.min.replace(tzinfo=UTC)
STAMP = timedelta(minutes=2)
"""How near to the moment of an answer a date is that only says when the answer was made."""


class Fetcher(Protocol):
    """What `fetch` needs of `net.Client`: the seam where tests put a client of their own."""

    def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """Return the 200 or 304 answer of an address; FetchError for anything else."""
        ...


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What an upstream feed answered: its entries, and when it wishes to be asked again.

    Arrivals come oldest first, so that items without a date keep the feed's order.
    """

    status: Literal["ok", "unchanged"]
    arrivals: tuple[Arrival, ...] = ()
    problems: tuple[Problem, ...] = ()
    etag: str = ""
    last_modified: str = ""
    title: str = ""
    ttl_seconds: int | None = None
    max_age: int | None = None


def fetch(
    rules: UpstreamRules, client: Fetcher, *, etag: str, last_modified: str, now: datetime
) -> Refreshed:
    """Ask an upstream feed for what is new since the answer that these validators came with.

    Raises FetchError (Gone for 410) or ParseError, each with one sentence for the operator.
    """
    answer = client.fetch(rules.url, etag=etag, last_modified=last_modified)
    if answer.status == 304:
        return Refreshed(
            "unchanged",
            etag=answer.headers.get("etag", etag),
            last_modified=answer.headers.get("last-modified", last_modified),
            max_age=_max_age(answer.headers),
        )
    parsed = parse(answer.body, answer.headers, answer.url, rules, now)
    return Refreshed(
        "ok",
        arrivals=parsed.arrivals,
        problems=(*parsed.problems, *_about_move(answer.permanent, rules)),
        etag=answer.headers.get("etag", ""),
        last_modified=answer.headers.get("last-modified", ""),
        title=parsed.title,
        ttl_seconds=parsed.ttl_seconds,
        max_age=_max_age(answer.headers),
    )


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one body holds: arrivals, oldest first, and what the feed says about itself."""

    arrivals: tuple[Arrival, ...]
    problems: tuple[Problem, ...]
    title: str
    ttl_seconds: int | None


def parse(body: bytes, headers: Mapping[str, str], url: str, rules: UpstreamRules, now: datetime) -> Parsed:
    """Return the entries of a feed as arrivals; ParseError if the body is no feed.

    `url` is where the body was found. The newest `rules.limit` entries are taken; where a feed
    repeats an id its first entry counts. A bad entry is left out or mended, and told as a problem.
    Dates that are those of the answer, in every entry, are not believed: they change with each one.
    """
    feed = parse_raw(body, headers, url)
    home = absolute(feed.link, url) if feed.link else None
    reading = Reading(feed, rules, url, home or "", now)
    problems = _about_form(feed, rules)
    arrivals: dict[str, Arrival] = {}
    repeated = 0
    for entry in _newest(_unstamped(feed.entries, now), rules.limit):
        arrived, told = arrival(entry, reading)
        problems += told
        if arrived is not None:
            repeated += arrived.guid in arrivals
            arrivals.setdefault(arrived.guid, arrived)
    problems += _about_repetition(repeated, rules)
    oldest_first = tuple(reversed(arrivals.values()))
    return Parsed(oldest_first, tuple(problems), title_of(feed.title), feed.ttl_seconds)


def _newest(entries: Sequence[RawEntry], limit: int) -> Sequence[RawEntry]:
    """Return the newest entries, newest first; in the feed's order where a date is missing."""
    dates = [moment(entry.published) or moment(entry.updated) for entry in entries]
    if None in dates:
        return entries[:limit]
    order = sorted(range(len(entries)), key=lambda place: dates[place] or _OLDEST, reverse=True)
    return [entries[place] for place in order[:limit]]


def _unstamped(entries: Sequence[RawEntry], now: datetime) -> Sequence[RawEntry]:
    """Return the entries without dates that all of them got when the answer was made."""
    if len(entries) < 2:
        return entries
    if all(_is_stamp(entry.updated, now) for entry in entries):
        entries = [replace(entry, updated=RawDate()) for entry in entries]
    if all(_is_stamp(entry.published, now) for entry in entries):
        entries = [replace(entry, published=RawDate()) for entry in entries]
    return entries


def _is_stamp(date: RawDate, now: datetime) -> bool:
    when = moment(date)
    return when is not None and abs(now - when) <= STAMP


def _about_move(permanent: str | None, rules: UpstreamRules) -> list[Problem]:
    if permanent is None:
        return []
    told = f"the feed has moved for good: enter its new address {permanent} in the configuration"
    return [Problem(rules.key, rules.url, "W306", told, severity="warning")]


def _about_form(feed: RawFeed, rules: UpstreamRules) -> list[Problem]:
    if not feed.fault:
        return []
    told = f"the feed is broken XML ({feed.fault[:200]}): it was read as far as possible, tell its publisher"
    return [Problem(rules.key, rules.url, "W301", told, severity="warning")]


def _about_repetition(repeated: int, rules: UpstreamRules) -> list[Problem]:
    if not repeated:
        return []
    told = f"the feed repeats the id of {repeated} of its entries: only the first of each is taken"
    return [Problem(rules.key, rules.url, "W303", told, severity="warning")]


def _max_age(headers: Mapping[str, str]) -> int | None:
    match = _MAX_AGE.search(headers.get("cache-control", ""))
    return int(match[1]) if match else None
