"""Check single values of the configuration: durations, addresses, networks, languages, time zones.

Each check takes what was written and returns the value to use; what it refuses is a ValueError
that says what was expected and what to try.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

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
