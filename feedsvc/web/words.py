"""Say dates, sizes, files and directions as people read them; the filters of the templates."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from markupsafe import Markup

# Our own names: strftime's follow the process's locale, which feedgen changes.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

INTERFACE = "en"
"""The language of the words on our pages that no item and no setting brings along."""

RIGHT_TO_LEFT = frozenset(
    ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"]
)
RIGHT_TO_LEFT_SCRIPTS = frozenset(["adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"])

SHORT_NAMES: Mapping[str, str] = {
    "audio/mpeg": "MP3",
    "audio/mp4": "M4A",
    "audio/vnd.wave": "WAV",
    "video/quicktime": "QuickTime",
    "text/vtt": "Subtitles",
}
"""What people call the files whose media types do not say it."""

MAX_KIND = 9
"""Letters of a file's kind; what is longer, such as octet-stream, says nothing to people."""


WORDS_A_MINUTE = 240
CHARS_A_MINUTE = 400
"""What adults read in silence: of scripts with spaces words, of Chinese, Japanese and Korean characters."""
_CJK = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_WORD = re.compile(r"\w\S*")

SPANS = (("day", 1), ("week", 7), ("month", 30), ("year", 365))
"""What people count by, and how many days each has."""


def local(moment: datetime, timezone: str) -> datetime:
    """Return a moment in the site's time zone."""
    return moment.astimezone(_zone(timezone))


def day(value: date) -> str:
    """Say a day in full: Tuesday 24 November 2026."""
    return f"{DAYS[value.weekday()]} {short_day(value)}"


def short_day(value: date) -> str:
    """Say a day: 24 November 2026."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def clock_time(value: datetime) -> str:
    """Say a time of day: 09:30."""
    return f"{value:%H:%M}"


def zone(value: datetime) -> str:
    """Name the zone of a time of day: GMT, or UTC+04 where a zone has no name."""
    name = value.tzname() or "UTC"
    return name if name[0].isalpha() else f"UTC{name}"


def iso(moment: datetime) -> str:
    """Return a moment for machines (RFC 3339)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def direction(language: str | None) -> str:
    """Return the base direction of text in a language; where none is known the text itself decides."""
    if not language:
        return "auto"
    primary, *others = language.lower().split("-")
    script = next((part for part in others if len(part) == 4 and part.isalpha()), "")
    is_rtl = script in RIGHT_TO_LEFT_SCRIPTS if script else primary in RIGHT_TO_LEFT
    return "rtl" if is_rtl else "ltr"


def interface(language: str) -> str:
    """Return the language tag of our own words on the pages of a site in this language."""
    return language if language.lower().partition("-")[0] == INTERFACE else INTERFACE


def kicker(tags: Sequence[str], shared: Sequence[str] = ()) -> str | None:
    """Return the tag to show above an item; not the one that everything on its page has."""
    known = {tag.casefold() for tag in shared} if len(shared) == 1 else set()
    return next((tag for tag in tags if tag.casefold() not in known), None)


def kind(media_type: str) -> str:
    """Say what a file is: MP3 audio, WAV audio, PNG image, PDF."""
    whole = media_type.partition(";")[0].strip().lower()
    group, _, name = whole.partition("/")
    name = SHORT_NAMES.get(whole, name.removeprefix("x-").partition("+")[0].upper())
    if not 0 < len(name) <= MAX_KIND:
        return "File"
    return f"{name} {group}" if group in ("audio", "video", "image") else name


def size(count: int) -> str:
    """Say a number of bytes: 3.4 MB."""
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"


def duration(seconds: int) -> str:
    """Say a playing time: 4:05 or 1:02:03."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def pace(moments: Sequence[datetime]) -> str:
    """Say how often items come, by when the last ones did: about 3 items a week; nothing if too few tell."""
    days = (max(moments) - min(moments)) / timedelta(days=1) if len(moments) > 2 else 0.0
    if not days:
        return ""
    for name, length in SPANS:
        count = round((len(moments) - 1) / days * length)
        if count:
            return f"About {count} item{'s' if count > 1 else ''} a {name}"
    return "Less than an item a year"


def word_count(text: str) -> int:
    """Count the words of a plain text; each character of Chinese, Japanese and Korean is one."""
    spaced, characters = _CJK.subn(" ", text)
    return len(_WORD.findall(spaced)) + characters


def reading_minutes(text: str) -> int:
    """Return how many minutes a plain text takes to read; 0 where it is less than one."""
    spaced, characters = _CJK.subn(" ", text)
    minutes = len(_WORD.findall(spaced)) / WORDS_A_MINUTE + characters / CHARS_A_MINUTE
    return round(minutes) if minutes >= 1 else 0


def reading_time(minutes: int) -> str:
    """Say how long a text takes to read: 3 min read; nothing of what is read in less than a minute."""
    return f"{minutes} min read" if minutes else ""


def data_block(value: object) -> Markup:
    """Return JSON that can stand in a script element: nothing in it ends the element or opens a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(safe)  # noqa: S704 - escaped in the line above


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
