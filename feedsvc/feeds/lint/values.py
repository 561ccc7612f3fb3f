"""Judge single values: addresses, dates, language tags, media types, plain text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Final
from urllib.parse import urlsplit

from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.xml import Element

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BAD_CHARACTERS = re.compile(r"[\x00-\x20\x7f<>\"{}|\\^`\[\]]|%(?![0-9A-Fa-f]{2})")
_HOST_PART = re.compile(r"^[^/?#]*//[^/?#]*")
_LOOPBACK = re.compile(
    r"(localhost|.*\.(localhost|local|internal|test|lan)|0\.0\.0\.0|127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+"
    r"|192\.168\.\d+\.\d+|169\.254\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|::1|f[cd][0-9a-f:]+)$"
)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3}|[A-Za-z]{5,8}|[ixIX])(-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+*-]{1,127}(\s*;.*)?", re.DOTALL)

_RFC822 = re.compile(
    r"(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun),\s*)?(\d{1,2})\s+(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+"
    r"(\d{4}|\d{2})\s+(\d{2}):(\d{2})(?::(\d{2}))?\s+(GMT|UT|[ECMP][SD]T|[A-IK-Za-ik-z]|[+-]\d{4})"
)
_MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DAYS: Final = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_NAMED_ZONES: Final = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_ODD_MINUTES: Final = frozenset({"00", "30"})
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)",
)
_W3CDTF = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)

_TAG = re.compile(
    r"</(?:a|abbr|b|big|blockquote|center|code|div|em|font|h[1-6]|i|li|ol|p|pre|script|small|span|strike|strong"
    r"|style|sub|sup|table|td|tr|tt|u|ul)\s*>|<(?:br|hr)\s*/?>|<img\s[^<>]*>",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"&(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|[mn]dash|hellip);"
)
_BROKEN = re.compile(r"[\x80-\x9f\ufffd]|Ã[\x80-\xbf]|â€[\x80-\xbf™œ]|â\x80[\x80-\xbf]")


def address(value: str, at: Element | None, *, ascii_only: bool = True, label: str = "") -> Iterator[Finding]:
    """Yield what is wrong with the absolute address that an element or attribute should be."""
    told = f"{label}: {value}" if label else value
    if not _SCHEME.match(value):
        yield found("F603", at, told)
        return
    rest = _HOST_PART.sub("", value)
    brackets_of_ipv6 = value[: len(value) - len(rest)].replace("[", "").replace("]", "")
    if _BAD_CHARACTERS.search(brackets_of_ipv6 + rest) or (
        value.lower().startswith(("http:", "https:")) and not host(value)
    ):
        yield found("F601", at, told)
    if ascii_only and not value.isascii():
        yield found("F602", at, told)


def web_address(
    value: str, at: Element | None, *, ascii_only: bool = True, label: str = ""
) -> Iterator[Finding]:
    """Yield what is wrong with an address that readers open or load: it must be one of the web."""
    if not value.lower().startswith(
        ("http:", "https:", "ftp:", "mailto:", "magnet:", "data:", "urn:", "tag:")
    ):
        yield found("F603", at, f"{label}: {value}" if label else value)
        return
    yield from address(value, at, ascii_only=ascii_only, label=label)


def is_web_address(value: str) -> bool:
    """Say whether a text is a whole web address."""
    return value.lower().startswith(("http://", "https://")) and bool(host(value))


def host(value: str) -> str:
    """Return the host of an address, in small letters; empty where there is none."""
    try:
        return urlsplit(value).hostname or ""
    except ValueError:
        return ""


def is_only_ours(value: str) -> bool:
    """Say whether an address leads to a machine that nobody else reaches."""
    return bool(_LOOPBACK.match(host(value)))


def language(value: str, at: Element | None, code: str = "F636") -> Iterator[Finding]:
    """Yield what is wrong with a language tag (RFC 5646)."""
    if value and not _LANGUAGE.fullmatch(value):
        yield found(code, at, value)


def media_type(value: str, at: Element | None, code: str = "F637") -> Iterator[Finding]:
    """Yield what is wrong with a media type (RFC 6838)."""
    if value and not _MEDIA_TYPE.fullmatch(value):
        yield found(code, at, value)


def rfc822(element: Element, now: datetime | None) -> Iterator[Finding]:
    """Yield what is wrong with a date of RSS."""
    value = element.value
    match = _RFC822.fullmatch(value)
    when = _read_rfc822(match) if match else None
    if match is None or when is None:
        yield found("F605", element, f"{element.label}: {value}")
        return
    zone = match[8]
    odd_zone = zone[0] in "+-" and zone[3:] not in _ODD_MINUTES
    crowded = "," in value and ", " not in value
    if len(match[4]) == 2 or odd_zone or crowded or (len(zone) == 1 and zone not in "Zz"):
        yield found("F606", element, f"{element.label}: {value}")
    yield from _plausible(when, element, now, timedelta(minutes=10))


def _read_rfc822(match: re.Match[str]) -> datetime | None:
    weekday, day, month, year, hour, minute, second, zone = match.groups()
    full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 70 else 1900)
    try:
        when = datetime(
            full, _MONTHS.index(month) + 1, int(day), int(hour), int(minute), min(int(second or 0), 59)
        )
    except ValueError:
        return None
    if weekday and _DAYS[when.weekday()] != weekday:
        return None
    return _in_utc(when, _offset(zone))


def _offset(zone: str) -> timedelta:
    if zone[0] in "+-":
        size = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
        return size if zone[0] == "+" else -size
    return timedelta(hours=_NAMED_ZONES.get(zone, 0))


def _in_utc(when: datetime, offset: timedelta) -> datetime | None:
    try:
        return (when - offset).replace(tzinfo=UTC)
    except OverflowError:
        return None


def rfc3339(value: str, at: Element | None, now: datetime | None, label: str = "") -> Iterator[Finding]:
    """Yield what is wrong with a date of Atom or JSON Feed."""
    when = moment(value)
    if when is None:
        yield found("F607", at, f"{label}: {value}" if label else value)
        return
    yield from _plausible(when, at, now, timedelta(days=1))


def w3cdtf(element: Element, now: datetime | None) -> Iterator[Finding]:
    """Yield what is wrong with a date of Dublin Core, which may be shorter."""
    if not _W3CDTF.fullmatch(element.value):
        with_seconds = re.sub(r"(T\d\d:\d\d)(?=[Z+-])", r"\1:00", element.value)
        yield from rfc3339(with_seconds, element, now, element.label)


def moment(value: str) -> datetime | None:
    """Return what an RFC 3339 date means; None where it is none."""
    match = _RFC3339.fullmatch(value)
    if match is None:
        return None
    *numbers, zone = match.groups()
    year, month, day, hour, minute, second = map(int, numbers)
    offset = timedelta() if zone == "Z" else _offset(zone.replace(":", ""))
    try:
        return _in_utc(datetime(year, month, day, hour, minute, min(second, 59)), offset)
    except ValueError:
        return None


def _plausible(
    when: datetime, at: Element | None, now: datetime | None, ahead: timedelta
) -> Iterator[Finding]:
    if when < _EARLIEST or (now is not None and when > now + ahead):
        yield found("F608", at, when.isoformat().replace("+00:00", "Z"))


def plain_text(value: str, at: Element | None, label: str = "", raw: bytes = b"") -> Iterator[Finding]:
    """Yield what is wrong with a text that should be read as it stands, such as a title.

    `raw` is its source where a reader may take the element for HTML, as in RSS. A text that only speaks
    of a tag (`Use <b> well`) is not taken for one that has tags.
    """
    told = f"{label}: {value}" if label else value
    if not value:
        yield found("F611", at, label)
        return
    if has_tags(value):
        yield found("F609", at, told)
    elif "<" in value and re.search(r"<[A-Za-z/!]", value) and raw and b"&#x" not in raw.lower():
        yield found("F610", at, told)
    if _REFERENCE.search(value):
        yield found("F613", at, told)
    yield from characters(value, at)


def has_tags(value: str) -> bool:
    """Say whether a text has the end of an HTML element in it: it was meant as HTML."""
    return bool(_TAG.search(value))


def characters(value: str, at: Element | None) -> Iterator[Finding]:
    """Yield the first sign in a text that it was converted wrongly."""
    if broken := _BROKEN.search(value):
        around = value[max(0, broken.start() - 20) : broken.end() + 20]
        yield found("F612", at, around)


def same_text(one: str, other: str) -> bool:
    """Say whether two texts say the same, but for white space and references."""
    return " ".join(unescape(one).split()) == " ".join(unescape(other).split())
