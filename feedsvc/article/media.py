"""Find the real pictures behind lazy loading, placeholders and embeds, and tell trackers apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag

from feedsvc.article import urls
from feedsvc.article.tree import attribute

WIDEST = 2000
"""Pixels: of a set of images, the widest up to this is taken."""

_LAZY = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-full-src",
    "data-hi-res-src",
    "data-image",
    "data-url",
)
_LAZY_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_PLACEHOLDER = re.compile(
    r"/(?:[\w-]*(?:placeholder|spacer|lazy-?load\w*)|blank|transparent|loading|1x1|pixel|grey|gray)[\w-]*\.(?:gif|png|svg)$",
    re.IGNORECASE,
)
_DESCRIPTOR = re.compile(r"(\d+(?:\.\d+)?)([wx])(?:,(.*))?", re.DOTALL)
_TINY_STYLE = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|!|$)", re.IGNORECASE)
_PIXELS = re.compile(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*", re.IGNORECASE)
_YOUTUBE = re.compile(
    r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{6,20})(?:[?#]|$)", re.IGNORECASE
)
_VIMEO = re.compile(r"https?://player\.vimeo\.com/video/(\d{4,12})", re.IGNORECASE)


def image_url(image: Tag, base: str | None) -> str | None:
    """Return the address of the picture that the `img` shows once its page has run, or None.

    None also for pictures that only count readers and for placeholders without a real address.
    """
    if _is_tiny(image):
        return None
    for candidate in _candidates(image):
        url = urls.web(candidate, base) if candidate and not candidate.startswith("data:") else None
        if url and not urls.is_counting(url) and not _PLACEHOLDER.search(url.partition("?")[0]):
            return url
    return None


def pixels(value: str) -> str | None:
    """Return a width or height as a plain number of pixels, or None if it is not one."""
    match = _PIXELS.fullmatch(value)
    return str(int(match[1])) if match and int(match[1]) else None


def embed_url(frame: str, base: str | None) -> str | None:
    """Return the page of the video that an `iframe` embeds, or None where it embeds something else."""
    url = urls.web(frame, base) or ""
    if match := _YOUTUBE.match(url):
        return f"https://www.youtube.com/watch?v={match[1]}"
    if match := _VIMEO.match(url):
        return f"https://vimeo.com/{match[1]}"
    return None


def widest(srcset: str) -> str:
    """Return the best URL of a `srcset`: the widest up to WIDEST, else the smallest; empty for none."""
    sizes = list(_sizes(srcset))
    suitable = [size for size in sizes if size[0] <= WIDEST]
    if suitable:
        return max(suitable, key=lambda size: size[0])[1]
    return min(sizes, key=lambda size: size[0])[1] if sizes else ""


def _candidates(image: Tag) -> Iterator[str]:
    for name in _LAZY:
        yield attribute(image, name)
    for name in _LAZY_SETS[:2]:
        yield widest(attribute(image, name))
    yield attribute(image, "src")
    yield widest(attribute(image, "srcset"))
    picture = image.parent
    if picture is not None and picture.name == "picture":
        for source in picture.find_all("source"):
            for name in _LAZY_SETS:
                yield widest(attribute(source, name))


def _sizes(srcset: str) -> Iterator[tuple[float, str]]:
    """Yield (width, URL); an `x` counts as if 1x were 1,000 pixels wide."""
    url = ""
    for token in srcset.split():
        match = _DESCRIPTOR.fullmatch(token.rstrip(","))
        if match and url:
            yield float(match[1]) * (1 if match[2] == "w" else 1000), url
            url = match[3] or ""
            continue
        if url:
            yield 0.0, url
        url = token.rstrip(",")
    if url:
        yield 0.0, url


def _is_tiny(image: Tag) -> bool:
    sides = [attribute(image, name).strip().removesuffix("px") for name in ("width", "height")]
    return any(side in ("0", "1") for side in sides) or bool(_TINY_STYLE.search(attribute(image, "style")))
