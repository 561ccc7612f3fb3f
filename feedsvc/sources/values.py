"""Read one value as the type that its field has, whatever type the file's syntax gave it.

Every function here takes a value and returns its meaning, or raises Unfit: E103 for dates, E104 for
addresses, E106 for the rest. Nothing empty gets here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from feedsvc import article
from feedsvc.errors import ParseError
from feedsvc.model import Link, Origin, Person
from feedsvc.net import absolute

MAX_TEXT = 10_000
MAX_WORD = 200
MAX_LIST = 100
"""Of tags, authors, links, media files: every one more makes each feed slower, for all items in it."""
T = TypeVar("T")
_MAIL = re.compile(r"(?P<name>.*?)\s*<(?P<email>[^<>\s]+@[^<>\s]+)>$")
_YES = frozenset(("true", "yes", "on", "1", "y"))
_NO = frozenset(("false", "no", "off", "0", "n"))
_STATUS = {
    **dict.fromkeys(("draft", "pending", "hidden", "private", "review", "idea"), True),
    **dict.fromkeys(("published", "publish", "public", "live", "scheduled", "future", "final"), False),
}


class Unfit(ParseError):
    """A value is not what its field needs: the file is refused with this code."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def text(value: object) -> str:
    """Return one line of text; numbers and dates are taken as they look."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float | date):
        raise Unfit("E106", f"this must be text, not a {_kind(value)}")
    written = article.line(prose(str(value)))
    if len(written) > MAX_TEXT:
        raise Unfit("E106", f"this has at most {MAX_TEXT:,} characters")
    return written


def word(value: object) -> str:
    """Return a name or a tag: text that is not long."""
    written = text(value)
    if len(written) > MAX_WORD:
        raise Unfit("E106", f"“{brief(written)}” is too long: write at most {MAX_WORD} characters")
    return written


def limited(values: Sequence[T]) -> tuple[T, ...]:
    """Return the values of a list, unless there are too many."""
    if len(values) > MAX_LIST:
        raise Unfit("E106", f"there are {len(values):,} of them: write at most {MAX_LIST}")
    return tuple(values)


def prose(value: object) -> str:
    """Return text with its line breaks."""
    if not isinstance(value, str):
        raise Unfit("E106", f"this must be text, not a {_kind(value)}")
    return article.sendable(value.encode("utf-8", "replace").decode("utf-8"))


def truth(value: object) -> bool:
    """Return yes or no, in any of their spellings."""
    answer = _truth(value)
    if answer is None:
        raise Unfit("E106", f"“{brief(value)}” is neither true nor false")
    return answer


def is_truth(value: object) -> bool:
    """Say whether a value is a yes or a no: `published` may be this or a date."""
    return _truth(value) is not None


def is_draft(value: object) -> bool:
    """Return whether a status keeps an item back. An unknown word is refused: better late than leaked."""
    word = text(value).lower()
    if word not in _STATUS:
        raise Unfit("E106", f"“{brief(word)}” is no status. Write draft or published")
    return _STATUS[word]


def moment(value: object, timezone: str) -> datetime:
    """Return a date as a moment in UTC; one without a zone is the site's."""
    written = value.isoformat() if isinstance(value, date) else value
    found = article.parse_date(written, timezone) if isinstance(written, str) else None
    if found is None:
        raise Unfit("E103", f"“{brief(value)}” is not a date. Write 2026-11-24 or 2026-11-24 09:30")
    return found


def url(value: object) -> str:
    """Return an http or https address in ASCII."""
    written = value if isinstance(value, str) else ""
    found = absolute(written, None) if article.sendable(written) == written else None
    if found is None:
        raise Unfit("E104", f"“{brief(value)}” is not a web address. Write https://…")
    return found


def language(value: object) -> str:
    """Return a language tag (BCP 47): `en_GB` becomes `en-GB`."""
    tag = article.language_tag(text(value).partition(".")[0])
    if tag is None:
        raise Unfit("E106", f"“{brief(value)}” is no language. Write en, de or pt-BR")
    return tag


