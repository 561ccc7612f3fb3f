"""Say where each kind of embed is, and make its bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

from feedsvc.headlines.badge import badge
from feedsvc.headlines.fragment import fragment
from feedsvc.headlines.frame import frame
from feedsvc.headlines.headline import Headlines
from feedsvc.headlines.jsonlist import json_list
from feedsvc.headlines.options import Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
ROOT = "/embed/"
SUFFIXES: Mapping[Kind, str] = {"json": ".json", "html": ".html", "page": "/", "svg": ".svg"}
CONTENT_TYPES: Mapping[Kind, str] = {
    "json": "application/feed+json",
    "html": "text/html; charset=utf-8",
    "page": "text/html; charset=utf-8",
    "svg": "image/svg+xml",
}

_WRITERS: Mapping[Kind, Callable[[Headlines], bytes]] = {
    "json": json_list,
    "html": fragment,
    "page": frame,
    "svg": badge,
}


def body(made: Headlines, kind: Kind) -> bytes:
    """Return the bytes of an embed."""
    return _WRITERS[kind](made)


def path_of(slug: str, kind: Kind) -> str:
    """Return the decoded path of a feed's embed."""
    return f"{ROOT}{slug}{SUFFIXES[kind]}"


def read_path(path: str) -> tuple[str, Kind] | None:
    """Return the feed's slug and the kind that a decoded path stands for; None for any other path."""
    if not path.startswith(ROOT):
        return None
    rest = path.removeprefix(ROOT)
    for kind, suffix in SUFFIXES.items():
        slug = rest.removesuffix(suffix)
        if slug != rest and slug and "/" not in slug:
            return slug, kind
    return None
