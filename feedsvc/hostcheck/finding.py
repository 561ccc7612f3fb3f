"""Say what a finding is, what is known of us, and what was fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

Level = Literal["error", "warning", "hint"]
LEVELS: tuple[Level, ...] = ("error", "warning", "hint")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a page, and what to do about it."""

    level: Level
    """An error keeps the headlines away, a warning spoils something, a hint could make it better."""
    what: str
    remedy: str
    line: int = 0
    """Of the page's source; 0: nowhere in particular."""
    code: str = ""
    """What to write, or what was found."""


@dataclass(frozen=True, slots=True)
class HostPage:
    """A page as it was answered: where it is after all redirects, its headers (small letters), its text."""

    url: str
    headers: Mapping[str, str]
    text: str

    @property
    def origin(self) -> str:
        """The page's origin, as browsers tell it."""
        return origin_of(self.url)


@dataclass(frozen=True, slots=True)
class Ours:
    """What a page may embed of this site."""

    site: str
    """The address of the site, without a slash at its end."""
    scripts: Mapping[str, str]
    """The `integrity` of each release, by path, the newest last; `script` is the path that follows it."""
    script: str
    feeds: Mapping[str, tuple[str, ...]]
    """The feeds, with the origins that may embed each; none: all."""
    ended: Mapping[str, str]
    """Feeds that are no more, with what replaces each, if anything does."""

    @property
    def origin(self) -> str:
        """The origin that a policy has to name."""
        return origin_of(self.site)

    def path_of(self, url: str) -> str | None:
        """Return the path within the site that an address leads to, over http or https; None: elsewhere."""
        own = urlsplit(self.site)
        try:
            asked = urlsplit(url)
        except ValueError:
            return None
        prefix = own.path.rstrip("/")
        is_ours = asked.scheme in ("http", "https") and asked.netloc.lower() == own.netloc.lower()
        return asked.path.removeprefix(prefix) if is_ours and asked.path.startswith(f"{prefix}/") else None


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, the worst first, and how many embeds of ours the page has."""

    findings: tuple[Finding, ...]
    elements: int
    frames: int

    @property
    def is_good(self) -> bool:
        """Whether nothing keeps the headlines away."""
        return not any(each.level == "error" for each in self.findings)


def origin_of(url: str) -> str:
    """Return the origin of an address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
