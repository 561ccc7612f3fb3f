"""An upstream feed as it came: plain fields, nothing in them cleaned, resolved or believed.

Both readers make these, `parser_process` from RSS and Atom, `jsonfeed` from JSON Feed; `upstream`
turns them into arrivals.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawText:
    """A text construct: its value, whether that is HTML, and the xml:base it stood under."""

    value: str
    html: bool = False
    base: str = ""


@dataclass(frozen=True, slots=True)
class RawDate:
    """A date: the words of the feed, and the seconds since 1970 if the reader understood them."""

    text: str = ""
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class RawPerson:
    """An author, as far as named."""

    name: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class RawMedia:
    """A file or a related page: an enclosure, an image, or a link. Sizes are 0 where unknown."""

    url: str
    type: str = ""
    title: str = ""
    length: int = 0
    width: int = 0
    height: int = 0
    duration: int = 0


@dataclass(frozen=True, slots=True)
class RawSource:
    """The feed that an aggregator took an entry from (atom:source, RSS `source`)."""

    title: str = ""
    link: str = ""
    feed_url: str = ""
    id: str = ""
    rights: str = ""
    updated: RawDate = RawDate()


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry or item."""

    id: str = ""
    link: str = ""
    title: RawText = RawText("")
    contents: tuple[RawText, ...] = ()
    summary: RawText = RawText("")
    authors: tuple[RawPerson, ...] = ()
    tags: tuple[str, ...] = ()
    enclosures: tuple[RawMedia, ...] = ()
    images: tuple[RawMedia, ...] = ()
    duration: int = 0
    """Seconds, of the recording that the entry is about."""
    credit: str = ""
    via: tuple[RawMedia, ...] = ()
    related: tuple[RawMedia, ...] = ()
    published: RawDate = RawDate()
    updated: RawDate = RawDate()
    language: str = ""
    rights: str = ""
    source: RawSource | None = None


@dataclass(frozen=True, slots=True)
class RawFeed:
    """The feed and its entries in the order in which it lists them.

    `version` names the format, empty if it is none; `fault` says what is not well-formed about it.
    """

    version: str = ""
    fault: str = ""
    title: RawText = RawText("")
    link: str = ""
    id: str = ""
    language: str = ""
    rights: str = ""
    authors: tuple[RawPerson, ...] = ()
    ttl_seconds: int | None = None
    entries: tuple[RawEntry, ...] = ()
