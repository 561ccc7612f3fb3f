"""Judge how a feed is served: what the headers of its answer say (RFC 9110, 9111, 8288). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from feedsvc.feeds.lint.facts import Facts
from feedsvc.feeds.lint.finding import Finding, found

_OWN: Final = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
_GENERAL: Final = {
    "rss": ("application/xml", "text/xml", "application/rdf+xml"),
    "atom": ("application/xml", "text/xml"),
    "json": ("application/json",),
}
_MAX_AGE = re.compile(r"(?:^|[,\s])(?:s-maxage|max-age)\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^\s=;,]+\s*=?\s*(?:\"[^\"]*\"|[^\",;]*))*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Served:
    """How a feed came: the address that was asked for, and what the answer's headers said."""

    asked: str
    url: str
    """The address that answered, after all redirects."""
    headers: Mapping[str, str]
    """Names in small letters; several of one name joined with commas (RFC 9110 §5.3)."""
    moved_for_good: str | None = None
    again: int | None = None
    """The status of a second request with the answer's validators; None where none was made."""


def http(served: Served, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with how a feed was served."""
    yield from _content_type(served.headers.get("content-type", ""), facts)
    yield from _coding(served.headers)
    yield from _validators(served)
    yield from _caching(served.headers)
    yield from _dates(served.headers)
    yield from _addresses(served, facts)
    yield from _link_header(served, facts)
    if "set-cookie" in served.headers:
        yield found("F414", told=served.headers["set-cookie"].partition("=")[0])
    if "access-control-allow-origin" not in served.headers:
        yield found("F418")
    if "nosniff" not in served.headers.get("x-content-type-options", "").lower():
        yield found("F419")


def _content_type(value: str, facts: Facts) -> Iterator[Finding]:
    kind = value.partition(";")[0].strip().lower()
    if not kind:
        yield found("F404")
    elif facts.kind and kind in _GENERAL[facts.kind]:
        yield found("F402", told=value)
    elif facts.kind and kind != _OWN[facts.kind]:
        yield found("F401", told=value)
    charset = _CHARSET.search(value)
    if charset and _same_charset(charset[1]) != _same_charset(facts.encoding):
        yield found("F403", told=f"{charset[1]}, but the document is {facts.encoding}")


def _same_charset(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace("usascii", "utf8")


def _coding(headers: Mapping[str, str]) -> Iterator[Finding]:
    coding = headers.get("content-encoding", "").strip()
    if coding in ("", "identity"):
        yield found("F405")
        return
    if coding != coding.lower() or coding in ("deflate", "compress"):
        yield found("F406", told=coding)
    if "accept-encoding" not in headers.get("vary", "").lower() and headers.get("vary", "").strip() != "*":
        yield found("F411", told=f"Vary: {headers['vary']}" if "vary" in headers else "no Vary")


def _validators(served: Served) -> Iterator[Finding]:
    if not (served.headers.get("etag") or served.headers.get("last-modified")):
        yield found("F407")
    elif served.again is not None and served.again != 304:
        yield found("F408", told=f"status {served.again}")


def _caching(headers: Mapping[str, str]) -> Iterator[Finding]:
    control = headers.get("cache-control", "")
    ages = [int(age) for age in _MAX_AGE.findall(control)]
    if re.search(r"\b(no-store|private)\b", control, re.IGNORECASE):
        yield found("F420", told=control)
    elif not ages and not re.search(r"\bno-cache\b", control, re.IGNORECASE) and "expires" not in headers:
        yield found("F409", told=control)
    if ages and max(ages) > _DAY:
        yield found("F410", told=control)


def _dates(headers: Mapping[str, str]) -> Iterator[Finding]:
    read: dict[str, datetime] = {}
    for name in ("date", "last-modified"):
        value = headers.get(name)
        if value is None:
            continue
        try:
            if value.count(":") != 2:
                raise ValueError
            read[name] = parsedate_to_datetime(value)
        except (ValueError, TypeError, OverflowError):
            yield found("F415", told=f"{name}: {value}")
    comparable = len(read) == 2 and len({each.tzinfo is None for each in read.values()}) == 1
    if comparable and read["last-modified"] > read["date"]:
        yield found("F415", told=f"last-modified: {headers['last-modified']}")


def _addresses(served: Served, facts: Facts) -> Iterator[Finding]:
    own = facts.hrefs("self")
    heard = {normal(each) for each in (served.asked, served.url, served.headers.get("content-location", ""))}
    for link in facts.links.get("self", ())[:1]:
        if "://" in link.href and normal(link.href) not in heard:
            yield found("F412", link.at, f"{own[0]}, but it came from {served.url}")
    if normal(served.asked) != normal(served.url) and served.moved_for_good != served.url:
        yield found("F413", told=served.url)


def normal(address: str) -> str:
    """Return an address as it is compared: small letters in scheme and host, no default port, no fragment."""
    try:
        scheme, netloc, path, query, _ = urlsplit(address)
    except ValueError:
        return address
    netloc = netloc.lower().removesuffix(":80" if scheme == "http" else ":443")
    return urlunsplit((scheme.lower(), netloc, path or "/", query, ""))


def _link_header(served: Served, facts: Facts) -> Iterator[Finding]:
    targets: dict[str, list[str]] = {}
    for href, parameters in _LINK.findall(served.headers.get("link", "")[:20_000]):
        rels = _REL.search(parameters)
        if rels is None:
            yield found("F416", told=f"<{href}> has no rel")
            continue
        if "://" not in href:
            yield found("F416", told=f"<{href}> is relative")
        for rel in (rels[1] or rels[2] or "").lower().split():
            targets.setdefault(rel, []).append(href)
    if len(targets.get("self", [])) > 1:
        yield found("F416", told=f"{len(targets['self'])} self links")
    for rel in ("self", "hub"):
        said, written = set(targets.get(rel, [])), set(facts.hrefs(rel))
        if said and written and not said & written:
            yield found("F417", told=f"rel={rel}: {sorted(said)[0]}")
