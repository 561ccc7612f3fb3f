"""Say what an author meant by a file's fields, under whatever names: typed, checked, still without a body."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from feedsvc import article
from feedsvc.model import Enclosure, Image, Link, Origin, Person
from feedsvc.podcast import Episode
from feedsvc.sources import aliases, episode, values
from feedsvc.sources.aliases import BODY_FORMATS, BodyFormat
from feedsvc.sources.frontmatter import Fields
from feedsvc.sources.mediatypes import media_type
from feedsvc.sources.problems import Report
from feedsvc.sources.values import Unfit

T = TypeVar("T")
MAX_ID = 2048
MAX_NAMED = 8
"""Unknown fields that a warning names."""
_URI = re.compile(r"(?:https?|urn|tag):[^\s<>\"{}|\\^`]+", re.IGNORECASE)
"""Other schemes are no names: readers drop some of them, and the item with it."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an author wrote in the fields; None or empty where nothing was said.

    The addresses of image, enclosures and episode are still as written: a path beside the file, or a URL.
    """

    title: str = ""
    summary: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    expires: datetime | None = None
    guid: str | None = None
    link: str | None = None
    slug: str = ""
    authors: tuple[Person, ...] = ()
    tags: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    language: str | None = None
    draft: bool = False
    format: str = ""
    rights: str = ""
    origin: Origin | None = None
    via: tuple[Link, ...] = ()
    related: tuple[Link, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    license: str | None = None
    episode: Episode | None = None
    body: tuple[BodyFormat, str] | None = None
    """Where a field holds the body: how it is written, and the body."""


def interpret(fields: Fields, report: Report, timezone: str) -> Written:
    """Return what the fields mean, and report what they cannot mean.

    E103 is not a date, E104 not a web address, E106 of the wrong type; W203 a field that nobody knows.
    """
    reader = _Reader(fields, report)
    reader.tell_unknown()
    as_draft = reader.one("draft", values.truth), reader.one("status", values.is_draft)
    shown = [reader.read(key, values.truth) for key, _ in reader.flags("date")]

    def moment(value: object) -> datetime:
        return values.moment(value, timezone)

    return Written(
        title=reader.one("title", values.text) or "",
        summary=reader.one("summary", values.text) or "",
        published=reader.one("date", moment),
        updated=reader.one("updated", moment),
        expires=reader.one("expires", moment),
        guid=reader.one("id", _guid),
        link=reader.link(),
        slug=reader.one("slug", values.text) or "",
        authors=reader.all("authors", values.people),
        tags=reader.all("tags", values.words),
        feeds=reader.all("feeds", values.words),
        image=reader.one("image", _image),
        enclosures=episode.timed(
            reader.all("enclosures", _enclosures), reader.one("duration", values.number)
        ),
        language=reader.one("language", values.language),
        draft=any(as_draft) or False in shown,
        format=reader.one("format", _format) or "",
        rights=reader.one("rights", values.text) or "",
        origin=reader.one("source", values.origin),
        via=reader.all("via", values.links),
        related=reader.all("related", values.links),
        extra=reader.extra(),
        license=reader.one("license", values.url),
        episode=episode.interpret(reader),
        body=reader.body(),
    )


class _Reader:
    """Reads the values of one file by field, and reports those that are unfit."""

    def __init__(self, fields: Fields, report: Report) -> None:
        self._fields = fields
        self._report = report
        self._keys: dict[str, list[str]] = {}
        for name, value in fields.values.items():
            known = aliases.canonical(name)
            if known and value not in (None, "", [], {}):
                self._keys.setdefault(known, []).append(name)
        for known, keys in self._keys.items():
            names = [aliases.plain(name) for name in aliases.FIELDS[known]]
            self._keys[known] = sorted(keys, key=lambda key: names.index(aliases.plain(key)))

    def read(self, key: str, read: Callable[[object], T]) -> T | None:
        """Return the value of a key as `read` understands it, or report it and return None."""
        try:
            return read(self._fields.values[key])
        except Unfit as error:
            self._report.error(error.code, f"{error}.".replace("..", "."), self._fields.marks.get(key), key)
            return None

    def one(self, name: str, read: Callable[[object], T]) -> T | None:
        """Return a field's value: that of its best name, where it stands under several."""
        flags = {key for key, _ in self.flags(name)}
        found = [self.read(key, read) for key in self._keys.get(name, ()) if key not in flags]
        return next((value for value in found if value is not None), None)

    def all(self, name: str, read: Callable[[object], tuple[T, ...]]) -> tuple[T, ...]:
        """Return a field's values of all its names together, each once."""
        found = [self.read(key, read) or () for key in self._keys.get(name, ())]
        return tuple(dict.fromkeys(value for some in found for value in some))

    def flags(self, name: str) -> list[tuple[str, object]]:
        """Return the `published: false` among the dates: a flag under a date's name."""
        keys = self._keys.get(name, ()) if name == "date" else ()
        pairs = [(key, self._fields.values[key]) for key in keys if aliases.plain(key) == "published"]
        return [pair for pair in pairs if values.is_truth(pair[1])]

    def link(self) -> str | None:
        """Return the link; a site's own path (Jekyll's and Hugo's permalinks) is no link of ours."""
        for key in self._keys.get("link", ()):
            value = self._fields.values[key]
            if isinstance(value, str) and value.startswith("/") and not value.startswith("//"):
                hint = (
                    "a path without a site is left out; write https://… for an article that lives elsewhere"
                )
                self._report.warn("W208", hint, self._fields.marks.get(key), key)
            elif (found := self.read(key, values.url)) is not None:
                return found
        return None

    def body(self) -> tuple[BodyFormat, str] | None:
        """Return the body that a field holds, HTML rather than text, in a file that has none below."""
        keys = {key: form for key in self._fields.values if (form := self._body_format(key))}
        for form in BODY_FORMATS:
            for key in (key for key in keys if keys[key] == form and self._fields.values[key] is not None):
                if (found := self.read(key, values.prose)) is not None:
                    return form, found
        return None

    def _body_format(self, key: str) -> BodyFormat | None:
        if self._fields.body.strip():
            return None
        return aliases.body_format(key, is_json=self._fields.kind == "json")

    def extra(self) -> dict[str, str]:
        """Return what is passed on as it is: the `x_…` fields and the place."""
        named = [key for key in self._fields.values if key.lower().startswith(("x_", "x-"))]
        found = {
            article.line(key.lower().replace("-", "_"))[: values.MAX_WORD]: self.read(key, _flat) or ""
            for key in named[: values.MAX_LIST]
            if self._fields.values[key] is not None
        }
        place = self.one("geo", _flat)
        return {**found, **({"geo": place} if place else {})}

    def tell_unknown(self) -> None:
        """Warn once about the names that are no field, with what was probably meant."""
        unknown = [
            key
            for key in self._fields.values
            if not (aliases.canonical(key) or aliases.is_foreign(key) or self._body_format(key))
        ]
        if unknown:
            meant = ((values.brief(key), aliases.suggestion(key)) for key in unknown[:MAX_NAMED])
            told = ", ".join(
                f"“{key}”" + (f" (did you mean “{near}”?)" if near else "") for key, near in meant
            )
            told += f" and {more} more" if (more := len(unknown) - MAX_NAMED) > 0 else ""
            message = f"not known and left out: {told}. Begin a name with x_ to pass it on"
            self._report.warn("W203", message, self._fields.marks.get(unknown[0]))