def words(value: object) -> tuple[str, ...]:
    """Return a list of words: a list, or text with commas; `#` is stripped, and nothing stands twice."""
    if isinstance(value, list):
        parts = [word(part) for part in limited(value) if part is not None]
    else:
        written = text(value)
        parts = re.split(r"\s+(?=#)" if written.startswith("#") and "," not in written else ",", written)
        parts = [word(part) for part in limited(parts)]
    found: dict[str, str] = {}
    for part in parts:
        if name := part.strip().lstrip("#").strip():
            found.setdefault(name.casefold(), name)
    return tuple(found.values())


def people(value: object) -> tuple[Person, ...]:
    """Return authors: “Anna Berg <anna@x.example>, Tom Ode and Li Wei”, a list, or `{name, email, url}`."""
    return limited(list({person.name.casefold(): person for person in _people(value)}.values()))


def links(value: object) -> tuple[Link, ...]:
    """Return related pages: an address, `{url, title}`, or a list of them."""
    if isinstance(value, list):
        return tuple(link for part in limited(value) for link in links(part))
    if isinstance(value, Mapping):
        return (Link(url(value.get("url") or value.get("link") or ""), text(value.get("title") or "")),)
    return (Link(url(value)),)


def origin(value: object) -> Origin:
    """Return where a republished article comes from: a name, an address, or `{title, url, feed_url}`."""
    if not isinstance(value, Mapping):
        written = text(value)
        return (
            Origin(written, url(written)) if written.startswith(("http://", "https://")) else Origin(written)
        )
    home, feed = value.get("url"), value.get("feed_url")
    title = text(value.get("title") or value.get("name") or home or "")
    if not title:
        raise Unfit("E106", "this needs a title: {title: …, url: …}")
    return Origin(
        title=title,
        url=url(home) if home else None,
        feed_url=url(feed) if feed else None,
        id=text(value["id"]) if value.get("id") else None,
        rights=text(value.get("rights") or ""),
    )


def number(value: object) -> int:
    """Return a whole number that is not negative; `1:02:03` is taken as a duration."""
    written = text(value)
    if re.fullmatch(r"\d{1,3}(:[0-5]?\d){1,2}", written):
        seconds = 0
        for part in written.split(":"):
            seconds = seconds * 60 + int(part)
        return seconds
    if not re.fullmatch(r"\d{1,15}(\.\d*)?", written):
        raise Unfit("E106", f"“{brief(value)}” is not a number")
    return int(float(written))


def _people(value: object) -> Iterator[Person]:
    if isinstance(value, list):
        for part in value:
            yield from _people(part)
    elif isinstance(value, Mapping):
        yield _person(value)
    else:
        for name in re.split(r"\s*[,;]\s*|\s+and\s+", text(value)):
            mail = _MAIL.match(name)
            if mail:
                yield Person(word(mail["name"].strip(' "') or mail["email"]), mail["email"])
            elif name:
                yield Person(word(name))


def _person(value: Mapping[object, object]) -> Person:
    name, email, home = (value.get(key) for key in ("name", "email", "url"))
    if not (name or email or home):
        raise Unfit("E106", "an author needs a name: {name: …, email: …, url: …}")
    if email and not re.fullmatch(r"[^<>\s@]+@[^<>\s@]+", text(email)):
        raise Unfit("E106", f"“{brief(email)}” is not a mail address")
    return Person(word(name or email or home), text(email) if email else None, url(home) if home else None)


def _truth(value: object) -> bool | None:
    word = str(value).strip().lower() if isinstance(value, bool | int | str) else ""
    return True if word in _YES else False if word in _NO else None


def _kind(value: object) -> str:
    return (
        "list"
        if isinstance(value, list)
        else "group of fields"
        if isinstance(value, Mapping)
        else "bare value"
    )


def brief(value: object) -> str:
    """Return a value as a message quotes it: on one line, and cut where it is long."""
    written = " ".join(str(value).split())
    return written if len(written) <= 80 else written[:79] + "…"
