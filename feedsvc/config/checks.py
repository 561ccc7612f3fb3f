"""Check single values of the configuration: durations, addresses, networks, languages, time zones.

Each check takes what was written and returns the value to use; what it refuses is a ValueError
that says what was expected and what to try.
"""

from __future__ import annotations

import ipaddress
import re
import uuid
from datetime import timedelta
from difflib import get_close_matches
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from feedsvc import podcast

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,6})\s*([smhd])")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def sendable(value: object) -> object:
    """Return a value as it is, unless it is text with characters that no feed can carry (XML 1.0 §2.2)."""
    texts = value if isinstance(value, tuple) else (value,)
    if any(_UNSENDABLE.search(str(text)) for text in texts):
        raise ValueError("must not hold control characters; write plain text")
    return value


def duration(text: str | timedelta) -> timedelta:
    """Return the time span that a text such as "90s", "15m", "2h" or "1d" names.

    Refuses everything else, and zero, with a ValueError.
    """
    if isinstance(text, timedelta):
        return text
    match = _DURATION.fullmatch(text.strip().lower()) if isinstance(text, str) else None
    if not match or not int(match[1]):
        raise ValueError(f"must be a number with its unit, got “{text}”; try “90s”, “15m”, “2h” or “1d”")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def web_address(text: str) -> str:
    """Return an absolute http(s) address without a trailing slash; an empty text stays empty."""
    if not text:
        return text
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment or " " in text:
        raise ValueError(f"must be an http or https address, got “{text}”; try “https://news.example”")
    return text.rstrip("/")


def origin(text: str) -> str:
    """Return the origin of a site, as browsers spell it: scheme, host and port alone, in small letters."""
    parts = urlsplit(web_address(text))
    if not text or parts.path or parts.query or parts.username or any(mark in text for mark in "*;, '\""):
        raise ValueError(f"must be the origin of a site, got “{text}”; try “https://paper.example”")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def place(text: str) -> str:
    """Return a feed's name, or an absolute http(s) address as it stands."""
    return page_address(text) if "/" in text else text


def page_address(text: str) -> str:
    """Return an absolute http(s) address as it stands; an empty text stays empty."""
    web_address(text)
    return text


def artwork(text: str) -> str:
    """Return the address of a podcast's artwork, of a kind that directories take."""
    if not web_address(text) or not re.search(r"\.(?:jpe?g|png)$", text, re.IGNORECASE):
        raise ValueError(
            "must be the address of a JPEG or PNG that ends with .jpg or .png; "
            "try “https://news.example/podcast.jpg”"
        )
    return text


def not_empty(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return a list that holds something."""
    if not values:
        raise ValueError('must name at least one, such as ["News"]')
    return values


def podcast_category(text: str) -> str:
    """Return one of Apple's categories of podcasts, spelt as Apple does."""
    found = podcast.category(text)
    if found is None:
        raise ValueError(f"“{text}” is no category of Apple's" + _near_category(text))
    return " > ".join(found)


def _near_category(text: str) -> str:
    names = [*podcast.APPLE_CATEGORIES]
    names += [f"{name} > {part}" for name, parts in podcast.APPLE_CATEGORIES.items() for part in parts]
    by_word = {part.casefold(): name for name in names for part in (name, name.rpartition(" > ")[2])}
    close = get_close_matches(text.casefold(), by_word, n=1, cutoff=0.6)
    close = close or get_close_matches(text.rpartition(">")[2].strip().casefold(), by_word, n=1, cutoff=0.6)
    if close:
        return f"; did you mean “{by_word[close[0]]}”?"
    return f"; its categories are {', '.join(podcast.APPLE_CATEGORIES)}"


def podcast_guid(text: str) -> str:
    """Return a UUID in its usual spelling; an empty text stays empty."""
    try:
        return str(uuid.UUID(text)) if text else text
    except ValueError:
        raise ValueError(f"must be a UUID, got “{text}”; take it from podcast:guid of the feed") from None


RSL_USES = ("all", "ai-all", "ai-train", "ai-input", "ai-index", "search")


def rsl_use(text: str) -> str:
    """Return one of RSL 1.0's words for a use."""
    if text not in RSL_USES:
        raise ValueError(f"must hold words of RSL, got “{text}”; they are {', '.join(RSL_USES)}")
    return text


def fetch_address(text: str) -> str:
    """Return an absolute http(s) address as it stands: a source's slash at the end matters."""
    if not text or not web_address(text):
        raise ValueError("must be the address of a feed; try “https://agency.example/feed.xml”")
    return text


def database_address(text: str) -> str:
    """Return a database URL of a kind that the store speaks."""
    if text.startswith("sqlite:///") and len(text) > len("sqlite:///"):
        return text
    if text.startswith(("postgresql://", "postgresql+psycopg://")):
        _check_server(text)
        return text
    raise ValueError(
        "must begin with “sqlite:///” or “postgresql://”; "
        "try “sqlite:///data/feedsvc.db” or “postgresql://user@host/feedsvc”"
    )


def _check_server(url: str) -> None:
    """Refuse what cannot be taken apart; in words that repeat nothing, since it may be a password."""
    try:
        urlsplit(url).port  # noqa: B018  # checked when it is asked for
    except ValueError:
        raise ValueError(
            "cannot be understood; write special characters of a password as in “%2F” for “/”; "
            "try “postgresql://user:password@host:5432/feedsvc”"
        ) from None


def network(text: str) -> str:
    """Return an IP address or network in CIDR form."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise ValueError(
            f"must hold addresses or networks, got “{text}”; try “10.0.0.0/8” or “127.0.0.1”"
        ) from None


def language_tag(text: str) -> str:
    """Return a language tag of BCP 47's shape; an empty text stays empty."""
    if text and not _LANGUAGE.fullmatch(text):
        raise ValueError(f"must be a language tag, got “{text}”; try “en”, “de-CH” or “zh-Hant”")
    return text


def time_zone(text: str) -> str:
    """Return the name of a time zone that this machine knows."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"must be a time zone's name, got “{text}”; try “UTC” or “Europe/Berlin”") from None
    return text


def mail_address(text: str) -> str:
    """Return a mail address; an empty text stays empty."""
    if text and not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        raise ValueError(f"must be a mail address, got “{text}”; try “news@example.org”")
    return text
