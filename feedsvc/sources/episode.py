"""Say what the fields of a file mean for podcasts: the episode that the item is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal, Protocol, TypeVar, cast

from feedsvc.model import Enclosure
from feedsvc.podcast import Episode, Transcript
from feedsvc.sources import values
from feedsvc.sources.attachments import Attachments
from feedsvc.sources.mediatypes import media_type
from feedsvc.sources.values import Unfit

T = TypeVar("T")

_KINDS = ("full", "trailer", "bonus")


class Reader(Protocol):
    """Whoever reads a file's fields, and reports those that are unfit."""

    def one(self, name: str, read: Callable[[object], T]) -> T | None:
        """Return a field's value."""

    def all(self, name: str, read: Callable[[object], tuple[T, ...]]) -> tuple[T, ...]:
        """Return a field's values."""


def interpret(reader: Reader) -> Episode | None:
    """Return what the fields say of an episode; None where they say nothing.

    Its artwork and transcripts are still as written: a path beside the file, or an address.
    """
    episode = Episode(
        number=reader.one("episode", _number),
        season=reader.one("season", _number),
        kind=reader.one("episode_type", _kind) or "full",
        explicit=reader.one("explicit", values.truth),
        image=reader.one("episode_image", values.text),
        transcripts=reader.all("transcripts", _transcripts),
        # An address and no path: a JSON file beside the items would be an item itself.
        chapters=reader.one("chapters", values.url),
    )
    return episode if episode != Episode() else None


def timed(enclosures: tuple[Enclosure, ...], duration: int | None) -> tuple[Enclosure, ...]:
    """Return the enclosures with the duration that a file gives beside them: it is the first one's."""
    if duration is None or not enclosures or enclosures[0].duration is not None:
        return enclosures
    return (replace(enclosures[0], duration=duration), *enclosures[1:])


def attached(episode: Episode | None, attachments: Attachments) -> Episode | None:
    """Return an episode with the addresses of what lies beside its file, without what is missing."""
    if episode is None:
        return None
    placed = ((each, attachments.address(each.url, "transcript")) for each in episode.transcripts)
    return replace(
        episode,
        image=attachments.address(episode.image, "episode_image") if episode.image else None,
        transcripts=tuple(replace(each, url=url) for each, url in placed if url),
    )


def _number(value: object) -> int:
    number = values.number(value)
    if number < 1:
        raise Unfit("E106", "this must be a whole number from 1")
    return number


def _kind(value: object) -> Literal["full", "trailer", "bonus"]:
    word = values.text(value).lower()
    if word not in _KINDS:
        raise Unfit("E106", f"“{values.brief(word)}” is no type of episode. Write full, trailer or bonus")
    return cast(Literal["full", "trailer", "bonus"], word)  # it is one of them


def _transcripts(value: object) -> tuple[Transcript, ...]:
    """Return transcripts: a path or an address, `{url, type, language}`, or a list of them."""
    if isinstance(value, list):
        return tuple(found for part in values.limited(value) if part for found in _transcripts(part))
    if not isinstance(value, Mapping):
        return (Transcript(written := values.text(value), media_type(written)),)
    written = values.text(value.get("url") or value.get("src") or value.get("file") or "")
    if not written:
        raise Unfit("E106", "a transcript needs a path or an address: {url: …, language: …}")
    kind, language = value.get("type"), value.get("language")
    return (
        Transcript(
            written,
            values.text(kind) if kind else media_type(written),
            values.language(language) if language else None,
        ),
    )