def _guid(value: object) -> str:
    written = values.text(value)
    if len(written) > MAX_ID:
        raise Unfit("E106", f"an id has at most {MAX_ID} characters")
    return written


def uri(guid: str | None) -> str | None:
    """Return an id that is a URI already, and so can be the item's id for ever; else None."""
    return guid if guid and _URI.fullmatch(guid) else None


def _format(value: object) -> str:
    word = {"md": "markdown", "htm": "html", "txt": "text", "plain": "text"}.get(
        found := values.text(value).lower(), found
    )
    if word not in BODY_FORMATS:
        raise Unfit("E106", f"“{values.brief(word)}” is no format. Write markdown, html or text")
    return word


def _flat(value: object) -> str:
    """Return any value as one line of text."""
    if isinstance(value, list):
        return ", ".join(_flat(part) for part in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{values.text(key)}={_flat(part)}" for key, part in value.items())
    return "" if value is None else values.text(value)


def _image(value: object) -> Image:
    """Return the lead image: a path, an address, or `{src, alt, credit}`."""
    if isinstance(value, list) and value:
        return _image(value[0])
    if not isinstance(value, Mapping):
        return Image(values.text(value))
    written = _one_of(value, "src", "url", "path", "image", "file")
    if not written:
        raise Unfit("E106", "an image needs a path or an address: {src: …, alt: …, credit: …}")
    return Image(written, _one_of(value, "alt", "caption", "title"), _one_of(value, "credit", "copyright"))


def _enclosures(value: object) -> tuple[Enclosure, ...]:
    """Return media files: a path or an address, `{url, type, length, title, duration}`, or a list of them."""
    if isinstance(value, list):
        return tuple(found for part in values.limited(value) if part for found in _enclosures(part))
    if not isinstance(value, Mapping):
        return (Enclosure(written := values.text(value), media_type(written)),)
    written = _one_of(value, "url", "src", "path", "file")
    if not written:
        raise Unfit("E106", "an enclosure needs a path or an address: {url: …, type: …}")
    length, duration = (
        _one_of(value, "length", "size", "size_in_bytes"),
        _one_of(value, "duration", "duration_in_seconds"),
    )
    return (
        Enclosure(
            url=written,
            type=_one_of(value, "type", "mime_type") or media_type(written),
            length=values.number(length) if length else 0,
            title=_one_of(value, "title", "name"),
            duration=values.number(duration) if duration else None,
        ),
    )


def _one_of(value: Mapping[object, object], *names: str) -> str:
    found = (value.get(name) for name in names)
    return next((values.text(part) for part in found if part not in (None, "")), "")
