"""Render a selection in one of the formats, or say which item stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from feedsvc.errors import FeedsvcError
from feedsvc.formats import atom, jsonfeed, rss
from feedsvc.formats.tidy import tidy
from feedsvc.model import Format, Selection

RENDERER = 6
"""The version of the rendering: raise it when the same selection gives other bytes than before."""

CONTENT_TYPES: Mapping[Format, str] = MappingProxyType(
    {
        "rss": "application/rss+xml; charset=utf-8",
        "atom": "application/atom+xml; charset=utf-8",
        "json": "application/feed+json",
    }
)

_WRITERS: Mapping[Format, Callable[[Selection], bytes]] = {
    "rss": rss.write,
    "atom": atom.write,
    "json": jsonfeed.write,
}

# What an item whose fields are not what the model promises can make the writers raise.
_UNFIT = (ValueError, TypeError, AttributeError, OverflowError)


class RenderError(FeedsvcError):
    """An item cannot be rendered: the feed is published without it, and the log names it.

    `item_id` is empty where the fault is the feed's own.
    """

    def __init__(self, item_id: str, reason: str) -> None:
        super().__init__(f"{item_id}: {reason}" if item_id else reason)
        self.item_id = item_id
        self.reason = reason


def prepare(selection: Selection) -> Selection:
    """Return the selection as every format writes it: rendering that in all of them saves doing it for each.

    Raises RenderError for the first item that cannot be rendered.
    """
    try:
        return tidy(selection)
    except _UNFIT as error:
        raise _blame(selection, tidy, error) from error


def render(selection: Selection, format: Format) -> bytes:  # the word of the model
    """Return the selection in a format, UTF-8; the same selection always gives the same bytes.

    Every date comes from the selection, none from the clock. Raises RenderError for the first item
    that cannot be rendered.
    """
    write = _WRITERS[format]
    try:
        return write(tidy(selection))
    except _UNFIT as error:
        raise _blame(selection, write, error) from error


def _blame(selection: Selection, write: Callable[[Selection], object], error: Exception) -> RenderError:
    """Return the error that names the feed where it fails without items, else the item that fails alone."""
    fault = _fault(replace(selection, items=()), write)
    if fault is not None:
        return RenderError("", f"{selection.feed.path} cannot be rendered: {fault}")
    for item in selection.items:
        fault = _fault(replace(selection, items=(item,)), write)
        if fault is not None:
            return RenderError(str(item.id), f"the item cannot be rendered: {fault}")
    return RenderError("", f"{selection.feed.path} cannot be rendered: {error}")


def _fault(selection: Selection, write: Callable[[Selection], object]) -> Exception | None:
    try:
        write(tidy(selection))
    except _UNFIT as error:
        return error
    return None
