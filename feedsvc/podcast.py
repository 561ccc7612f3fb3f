"""The words of podcasts: what their directories ask of a feed and of its items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
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


APPLE_CATEGORIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Arts": ("Books", "Design", "Fashion & Beauty", "Food", "Performing Arts", "Visual Arts"),
        "Business": (*("Careers", "Entrepreneurship", "Investing", "Management", "Marketing", "Non-Profit"),),
        "Comedy": ("Comedy Interviews", "Improv", "Stand-Up"),
        "Education": ("Courses", "How To", "Language Learning", "Self-Improvement"),
        "Fiction": ("Comedy Fiction", "Drama", "Science Fiction"),
        "Government": (),
        "Health & Fitness": (
            *("Alternative Health", "Fitness", "Medicine", "Mental Health", "Nutrition", "Sexuality"),
        ),
        "History": (),
        "Kids & Family": ("Education for Kids", "Parenting", "Pets & Animals", "Stories for Kids"),
        "Leisure": (
            *("Animation & Manga", "Automotive", "Aviation", "Crafts", "Games", "Hobbies"),
            *("Home & Garden", "Video Games"),
        ),
        "Music": ("Music Commentary", "Music History", "Music Interviews"),
        "News": (
            *("Business News", "Daily News", "Entertainment News", "News Commentary", "Politics"),
            *("Sports News", "Tech News"),
        ),
        "Religion & Spirituality": (
            *("Buddhism", "Christianity", "Hinduism", "Islam", "Judaism", "Religion", "Spirituality"),
        ),
        "Science": (
            *("Astronomy", "Chemistry", "Earth Sciences", "Life Sciences", "Mathematics"),
            *("Natural Sciences", "Nature", "Physics", "Social Sciences"),
        ),
        "Society & Culture": (
            *("Documentary", "Personal Journals", "Philosophy", "Places & Travel", "Relationships"),
        ),
        "Sports": (
            *("Baseball", "Basketball", "Cricket", "Fantasy Sports", "Football", "Golf", "Hockey"),
            *("Rugby", "Running", "Soccer", "Swimming", "Tennis", "Volleyball", "Wilderness", "Wrestling"),
        ),
        "Technology": (),
        "True Crime": (),
        "TV & Film": ("After Shows", "Film History", "Film Interviews", "Film Reviews", "TV Reviews"),
    }
)
"""Apple's categories of podcasts with their subcategories, spelt as directories compare them."""


def category(written: str) -> tuple[str, ...] | None:
    """Return Apple's category that a text such as “News > Daily News” or “Daily News” names, else None."""
    parts = tuple(part.strip().casefold() for part in written.split(">"))
    return _CATEGORIES.get(parts)


def _categories() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for name, subcategories in APPLE_CATEGORIES.items():
        for part in subcategories:
            # No subcategory is in two categories, so its name will do.
            yield (part.casefold(),), (name, part)
            yield (name.casefold(), part.casefold()), (name, part)
        yield (name.casefold(),), (name,)


_CATEGORIES = dict(_categories())
