"""Write an article as JSON text for its column, and read it back; versioned.

Fields that hold their default are left out. Moments are integer milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from datetime import datetime
from typing import Any

from feedsvc.errors import StoreError
from feedsvc.model import Article, Enclosure, Image, Link, Origin, Person
from feedsvc.podcast import Episode, Transcript
from feedsvc.store.times import from_ms, to_ms

VERSION = 1

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

# JSON is untyped by nature: its values are `Any` until a dataclass has taken them.
_Json = dict[str, Any]


def encode(article: Article) -> str:
    """Return the article as JSON text: the same article always gives the same text."""
    return _JSON.encode({"v": VERSION, **_plain(article)})


def canonical(article: Article) -> str:
    """Return a text that tells one article from another, whatever version of the format is in use."""
    return _JSON.encode(_plain(article))


def decode(text: str) -> Article:
    """Return the article of a text that `encode` wrote; a StoreError if a newer version wrote it."""
    row: _Json = json.loads(text)
    version = row.pop("v")
    if version != VERSION:
        raise StoreError(
            f"an item is stored in version {version} of the article format, but this feedsvc knows only "
            f"version {VERSION}: install the newer feedsvc that wrote it"
        )
    return Article(**{name: _revived(name, value) for name, value in row.items()})


def encode_texts(values: tuple[str, ...]) -> str:
    """Return a tuple of texts as a JSON array."""
    return _JSON.encode(values)


def decode_texts(text: str) -> tuple[str, ...]:
    """Return the texts of a JSON array."""
    return tuple(json.loads(text))


def _plain(value: object) -> Any:  # whatever JSON can hold
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return dict(sorted(value.items()))
    told = ((name, default, getattr(value, name)) for name, default in _FIELDS[type(value)])
    return {name: _plain(held) for name, default, held in told if held != default}


def _default(field: Field[Any]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _revived(name: str, value: Any) -> Any:  # the dataclass's field says which type it has become
    revive = _REVIVERS.get(name)
    return revive(value) if revive and value is not None else value


def _origin(row: _Json) -> Origin:
    revived: _Json = {name: from_ms(value) if name == "updated" else value for name, value in row.items()}
    return Origin(**revived)


def _episode(row: _Json) -> Episode:
    transcripts = tuple(Transcript(**each) for each in row.get("transcripts", ()))
    return Episode(**{**row, "transcripts": transcripts})


def _links(rows: list[_Json]) -> tuple[Link, ...]:
    return tuple(Link(**row) for row in rows)


_REVIVERS: Mapping[str, Callable[[Any], object]] = {
    "authors": lambda rows: tuple(Person(**row) for row in rows),
    "tags": tuple,
    "image": lambda row: Image(**row),
    "enclosures": lambda rows: tuple(Enclosure(**row) for row in rows),
    "published": from_ms,
    "updated": from_ms,
    "expires": from_ms,
    "origin": _origin,
    "via": _links,
    "related": _links,
    "feeds": tuple,
    "episode": _episode,
}

# Asked for every item that is written: dataclasses.fields() would take a quarter of the time.
_FIELDS: Mapping[type, tuple[tuple[str, object], ...]] = {
    kind: tuple((field.name, _default(field)) for field in fields(kind))
    for kind in (Article, Enclosure, Episode, Image, Link, Origin, Person, Transcript)
}
