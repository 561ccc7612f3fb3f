"""Make an arrival of an upstream entry: everything in it cleaned, resolved, clamped and bounded; pure."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from feedsvc import article
from feedsvc.model import Arrival, Article, Enclosure, Image, Link, Origin, Person, Problem
from feedsvc.net import absolute
from feedsvc.sources.fields import uri
from feedsvc.sources.mediatypes import media_type
from feedsvc.sources.raw import RawDate, RawEntry, RawFeed, RawMedia, RawPerson, RawSource, RawText

MAX_TITLE: Final = 1000
MAX_GUID: Final = 2000
MAX_DATE: Final = 100
MAX_TAGS: Final = 50
MAX_TAG: Final = 100
MAX_ENCLOSURES: Final = 10
MAX_AUTHORS: Final = 20
MAX_NAME: Final = 200
MAX_LEAD: Final = 20_000
"""Characters of a text that are looked at where only its beginning matters."""
UNTITLED_CHARS: Final = 100
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""No feed is as old as the web: an earlier date is a default that somebody forgot to set."""
LATEST_AHEAD: Final = timedelta(days=1)

# Never past the next "<", so that a text of nothing but "<" takes no longer than any other.
_TAG = re.compile(r"<[^<>]*>")
_SENTENCE_END = re.compile(r"[.!?…。！？]+[\"”’»」)]*")


@dataclass(frozen=True, slots=True)
class UpstreamRules:
    """What the configuration says about one upstream feed.

    `tags` are added to every item's own; `language` is the items' where it is not empty; the newest
    `limit` entries are taken; HTML of more than `max_html_bytes` becomes plain text. With `content`
    "summary" their text is left with whoever wrote it.
    """

    key: str
    url: str
    tags: tuple[str, ...] = ()
    language: str = ""
    limit: int = 200
    max_html_bytes: int = 262_144
    content: Literal["full", "summary"] = "full"


@dataclass(frozen=True, slots=True)
class Reading:
    """What holds for every entry of one reading of a feed."""

    feed: RawFeed
    rules: UpstreamRules
    url: str
    """Where the feed was found."""
    home: str
    now: datetime

    def warning(self, code: str, entry: RawEntry, message: str, field: str = "") -> Problem:
        """Return a problem that names the entry by the best name it has."""
        name = article.line(entry.title.value) or entry.link or entry.id or "(no title)"
        path = (entry.id or entry.link or name)[:MAX_GUID]
        text = f"“{name[:80]}”: {message}"
        return Problem(self.rules.key, path, code, text, field=field, severity="warning")


def title_of(raw: RawText) -> str:
    """Return a title as one line of plain text."""
    text = _plain(raw)
    return article.shorten(text, MAX_TITLE) if len(text) > MAX_TITLE else text


