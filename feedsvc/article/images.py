"""Find the picture that stands for an article."""

from __future__ import annotations

from bs4 import Tag

from feedsvc.article import tree
from feedsvc.article.tree import attribute
from feedsvc.model import Image

_SMALLEST = 64
"""Pixels: narrower or lower pictures are icons and smileys."""


def first_image(html: str) -> Image | None:
    """Return the first picture of clean HTML that is not an icon, with its size if that is written there."""
    root = tree.parse(html) if "<img" in html else None
    if root is None:
        return None
    for found in root.find_all("img"):
        if isinstance(found, Tag) and (image := _image(found)):
            return image
    return None


def _image(tag: Tag) -> Image | None:
    url, width, height = attribute(tag, "src"), _size(tag, "width"), _size(tag, "height")
    if not url or min(width or _SMALLEST, height or _SMALLEST) < _SMALLEST:
        return None
    return Image(url, attribute(tag, "alt"), width=width, height=height)


def _size(tag: Tag, name: str) -> int | None:
    value = attribute(tag, name)
    return int(value) if value.isascii() and value.isdigit() else None
