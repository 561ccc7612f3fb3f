"""Check an RSS document against what Apple Podcasts and PSP-1 ask of a podcast."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from types import MappingProxyType

from lxml.etree import _Element

from feedsvc.errors import ParseError
from feedsvc.formats.check import parse
from feedsvc.formats.feedgen_ext import ATOM, ITUNES, PODCAST
from feedsvc.formats.findings import Finding, Rule, finding
from feedsvc.formats.podcast import MAX_DESCRIPTION, MAX_VALUE
from feedsvc.podcast import APPLE_CATEGORIES

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "P101": Rule("error", "the feed must be RSS 2.0 that can be read"),
        "P102": Rule("error", "the root must declare the namespaces of itunes, podcast and atom"),
        "P103": Rule("error", "the podcast must have a title, a description, a link and a language"),
        "P104": Rule("error", f"a description must have at most {MAX_DESCRIPTION} bytes"),
        "P105": Rule("error", "there must be an atom:link of rel=self with the feed's own address"),
        "P106": Rule("error", "the podcast must have an itunes:category of Apple's list, spelt as there"),
        "P107": Rule("error", "itunes:explicit must be true or false; the podcast must have it"),
        "P108": Rule(
            "error", "artwork must be a JPEG or PNG whose address ends with .jpg or .png, without a query"
        ),
        "P109": Rule("error", "artwork must be square, of 1400 to 3000 pixels"),
        "P110": Rule("error", "itunes:type must be episodic or serial"),
        "P111": Rule("error", "podcast:guid must be a UUID"),
        "P112": Rule("error", "a podcast must have at least one episode"),
        "P121": Rule("warning", "the podcast should have itunes:author"),
        "P122": Rule("warning", "itunes:owner should hold a mail address, for directories to write to"),
        "P123": Rule("warning", "the podcast should have podcast:guid and podcast:locked"),
        "P124": Rule("warning", "copyright should be the holder's name, without ©, “copyright” and the year"),
        "P201": Rule("error", "an episode must have a title"),
        "P202": Rule("error", "an episode must have one enclosure with url, length and type"),
        "P203": Rule(
            "error", "an enclosure's address must be ASCII, begin with http, and be no other episode's"
        ),
        "P204": Rule("error", "an enclosure's length must be its size in bytes, not 0"),
        "P205": Rule(
            "error", "an enclosure must be audio/mpeg, audio/x-m4a, video/mp4 or another that Apple plays"
        ),
        "P206": Rule("error", "an episode must have a guid that no other episode has"),
        "P207": Rule("error", "pubDate must be a date as in RFC 2822"),
        "P208": Rule("error", "itunes:duration must be a number of seconds"),
        "P209": Rule("error", "itunes:episode and itunes:season must be whole numbers from 1"),
        "P210": Rule("error", "itunes:episodeType must be full, trailer or bonus"),
        "P211": Rule(
            "error", "an episode of a serial podcast must have itunes:episode, unless it is no full one"
        ),
        "P212": Rule(
            "error", "podcast:transcript must have an url and a type of text, HTML, VTT, SRT or JSON"
        ),
        "P213": Rule("error", f"a value must have at most {MAX_VALUE} characters and no space around it"),
        "P221": Rule("warning", "an episode should have pubDate, link, description and itunes:duration"),
        "P222": Rule("warning", "an enclosure's address should end with .mp3, .m4a, .mp4, .m4v or .mov"),
    }
)

MEDIA_TYPES = frozenset(
    {
        *("audio/mpeg", "audio/x-m4a", "audio/m4a", "audio/mp4", "audio/mp3"),
        *("video/mp4", "video/x-m4v", "video/m4v", "video/quicktime"),
    }
)
TRANSCRIPT_TYPES = frozenset(
    {
        *("text/plain", "text/html", "text/vtt", "application/json"),
        *("application/x-subrip", "application/srt"),
    }
)
_MEDIA_ADDRESS = re.compile(r"\.(?:mp3|m4a|mp4|m4v|mov)$", re.IGNORECASE)
_ARTWORK_ADDRESS = re.compile(r"https?://[!-~]+\.(?:jpe?g|png)", re.IGNORECASE)
_DATED = re.compile(r"©|copyright|\b(?:19|20)\d\d\b", re.IGNORECASE)
_NOT_LIMITED = ("description", "encoded", "enclosure")

Sizes = Mapping[str, tuple[int, int]]


def check_podcast(body: bytes, sizes: Sizes = MappingProxyType({})) -> tuple[Finding, ...]:
    """Return every rule that a podcast's RSS breaks; none where Apple and PSP-1 would take it.

    `sizes` are the sizes of artwork by address, as far as the caller has looked.
    """
    try:
        root = parse(body)
    except ParseError as error:
        return (finding(RULES, "P101", found=str(error)),)
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None:
        return (finding(RULES, "P101", found=str(root.tag)),)
    items = channel.findall("item")
    found = [*_channel(root, channel, sizes), *_together(items)]
    serial = channel.findtext(_itunes("type")) == "serial"
    for item in items:
        found += _episode(item, sizes, is_serial=serial)
    return tuple(found)


def _channel(root: _Element, channel: _Element, sizes: Sizes) -> Iterator[Finding]:
    if not {ITUNES, PODCAST, ATOM} <= set(root.nsmap.values()):
        yield finding(RULES, "P102")
    for name in ("title", "description", "link", "language"):
        if not _text(channel, name):
            yield finding(RULES, "P103", found=f"no {name}")
    if not any(link.get("rel") == "self" and link.get("href") for link in channel.iter(f"{{{ATOM}}}link")):
        yield finding(RULES, "P105")
    yield from _described(channel)
    yield from _categories(channel)
    yield from _explicit(channel, "", is_required=True)
    yield from _artwork(channel, sizes, "", is_required=True)
    if (kind := channel.findtext(_itunes("type"))) not in (None, "episodic", "serial"):
        yield finding(RULES, "P110", found=kind or "")
    yield from _identity(channel)
    yield from _short(channel)


def _identity(channel: _Element) -> Iterator[Finding]:
    """Look at whose the podcast is, and which."""
    if not _text(channel, _itunes("author")):
        yield finding(RULES, "P121")
    if "@" not in (channel.findtext(f"{_itunes('owner')}/{_itunes('email')}") or ""):
        yield finding(RULES, "P122")
    guid = channel.findtext(_podcast("guid"))
    if guid is None or channel.findtext(_podcast("locked")) not in ("yes", "no"):
        yield finding(RULES, "P123")
    if guid is not None and not _is_uuid(guid):
        yield finding(RULES, "P111", found=guid)
    if (holder := channel.findtext("copyright")) and _DATED.search(holder):
        yield finding(RULES, "P124", found=holder)


def _categories(channel: _Element) -> Iterator[Finding]:
    categories = channel.findall(_itunes("category"))
    if not categories:
        yield finding(RULES, "P106")
    for each in categories:
        name = each.get("text", "")
        for part in (name, *(inner.get("text", "") for inner in each)):
            if part != name and part not in APPLE_CATEGORIES.get(name, ()):
                yield finding(RULES, "P106", found=f"{name} > {part}")
        if name not in APPLE_CATEGORIES:
            yield finding(RULES, "P106", found=name)


def _together(items: list[_Element]) -> Iterator[Finding]:
    """Look at what no two episodes may have in common."""
    if not any(item.find("enclosure") is not None for item in items):
        yield finding(RULES, "P112")
    guids: set[str] = set()
    media: set[str] = set()
    for item in items:
        guid, enclosure = item.findtext("guid") or "", item.find("enclosure")
        address = "" if enclosure is None else enclosure.get("url", "")
        if not guid or guid in guids:
            yield finding(RULES, "P206", _name(item), guid)
        if address in media:
            yield finding(RULES, "P203", _name(item), address)
        guids.add(guid)
        media |= {address} - {""}


def _episode(item: _Element, sizes: Sizes, *, is_serial: bool) -> Iterator[Finding]:
    name = _name(item)
    if not _text(item, "title"):
        yield finding(RULES, "P201", name)
    yield from _enclosure(item, name)
    yield from _described(item)
    yield from _explicit(item, name, is_required=False)
    yield from _artwork(item, sizes, name, is_required=False)
    yield from _numbered(item, name, is_serial=is_serial)
    yield from _transcribed(item, name)
    if (date := item.findtext("pubDate")) and not _is_date(date):
        yield finding(RULES, "P207", name, date)
    for wanted in ("pubDate", "link", "description", _itunes("duration")):
        if not _text(item, wanted):
            yield finding(RULES, "P221", name, f"no {wanted.rpartition('}')[2]}")
    yield from _short(item)


def _enclosure(item: _Element, name: str) -> Iterator[Finding]:
    enclosures = item.findall("enclosure")
    if len(enclosures) != 1 or not all(enclosures[0].get(each) for each in ("url", "length", "type")):
        yield finding(RULES, "P202", name)
        return
    url, length, kind = (enclosures[0].get(each, "") for each in ("url", "length", "type"))
    if not url.isascii() or not url.startswith(("http://", "https://")):
        yield finding(RULES, "P203", name, url)
    if not re.fullmatch(r"[1-9]\d*", length):
        yield finding(RULES, "P204", name, length)
    if kind not in MEDIA_TYPES:
        yield finding(RULES, "P205", name, kind)
    if not _MEDIA_ADDRESS.search(url):
        yield finding(RULES, "P222", name, url)


def _numbered(item: _Element, name: str, *, is_serial: bool) -> Iterator[Finding]:
    duration = item.findtext(_itunes("duration"))
    if duration is not None and not re.fullmatch(r"\d+", duration):
        yield finding(RULES, "P208", name, duration)
    for each in ("episode", "season"):
        number = item.findtext(_itunes(each))
        if number is not None and not re.fullmatch(r"[1-9]\d*", number):
            yield finding(RULES, "P209", name, number)
    kind = item.findtext(_itunes("episodeType"))
    if kind not in (None, "full", "trailer", "bonus"):
        yield finding(RULES, "P210", name, kind or "")
    if is_serial and kind in (None, "full") and item.find(_itunes("episode")) is None:
        yield finding(RULES, "P211", name)


def _transcribed(item: _Element, name: str) -> Iterator[Finding]:
    for transcript in item.findall(_podcast("transcript")):
        if not transcript.get("url") or transcript.get("type") not in TRANSCRIPT_TYPES:
            yield finding(RULES, "P212", name, transcript.get("type", ""))


def _described(element: _Element) -> Iterator[Finding]:
    if len((element.findtext("description") or "").encode()) > MAX_DESCRIPTION:
        yield finding(RULES, "P104", _name(element))


def _explicit(element: _Element, name: str, *, is_required: bool) -> Iterator[Finding]:
    value = element.findtext(_itunes("explicit"))
    if value not in ("true", "false") and (is_required or value is not None):
        yield finding(RULES, "P107", name, value or "")


def _artwork(element: _Element, sizes: Sizes, name: str, *, is_required: bool) -> Iterator[Finding]:
    image = element.find(_itunes("image"))
    url = image.get("href", "") if image is not None else ""
    if not _ARTWORK_ADDRESS.fullmatch(url) and (is_required or image is not None):
        yield finding(RULES, "P108", name, url)
    width, height = sizes.get(url, (1400, 1400))
    if width != height or not 1400 <= width <= 3000:
        yield finding(RULES, "P109", name, f"{width} × {height}")


def _short(parent: _Element) -> Iterator[Finding]:
    for element in parent.iterchildren():
        text = element.text or ""
        if _is_limited(element) and (len(text) > MAX_VALUE or text != text.strip()):
            yield finding(RULES, "P213", _name(parent), text)


def _is_limited(element: _Element) -> bool:
    is_value = isinstance(element.tag, str) and not len(element)
    return is_value and not element.tag.endswith(_NOT_LIMITED)


def _name(element: _Element) -> str:
    return (element.findtext("guid") or element.findtext("title") or "?") if element.tag == "item" else ""


def _text(element: _Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _itunes(name: str) -> str:
    return f"{{{ITUNES}}}{name}"


def _podcast(name: str) -> str:
    return f"{{{PODCAST}}}{name}"


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _is_date(text: str) -> bool:
    try:
        return parsedate_to_datetime(text).tzinfo is not None
    except ValueError:
        return False
