"""The words of podcasts: what their directories ask of a feed and of its items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is said in an episode, as a file: its media type says in which form."""

    url: str
    type: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """What a podcast says of an item beside its enclosure; numbers start at 1."""

    number: int | None = None
    season: int | None = None
    kind: Literal["full", "trailer", "bonus"] = "full"
    explicit: bool | None = None
    """None: as the podcast is."""
    image: str | None = None
    """Square artwork, which an article's lead image seldom is."""
    transcripts: tuple[Transcript, ...] = ()
    chapters: str | None = None
    """The address of a JSON Chapters file."""


@dataclass(frozen=True, slots=True)
class Podcast:
    """What directories of podcasts ask of a feed (Apple, PSP-1, Podcasting 2.0)."""

    categories: tuple[tuple[str, ...], ...]
    """Apple's: a category, or a category and its subcategory; the one that fits best first."""
    explicit: bool
    image: str
    """Square artwork of 1400 to 3000 pixels, JPEG or PNG."""
    author: str
    owner: str = ""
    email: str = ""
    """Of the owner: directories write to it."""
    kind: Literal["episodic", "serial"] = "episodic"
    guid: str = ""
    """Assigned once; empty: derived from the address of the feed."""
    locked: bool = True
    """Whether other hosts may not take the feed over."""
    funding: tuple[tuple[str, str], ...] = ()
    """Addresses where listeners give money, and what to call each."""
    new_feed_url: str = ""
    complete: bool = False
    """Whether there will be no more episodes."""
    block: bool = False
    """Whether directories are asked to leave it out."""
    apple_verify: str = ""
    """What Apple gives out to prove that a feed is one's own."""
