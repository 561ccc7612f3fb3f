"""Say what the configuration of a web server has to know beside the files. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from feedsvc.export.contents import Served
from feedsvc.headers import (
    ARCHIVE_SECONDS,
    FEED_ON_ERROR_SECONDS,
    FEED_STALE_SECONDS,
    LIST_SECONDS,
    is_archive,
)


@dataclass(frozen=True, slots=True)
class Serving:
    """Where the folder is, where feedsvc itself answers, and what has ended."""

    root: str
    upstream: str
    prefix: str = ""
    """The path under which the site lies on its host."""
    max_age: int = 300
    gone: tuple[str, ...] = ()
    """Paths that answer 410."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Where what was at a path has gone for good."""


def cache_control(max_age: int, served: Served) -> str:
    """Return the Cache-Control header of a document that nothing but a change will change."""
    if served.is_list:
        return f"max-age={LIST_SECONDS}"
    if is_archive(served.path):
        return f"max-age={max(max_age, ARCHIVE_SECONDS)}, stale-if-error={FEED_ON_ERROR_SECONDS}"
    stale = f"stale-while-revalidate={FEED_STALE_SECONDS}, stale-if-error={FEED_ON_ERROR_SECONDS}"
    return f"max-age={max_age}, {stale}"
