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

    url: str
    language: str
    license: str
    rsl: str
    rsl_permits: tuple[str, ...]
    rsl_prohibits: tuple[str, ...]
    content: Literal["full", "summary"]
    is_podcast: bool

    @staticmethod
    def of(site: Site, feed: Feed) -> Setting:
        """Return the setting of the entries of a feed."""
        return Setting(
            url=site.url,
            language=line(feed.language) or line(site.language),
            license=uri(feed.license) or uri(site.license),
            rsl=site.rsl,
            rsl_permits=site.rsl_permits,
            rsl_prohibits=site.rsl_prohibits,
            content=feed.content,
            is_podcast=feed.podcast is not None,
        )

    @lru_cache(maxsize=100)  # noqa: B019 # settings are few, and each stands for itself
    def selection(self) -> Tidied:
        """Return an empty selection of a feed in this setting that says nothing of its own."""
        site = Site(
            url=self.url,
            title="Any site",
            language=self.language,
            rsl=self.rsl,
            rsl_permits=self.rsl_permits,
            rsl_prohibits=self.rsl_prohibits,
        )
        feed = Feed(
            slug="any",
            title="Any feed",
            path="/feeds/any",
            language=self.language,
            content=self.content,
            license=self.license,
            podcast=_ANY_PODCAST if self.is_podcast else None,
        )
        return tidy(Selection(site, feed, (), _ANY_TIME))
