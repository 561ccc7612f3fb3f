"""Say what of a site and a feed its entries depend on: feeds that agree in it share them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from feedsvc.formats.text import line, uri
from feedsvc.formats.tidy import Tidied, tidy
from feedsvc.model import Feed, Selection, Site
from feedsvc.podcast import Podcast

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_ANY_PODCAST = Podcast((("News",),), explicit=False, image="https://example.org/any.png", author="Any")


@dataclass(frozen=True, slots=True)
class Setting:
    """All that an entry is written by, beside its item. Entries get to see nothing else of a feed."""

    key: str
    """The same for settings that are the same."""
    selection: Tidied
    """Empty, of a feed in this setting that says nothing of its own."""

    @staticmethod
    def of(site: Site, feed: Feed) -> Setting:
        """Return the setting of the entries of a feed."""
        return _setting(
            site.url,
            line(feed.language) or line(site.language),
            uri(feed.license) or uri(site.license),
            site.rsl,
            site.rsl_permits,
            site.rsl_prohibits,
            feed.content,
            feed.podcast is not None,
        )


@lru_cache(maxsize=100)
def _setting(
    url: str,
    language: str,
    license_: str,
    rsl: str,
    permits: tuple[str, ...],
    prohibits: tuple[str, ...],
    content: Literal["full", "summary"],
    is_podcast: bool,
) -> Setting:
    site = Site(url, "Any site", language=language, rsl=rsl, rsl_permits=permits, rsl_prohibits=prohibits)
    feed = Feed(
        slug="any",
        title="Any feed",
        path="/feeds/any",
        language=language,
        content=content,
        license=license_,
        podcast=_ANY_PODCAST if is_podcast else None,
    )
    return Setting(repr((site, feed)), tidy(Selection(site, feed, (), _ANY_TIME)))