def moment(raw: RawDate) -> datetime | None:
    """Return a date as a moment in UTC, or None where nobody can make one of it."""
    if raw.seconds is None:
        return article.parse_date(raw.text[:MAX_DATE], "UTC") if raw.text.strip() else None
    try:
        return datetime.fromtimestamp(raw.seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def arrival(entry: RawEntry, reading: Reading) -> tuple[Arrival | None, list[Problem]]:
    """Return the arrival that an entry is and what is wrong with it; None where it says nothing at all."""
    problems: list[Problem] = []
    link = absolute(entry.link, reading.home or reading.url) if entry.link else None
    base = link or reading.home or reading.url
    language = article.language_tag(reading.rules.language or entry.language or reading.feed.language)
    body, lead = _body_and_lead(entry)
    content, too_large = _cleaned(body, base, reading.rules.max_html_bytes)
    if too_large:
        limit = reading.rules.max_html_bytes
        told = f"its HTML is larger than {limit:,} bytes, or too deeply nested: taken as plain text"
        problems.append(reading.warning("W304", entry, told))
    title = title_of(entry.title) or _first_sentence(content, language) or link
    if not title:
        problems.append(reading.warning("W305", entry, "it has no title, text or link: left out"))
        return None, problems
    published, updated = _dates(entry, reading, problems)
    summary = _plain(lead)
    made = Article(
        title=title,
        content=content if reading.rules.content == "full" else "",
        summary=article.shorten(summary, 300, language)
        if summary
        else article.summarise(content, title, language),
        summary_written=bool(summary),
        link=link,
        authors=_authors(entry.authors or reading.feed.authors, base),
        tags=_tags((*entry.tags, *reading.rules.tags)),
        language=language,
        image=_image(entry, base) or article.first_image(content),
        enclosures=tuple(_enclosures(entry, base))[:MAX_ENCLOSURES],
        published=published,
        updated=updated,
        rights=_note(entry.rights or reading.feed.rights),
        origin=_origin(entry.source, reading, updated or published),
        via=_links(entry.via, base),
        related=_links(entry.related, base),
    )
    guid = _guid(entry.id.strip() or link or "", f"{entry.title.value}\n{body.value}")
    return Arrival(guid, made, id=uri(entry.id.strip())), problems


def _first_sentence(content: str, language: str | None) -> str:
    """Return the shortest beginning of a content that is a whole sentence; empty where there is no text."""
    text = article.summarise(content, "", language, UNTITLED_CHARS)
    for mark in _SENTENCE_END.finditer(text):
        beginning = text[: mark.end()]
        if article.shorten(text, len(beginning), language) == beginning:
            return beginning
    return text


def _body_and_lead(entry: RawEntry) -> tuple[RawText, RawText]:
    """Return the full content and the author's summary: feeds swap them, so the longer one is the content."""
    texts = sorted((*entry.contents, entry.summary), key=lambda text: len(text.value), reverse=True)
    body = texts[0]
    lead = entry.summary if entry.summary is not body else RawText("")
    return body, RawText("") if _plain(lead) == _plain(body) else lead


def _cleaned(raw: RawText, base: str, max_bytes: int) -> tuple[str, bool]:
    """Return clean HTML, and whether the original was too much to be cleaned as HTML."""
    base = absolute(raw.base, base) or base if raw.base else base
    if len(raw.value.encode()) <= max_bytes:
        markup = raw.value if raw.html else article.plain(raw.value)
        return article.clean(markup, base), raw.html and not article.keeps_markup(markup)
    text = html.unescape(_TAG.sub(" ", raw.value)) if raw.html else raw.value
    kept = text.encode()[: max_bytes // 2].decode(errors="ignore")
    return article.clean(article.plain(kept), base), raw.html


def _plain(raw: RawText) -> str:
    return _words(raw.value) if raw.html else article.line(raw.value[:MAX_LEAD])


def _words(markup: str) -> str:
    return article.line(article.to_text(markup[:MAX_LEAD]))


def _note(markup: str) -> str:
    return article.shorten(_words(markup), MAX_TITLE)


def _line(text: str) -> str:
    return article.line(text[:MAX_TITLE])


def _dates(
    entry: RawEntry, reading: Reading, problems: list[Problem]
) -> tuple[datetime | None, datetime | None]:
    published = moment(entry.published)
    updated = moment(entry.updated)
    published = published or updated
    if published is not None and published > reading.now + LATEST_AHEAD:
        told = f"its date {published:%Y-%m-%d} is in the future: the time of its arrival is used"
        problems.append(reading.warning("W302", entry, told, field="published"))
    published, updated = _clamped(published, reading.now), _clamped(updated, reading.now)
    if updated is not None and (published is None or updated <= published):
        updated = None
    return published, updated


def _clamped(value: datetime | None, now: datetime) -> datetime | None:
    return value if value is not None and EARLIEST <= value <= now + LATEST_AHEAD else None


def _guid(name: str, text: str) -> str:
    """Return the entry's name within its feed, or, where it is too long or missing, a hash.

    Of the text as it came, so that a change in how we clean it makes no new items.
    """
    if 0 < len(name) <= MAX_GUID:
        return name
    return "sha256:" + hashlib.sha256((name or text).encode()).hexdigest()


def _authors(people: Sequence[RawPerson], base: str) -> tuple[Person, ...]:
    named = (
        Person(
            name=_words(who.name)[:MAX_NAME] or who.email.partition("@")[0].strip()[:MAX_NAME],
            email=who.email.strip() if "@" in who.email and len(who.email) <= MAX_NAME else None,
            url=absolute(who.url, base) if who.url else None,
        )
        for who in people
    )
    return tuple(dict.fromkeys(person for person in named if person.name))[:MAX_AUTHORS]


def _tags(tags: Sequence[str]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for tag in tags:
        text = article.line(html.unescape(tag))
        if 0 < len(text) <= MAX_TAG:
            first.setdefault(text.casefold(), text)
    return tuple(first.values())[:MAX_TAGS]


def _image(entry: RawEntry, base: str) -> Image | None:
    """Return the largest picture among those that the feed names; the first where sizes are not told."""
    pictures = [*entry.images, *(file for file in entry.enclosures if file.type.startswith("image/"))]
    for picture in sorted(pictures, key=lambda file: file.width, reverse=True):
        url = absolute(picture.url, base) if picture.url else None
        if url:
            credit, alt = _line(entry.credit), _line(picture.title)
            return Image(url, alt, credit, picture.width or None, picture.height or None)
    return None


def _enclosures(entry: RawEntry, base: str) -> Iterator[Enclosure]:
    seen = set()
    for file in entry.enclosures:
        url = absolute(file.url, base) if file.url else None
        kind = file.type.strip().lower()[:MAX_NAME] or media_type(url or "")
        if url and url not in seen and not kind.startswith("image/"):
            seen.add(url)
            told = file.duration or (entry.duration if kind.startswith(("audio/", "video/")) else 0)
            yield Enclosure(url, kind, file.length, _line(file.title), told or None)


def _links(links: Sequence[RawMedia], base: str) -> tuple[Link, ...]:
    found = ((absolute(link.url, base), _line(link.title)) for link in links if link.url)
    return tuple(Link(url, title) for url, title in found if url)


def _origin(source: RawSource | None, reading: Reading, as_of: datetime | None) -> Origin:
    """Return where the entry comes from: what an aggregator names as its source, else this feed.

    The feed's own `updated` is not taken: it moves with every other entry and would make each of
    them look changed. The entry's own date is what the feed's was, at the least, when it held it.
    """
    if source is not None and source.title and (source.link or source.feed_url or source.id):
        return Origin(
            title=article.shorten(_words(source.title), MAX_TITLE),
            url=absolute(source.link, reading.url) if source.link else None,
            feed_url=absolute(source.feed_url, reading.url) if source.feed_url else None,
            id=source.id[:MAX_GUID] or None,
            updated=_clamped(moment(source.updated), reading.now) or as_of,
            rights=_note(source.rights),
        )
    feed = reading.feed
    return Origin(
        title=title_of(feed.title) or reading.rules.key,
        url=reading.home or None,
        feed_url=reading.rules.url,
        id=feed.id[:MAX_GUID] or reading.rules.url,
        updated=as_of,
        rights=_note(feed.rights),
    )
