"""The words of feedsvc: what an article, an item, a source, a feed and a selection are.

    Arrival ─ decide ─▶ Item ─ select ─▶ Selection ─ render ─▶ Document

Everything here is frozen data. Every time is an aware datetime in UTC; nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from feedsvc.podcast import Episode, Podcast

State = Literal["draft", "published", "withdrawn"]
Format = Literal["rss", "atom", "json"]
FORMATS: tuple[Format, ...] = ("rss", "atom", "json")


@dataclass(frozen=True, slots=True)
class Person:
    """An author: a name, and a mail address and home page where they are known."""

    name: str
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """The lead image of an article; sizes in pixels where they are known."""

    url: str
    alt: str = ""
    credit: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A media file that belongs to an article: length in bytes (0 = unknown), duration in seconds."""

    url: str
    type: str
    length: int = 0
    title: str = ""
    duration: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A related page."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The feed that a republished article was taken from (RFC 4287 §4.2.11, RSS `source`)."""

    title: str
    url: str | None = None
    """The home page."""
    feed_url: str | None = None
    id: str | None = None
    updated: datetime | None = None
    rights: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """The content of an item: clean, safe, with absolute URLs, ready to be rendered.

    `title` and `summary` are plain text, `content` has passed `article.clean`, `language` is BCP 47.
    """

    title: str
    content: str = ""
    summary: str = ""
    summary_written: bool = False
    """Whether an author wrote the summary (else it was cut from the content)."""
    link: str | None = None
    """Where the article lives, if not on this service."""
    authors: tuple[Person, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    expires: datetime | None = None
    rights: str = ""
    origin: Origin | None = None
    via: tuple[Link, ...] = ()
    related: tuple[Link, ...] = ()
    feeds: tuple[str, ...] = ()
    """Slugs of the feeds that the author put it in, beside those whose rules match."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """`x_*` fields, passed on."""
    license: str | None = None
    """The address of the licence that it is under."""
    episode: Episode | None = None
    """What the author wrote for podcasts; an item with a sound is an episode without it too."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One article as a source hands it over, before anything is decided about it."""

    guid: str
    """What the source calls it: unique within the source."""
    article: Article
    id: str | None = None
    """A URI that the author chose as the item's id for ever."""
    slug: str | None = None
    draft: bool = False
    media: tuple[str, ...] = ()
    """Paths, relative to the source's folder, of the files that belong to it."""


@dataclass(frozen=True, slots=True)
class Item:
    """An article with an identity and a history.

    `id` is what readers see as guid and atom:id: a URI, minted once. `published` is when the item
    becomes visible and the date it shows; in the future it is an embargo. `seq` is the global
    change sequence at its last change, `hash` the hash of its content.
    """

    id: str
    source: str
    guid: str
    slug: str
    article: Article
    published: datetime
    updated: datetime
    first_seen: datetime
    hash: str
    state: State = "published"
    withdrawn_at: datetime | None = None
    media: tuple[str, ...] = ()
    seq: int = 0
    pk: int = 0
    """The row's number; 0 for an item that is not stored yet."""

    def is_visible(self, now: datetime) -> bool:
        """Say whether the public may see it at this moment: the one rule for embargo and expiry."""
        expires = self.article.expires
        return self.state == "published" and self.published <= now and (expires is None or now < expires)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one file or entry of a source, told so that its author can mend it.

    `severity` is "error" where the file's last good version stays published, else "warning".
    Line and column start at 1; 0 = unknown. `excerpt` is the line itself, for the caret.
    """

    source: str
    path: str
    code: str
    message: str
    line: int = 0
    column: int = 0
    field: str = ""
    excerpt: str = ""
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class FileState:
    """What a folder source remembers of one file between two looks."""

    path: str
    size: int
    mtime_ns: int
    inode: int
    hash: str
    guid: str = ""
    """The guid of the item that the file holds; empty where it never gave one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which items a feed holds: every non-empty part must match; within a part any value will do."""

    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    text: str = ""
    """Words that must all occur in title, summary, content, tags or authors."""
    exclude_tags: tuple[str, ...] = ()
    exclude_sources: tuple[str, ...] = ()
    feed: str = ""
    """The feed's slug: an article that names it belongs to it whatever the other parts say."""


@dataclass(frozen=True, slots=True)
class Site:
    """The publication: what feeds and pages say about who publishes them."""

    url: str
    """Canonical, absolute, without a trailing slash."""
    title: str
    description: str = ""
    language: str = "en"
    author: Person | None = None
    rights: str = ""
    timezone: str = "UTC"
    id: str = ""
    """A URI, minted once for an installation: the ids of its feeds hang on it, not on its address."""
    license: str = ""
    """The address of the licence of everything that it writes itself; feeds may have another."""
    image: Image | None = None
    """Its logo, for feeds that have none of their own."""
    icon: str = ""
    """The address of a small square picture."""
    rsl: str = ""
    """The address of its terms for machines, a file of Really Simple Licensing (RSL 1.0)."""
    rsl_permits: tuple[str, ...] = ()
    rsl_prohibits: tuple[str, ...] = ()
    """RSL's words for what may be done with its items and what not, written beside each of them."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A named selection of items that we publish, configured or of a tag or an author; `ttl` in minutes."""

    slug: str
    title: str
    path: str
    """Its address without a suffix, e.g. `/feeds/world`: `.rss`, `.atom`, `.json` and `/` are added."""
    description: str = ""
    language: str = "en"
    rule: Rule = field(default_factory=Rule)
    order: Literal["published", "updated"] = "published"
    limit: int = 50
    content: Literal["full", "summary"] = "full"
    ttl: int = 5
    image: Image | None = None
    license: str = ""
    podcast: Podcast | None = None
    complete: bool = False
    """It holds every item that it ever showed and shows still (RFC 5005 §2), instead of an archive."""
    tombstones: bool = False
    """It tells of the items that were withdrawn from it (RFC 6721)."""
    expire_withdrawn: bool = False
    """Its RSS keeps withdrawn items, expired and without their content, as some partners ask."""
    embed_origins: tuple[str, ...] = ()
    """The sites that may embed its headlines, as `https://host`; empty: all."""


@dataclass(frozen=True, slots=True)
class Archive:
    """The page of its feed's archive that a document is (RFC 5005 §4), 0 for the feed, and the one before."""

    page: int = 0
    previous: int = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """A feed's items at one moment, newest first: what a format renders."""

    site: Site
    feed: Feed
    items: tuple[Item, ...]
    updated: datetime
    """Of the feed: moves forward only, also when an item leaves."""
    hubs: tuple[str, ...] = ()
    archive: Archive = Archive()
    withdrawn: tuple[Item, ...] = ()
    """What was withdrawn last, newest first, where the feed tells of it (`Feed.tombstones`)."""


@dataclass(frozen=True, slots=True)
class Document:
    """A rendered representation at one path: bytes by content encoding, with their strong ETags."""

    path: str
    content_type: str
    modified: datetime
    body: bytes
    gzip: bytes
    br: bytes
    etag: str
    """Quoted, of the identity bytes; `etag_gzip` and `etag_br` are those of the encoded bytes."""
    etag_gzip: str
    etag_br: str
    valid_until: datetime | None = None
    """From this moment on it must be rendered again before it is served (embargo, expiry)."""
    links: tuple[str, ...] = ()
    """Values of the Link header (RFC 8288), hub and self first."""
    seq: int = 0
