"""Render a selection in one of the formats, or say which item stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from feedsvc.errors import FeedsvcError
from feedsvc.formats import atom, jsonfeed, rss
from feedsvc.formats.tidy import tidy, tidy_one
from feedsvc.model import Format, Item, Selection

RENDERER = 6
"""The version of the rendering: raise it when the same selection gives other bytes than before."""

CONTENT_TYPES: Mapping[Format, str] = MappingProxyType(
    {
        "rss": "application/rss+xml; charset=utf-8",
        "atom": "application/atom+xml; charset=utf-8",
        "json": "application/feed+json",
    }
)


@dataclass(frozen=True, slots=True)
class Writer:
    """How a format is written: what stands around the entries, each of them, and what is between."""

    frame: Callable[[Selection, Sequence[bytes]], tuple[bytes, bytes]]
    entry: Callable[[Selection, Item], bytes]
    between: bytes = b""


_WRITERS: Mapping[Format, Writer] = {
    "rss": Writer(rss.frame, rss.entry),
    "atom": Writer(atom.frame, atom.entry),
    "json": Writer(jsonfeed.frame, jsonfeed.entry, b",\n"),
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
        raise _blame(selection, None, error) from error


def render(selection: Selection, format: Format) -> bytes:  # the word of the model
    """Return the selection in a format, UTF-8; the same selection always gives the same bytes.

    Every date comes from the selection, none from the clock. Raises RenderError for the first item
    that cannot be rendered.
    """
    try:
        return _written(selection, format)
    except _UNFIT as error:
        raise _blame(selection, format, error) from error


def entry(selection: Selection, item: Item, format: Format) -> bytes:
    """Return an item as it stands among others in a format; empty where this feed does not show it.

    What other items the selection has does not matter. Raises RenderError with the reason.
    """
    try:
        tidied = tidy_one(selection, item)
        return b"".join(_WRITERS[format].entry(tidied, each) for each in tidied.items)
    except _UNFIT as error:
        raise RenderError(str(item.id), f"the item cannot be rendered: {error}") from error


def assemble(selection: Selection, entries: Sequence[bytes], format: Format) -> bytes:
    """Return the document of a selection with these entries in place of its items, UTF-8.

    RenderError where the feed itself cannot be rendered.
    """
    try:
        head, tail = _WRITERS[format].frame(tidy(replace(selection, items=())), entries)
    except _UNFIT as error:
        raise RenderError("", f"{selection.feed.path} cannot be rendered: {error}") from error
    return b"".join((head, _WRITERS[format].between.join(entries), tail))


def _written(selection: Selection, format: Format) -> bytes:
    tidied = tidy(selection)
    entries = [_WRITERS[format].entry(tidied, item) for item in tidied.items]
    head, tail = _WRITERS[format].frame(tidied, entries)
    return b"".join((head, _WRITERS[format].between.join(entries), tail))


def _blame(selection: Selection, format: Format | None, error: Exception) -> RenderError:
    """Return the error that names the feed where it fails without items, else the item that fails alone."""
    fault = _fault(replace(selection, items=()), format)
    if fault is not None:
        return RenderError("", f"{selection.feed.path} cannot be rendered: {fault}")
    for item in selection.items:
        fault = _fault(replace(selection, items=(item,)), format)
        if fault is not None:
            return RenderError(str(item.id), f"the item cannot be rendered: {fault}")
    return RenderError("", f"{selection.feed.path} cannot be rendered: {error}")


def _fault(selection: Selection, format: Format | None) -> Exception | None:
    """Return what making a selection ready raises, or with a format writing it."""
    try:
        tidy(selection) if format is None else _written(selection, format)
    except _UNFIT as error:
        return error
    return None
