"""Render a selection in one of the formats, or say which item stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

from feedsvc.errors import FeedsvcError
from feedsvc.formats import atom, jsonfeed, rss
from feedsvc.formats.dates import in_utc
from feedsvc.formats.setting import Setting
from feedsvc.formats.tidy import Tidied, tidy, tidy_one
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

    frame: Callable[[Selection, Collection[str]], tuple[bytes, bytes]]
    """Of a selection, and the prefixes that its entries need."""
    entry: Callable[[Selection, Item], bytes]
    updated: Callable[[datetime], bytes]
    """What stands in the frame for when the feed was updated."""
    needs: Callable[[Item], frozenset[str]] = lambda _: frozenset()
    """The prefixes of namespaces that an item needs, but not every feed."""
    between: bytes = b""


_WRITERS: Mapping[Format, Writer] = {
    "rss": Writer(rss.frame, rss.entry, rss.updated, rss.needs),
    "atom": Writer(atom.frame, atom.entry, atom.updated),
    "json": Writer(jsonfeed.frame, jsonfeed.entry, jsonfeed.updated, between=b",\n"),
}

_STAND_IN = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Of when a feed was updated, in a frame that is kept."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the entries of a feed in a format, as long as nothing but its items changes."""

    format: Format
    head: bytes
    """Up to when the feed was updated."""
    neck: bytes
    """From there to the first entry."""
    tail: bytes

    def around(self, entries: Sequence[bytes], updated: datetime) -> bytes:
        """Return the document of these entries, UTF-8."""
        writer = _WRITERS[self.format]
        head = (self.head, writer.updated(in_utc(updated)), self.neck)
        # In one go: a large feed is copied once only.
        if not writer.between or not entries:
            return b"".join((*head, *entries, self.tail))
        parts = [b"".join((*head, entries[0])), *entries[1:]]
        parts[-1] += self.tail
        return writer.between.join(parts)


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


def render(selection: Selection, format: Format) -> bytes:  # the word of the model
    """Return the selection in a format, UTF-8; the same selection always gives the same bytes.

    Every date comes from the selection, none from the clock. Raises RenderError for the first item
    that cannot be rendered.
    """
    try:
        return _written(selection, format)
    except _UNFIT as error:
        raise _blame(selection, format, error) from error


def prepare(setting: Setting, item: Item) -> Item | None:
    """Return an item as every format writes it in feeds of this setting; None where they do not show it.

    Raises RenderError with the reason.
    """
    try:
        return tidy_one(setting.selection, item)
    except _UNFIT as error:
        raise RenderError(str(item.id), f"the item cannot be rendered: {error}") from error


def entry(setting: Setting, prepared: Item, format: Format) -> tuple[bytes, frozenset[str]]:
    """Return a prepared item as it stands in any feed of this setting, and what it needs from the frame.

    Raises RenderError with the reason.
    """
    writer = _WRITERS[format]
    try:
        return writer.entry(setting.selection, prepared), writer.needs(prepared)
    except _UNFIT as error:
        raise RenderError(str(prepared.id), f"the item cannot be rendered: {error}") from error


def frame(selection: Selection, needs: Collection[str], format: Format) -> Frame:
    """Return what stands around the entries of a selection that need so much of it.

    Neither its items nor when it was updated matter. RenderError where the feed itself cannot be rendered.
    """
    try:
        return _frame(tidy(replace(selection, items=(), updated=_STAND_IN)), needs, format)
    except _UNFIT as error:
        raise RenderError("", f"{selection.feed.path} cannot be rendered: {error}") from error


def _frame(tidied: Tidied, needs: Collection[str], format: Format) -> Frame:
    writer = _WRITERS[format]
    head, tail = writer.frame(tidied, needs)
    # Once: no text of a feed can hold the tag or the quotes that belong to it.
    head, _, neck = head.partition(writer.updated(tidied.updated))
    return Frame(format, head, neck, tail)


def _written(selection: Selection, format: Format) -> bytes:
    writer, tidied = _WRITERS[format], tidy(selection)
    entries = [writer.entry(tidied, item) for item in tidied.items]
    needs = frozenset[str]().union(*map(writer.needs, tidied.items))
    return _frame(tidied, needs, format).around(entries, tidied.updated)


def _blame(selection: Selection, format: Format, error: Exception) -> RenderError:
    """Return the error that names the feed where it fails without items, else the item that fails alone."""
    fault = _fault(replace(selection, items=()), format)
    if fault is not None:
        return RenderError("", f"{selection.feed.path} cannot be rendered: {fault}")
    for item in selection.items:
        fault = _fault(replace(selection, items=(item,)), format)
        if fault is not None:
            return RenderError(str(item.id), f"the item cannot be rendered: {fault}")
    return RenderError("", f"{selection.feed.path} cannot be rendered: {error}")


def _fault(selection: Selection, format: Format) -> Exception | None:
    """Return what writing a selection raises."""
    try:
        _written(selection, format)
    except _UNFIT as error:
        return error
    return None
