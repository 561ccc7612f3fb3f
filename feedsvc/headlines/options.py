"""Read what an embed is asked for, and spell it in one way: one address for one answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import quote

from feedsvc.headlines.strings import spoken

Kind = Literal["json", "html", "page", "svg"]

LAYOUTS: tuple[str, ...] = ("list", "cards", "compact")
"""A ticker needs the script, which can stop it: what moves without a way to stop it must not."""
THEMES: tuple[str, ...] = ("auto", "light", "dark")
SHOWN: tuple[str, ...] = ("date", "summary", "image", "source", "tags", "author")
TARGETS: tuple[str, ...] = ("_self", "_blank")

MAX_COUNT = 50
MAX_SUMMARY = 1000
MAX_TEXT = 200
MAX_LIST = 20
MAX_LANGUAGE = 35

Reader = Callable[[str, str], Any]
"""Reads an option of a name from its text: what it gives is that field's own type, whence the Any."""


class BadOption(ValueError):
    """An option has a value that it cannot have; the message says which it can."""


@dataclass(frozen=True, slots=True)
class Options:
    """What an embed shows and how; every field is at its default where nothing is asked."""

    count: int = 5
    exclude: tuple[str, ...] = ()
    """Tags; an item with any of them is left out."""
    footer: str = ""
    """The text of the link to all; empty: the usual words; `none`: no link."""
    heading: str = ""
    """Empty: the feed's title; `none`: no heading."""
    lang: str = ""
    """The language of our own words and of dates; empty: the feed's."""
    layout: str = "list"
    q: str = ""
    shadow: bool = False
    """Whether a fragment brings its style along, in a shadow root."""
    show: tuple[str, ...] = ("date",)
    source: str = ""
    summary: int = 160
    """The most characters of a summary; 0: none."""
    tags: tuple[str, ...] = ()
    """An item must have any of them."""
    target: str = "_self"
    theme: str = ""


DEFAULTS: Mapping[Kind, Options] = {
    "json": Options(),
    "html": Options(),
    "page": Options(),
    "svg": Options(count=1),
}
"""What each kind shows where nothing is asked."""

_CHOSEN = frozenset(("count", "exclude", "lang", "q", "source", "summary", "tags"))
_SHOWN = _CHOSEN | {"footer", "heading", "layout", "show", "target", "theme"}
USED: Mapping[Kind, frozenset[str]] = {
    "json": _CHOSEN,
    "html": _SHOWN | {"shadow"},
    "page": _SHOWN - {"target"},
    "svg": frozenset(("count", "exclude", "heading", "lang", "q", "source", "tags", "theme")),
}
"""The options that change anything about each kind; others are not looked at, nor part of its address."""


def read(query: Mapping[str, str], kind: Kind) -> Options:
    """Return the options of a query; BadOption where one of those that the kind uses has no such value."""
    given = {name: value.strip() for name, value in query.items() if name in USED[kind]}
    values = {name: _READERS[name](name, text) for name, text in given.items() if text or name == "show"}
    return replace(DEFAULTS[kind], **values)


def canonical(options: Options, kind: Kind) -> str:
    """Return the one query of these options for a kind: what differs from the defaults, by name.

    Empty where nothing does. Commas stand bare between the parts of a list, as the script writes them.
    """
    parts = []
    for name in sorted(USED[kind]):
        value = getattr(options, name)
        if value != getattr(DEFAULTS[kind], name):
            parts.append(f"{name}={_spelt(value)}")
    return "&".join(parts)


def settled(options: Options, kind: Kind, language: str) -> Options:
    """Return the options of what is shown to a feed of a language: two that give the same bytes are one.

    JSON says nothing but a few words in the language of the host page, and knows few languages.
    """
    lang = options.lang.lower()
    if kind == "json":
        lang = "" if spoken(lang or language) == spoken(language) else spoken(lang)
    return replace(options, lang="" if lang == language.lower() else lang)


def _spelt(value: object) -> str:
    if isinstance(value, tuple):
        # What JavaScript's encodeURIComponent leaves alone.
        return ",".join(quote(str(part), safe="!'()*") for part in value)
    return quote(str(int(value) if isinstance(value, bool) else value), safe=",!'()*")


def _number(least: int, most: int) -> Reader:
    def read(name: str, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 7 and least <= int(text) <= most):
            raise BadOption(f"“{name}” is “{_short(text)}”; it must be a number from {least} to {most}")
        return int(text)

    return read


def _word(*known: str) -> Reader:
    def read(name: str, text: str) -> str:
        if text not in known:
            raise BadOption(f"“{name}” is “{_short(text)}”; it must be one of {', '.join(known)}")
        return text

    return read


def _switch(name: str, text: str) -> bool:
    return bool(_word("0", "1")(name, text) == "1")


def _words(name: str, text: str) -> tuple[str, ...]:
    written = {word for word in text.replace(",", " ").split() if word != "none"}
    unknown = sorted(written - {*SHOWN})
    if unknown:
        raise BadOption(f"“{name}” holds “{_short(unknown[0])}”; it may hold {', '.join(SHOWN)}, or be none")
    return tuple(word for word in SHOWN if word in written)


def _list(name: str, text: str) -> tuple[str, ...]:
    parts = sorted({" ".join(part.split()) for part in text.split(",")} - {""})
    if len(parts) > MAX_LIST or len(text) > MAX_TEXT * 5:
        raise BadOption(f"“{name}” is too long: {MAX_LIST} tags are the most")
    return tuple(parts)


def _text(name: str, text: str) -> str:
    if len(text) > MAX_TEXT:
        raise BadOption(f"“{name}” has {len(text)} characters; {MAX_TEXT} are the most")
    return " ".join(text.split())


def _language(name: str, text: str) -> str:
    if len(text) > MAX_LANGUAGE or not all(part.isascii() and part.isalnum() for part in text.split("-")):
        raise BadOption(f"“{name}” is “{_short(text)}”; it must be a language such as en, de-CH or ar")
    return text


def _short(text: str) -> str:
    return text if len(text) <= MAX_LANGUAGE else f"{text[:MAX_LANGUAGE]}…"


_READERS: Mapping[str, Reader] = {
    "count": _number(1, MAX_COUNT),
    "exclude": _list,
    "footer": _text,
    "heading": _text,
    "lang": _language,
    "layout": _word(*LAYOUTS),
    "q": _text,
    "shadow": _switch,
    "show": _words,
    "source": _text,
    "summary": _number(0, MAX_SUMMARY),
    "tags": _list,
    "target": _word(*TARGETS),
    "theme": _word(*THEMES),
}
