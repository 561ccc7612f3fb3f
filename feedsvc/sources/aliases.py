"""Know a field by any of the names that other publishing systems gave it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Literal

BodyFormat = Literal["html", "markdown", "text"]
BODY_FORMATS: tuple[BodyFormat, ...] = ("html", "markdown", "text")

FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("title", "name", "headline"),
    "summary": ("summary", "description", "excerpt", "subtitle", "dek"),
    "date": ("date", "published", "pubDate", "publishDate", "date_published"),
    "updated": ("updated", "lastmod", "modified", "last_modified_at", "date_modified"),
    "expires": ("expires", "expiryDate", "unpublish"),
    "id": ("id", "guid", "uid"),
    "link": ("link", "url", "canonical_url", "permalink", "external_url"),
    "slug": ("slug",),
    "authors": ("authors", "author"),
    "tags": ("tags", "categories", "category", "keywords"),
    "feeds": ("feeds", "feed", "channel"),
    "image": ("image", "cover", "hero", "thumbnail", "featured_image", "og_image", "banner_image"),
    "enclosures": ("enclosure", "enclosures", "audio", "video", "attachment", "attachments"),
    "language": ("language", "lang", "locale"),
    "draft": ("draft",),
    "status": ("status",),
    "format": ("format",),
    "rights": ("rights", "copyright"),
    "license": ("license", "licence"),
    "episode": ("episode", "episode_number"),
    "season": ("season",),
    "episode_type": ("episode_type",),
    "explicit": ("explicit",),
    "duration": ("duration",),
    "transcripts": ("transcript", "transcripts"),
    "chapters": ("chapters",),
    "episode_image": ("episode_image", "artwork"),
    "source": ("source",),
    "via": ("via",),
    "related": ("related",),
    "geo": ("geo",),
}
"""Every field and its names, the one that wins first."""

OTHERS = frozenset(
    (
        *("layout", "type", "weight", "aliases", "comments", "toc", "template", "version"),
        *("cssclass", "cssclasses", "math", "mathjax", "pin"),
    )
)
"""What other systems write for themselves: no reason for a warning."""

MAX_KEY = 40
"""Characters of a name that are compared with ours: none of them is nearly as long."""


def plain(key: str) -> str:
    """Return a key without case and separators: `publish_date`, `Publish Date` and `publishDate` are one."""
    return "".join(letter for letter in key.lower() if letter not in "_- ")


_NAMES = {plain(name): field for field, names in FIELDS.items() for name in names}


def canonical(key: str) -> str | None:
    """Return the field that a key stands for, or None."""
    return _NAMES.get(plain(key))


def is_foreign(key: str) -> bool:
    """Say whether a key that is no field of ours is nothing to warn about."""
    return key.lower().startswith(("x_", "x-", "_")) or plain(key) in OTHERS


def suggestion(key: str) -> str | None:
    """Return the name of a field that was probably meant, or None."""
    close = get_close_matches(plain(key[:MAX_KEY]), _NAMES, n=1, cutoff=0.75)
    return next(name for name in FIELDS[_NAMES[close[0]]] if plain(name) == close[0]) if close else None


def body_format(key: str, *, is_json: bool) -> BodyFormat | None:
    """Return how a field that holds the body is written; None for any other field.

    `content` is HTML in JSON, as other systems' interfaces have it, and Markdown in YAML and TOML;
    `content_text` is plain text, as in JSON Feed.
    """
    name = plain(key)
    if name == "contenthtml" or (is_json and name == "content"):
        return "html"
    if name == "contenttext":
        return "text"
    return "markdown" if name in ("content", "body") else None
