"""The publish gate: nothing replaces the live bytes of a feed unless it is fit to be read.

selection ─ render ─ check ─ read back ─▶ Built     (an item that stands in the way is left out)
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from feedsvc import formats
from feedsvc.errors import ParseError
from feedsvc.model import FORMATS, Format, Item, Selection
from feedsvc.sources import read_back


@dataclass(frozen=True, slots=True)
class Rejected:
    """An item that was left out of a document, and why."""

    item: Item
    format: Format
    reason: str


@dataclass(frozen=True, slots=True)
class Built:
    """A document that passed the gate; empty `body` where not even the feed without items did."""

    format: Format
    body: bytes
    rejected: tuple[Rejected, ...] = ()


def build(selection: Selection) -> list[Built]:
    """Render a selection in every format, each checked, each without the items that would break it."""
    # Where an item stands in the way, each format finds it, and goes on without it.
    with suppress(formats.RenderError):
        selection = formats.prepare(selection)
    return [_build(selection, format_) for format_ in FORMATS]


def build_one(selection: Selection, format_: Format) -> Built:
    """Render a selection in one format, checked, without the items that would break it."""
    with suppress(formats.RenderError):
        selection = formats.prepare(selection)
    return _build(selection, format_)


def fault(selection: Selection, format_: Format) -> str:
    """Say why a selection does not make a good document; empty if it does."""
    try:
        _checked(selection, format_)
    except (formats.RenderError, ParseError) as error:
        return str(error)
    return ""


def _build(selection: Selection, format_: Format) -> Built:
    try:
        return Built(format_, _checked(selection, format_))
    except (formats.RenderError, ParseError):
        pass
    good, rejected = _without_faulty(selection, format_)
    try:
        return Built(format_, _checked(good, format_), rejected)
    except (formats.RenderError, ParseError):
        return Built(format_, b"", rejected)


def _without_faulty(selection: Selection, format_: Format) -> tuple[Selection, tuple[Rejected, ...]]:
    """Try each item alone: the faults that can happen are an item's own."""
    rejected: list[Rejected] = []
    kept: list[Item] = []
    ids: set[str] = set()
    for item in selection.items:
        reason = fault(replace(selection, items=(item,)), format_)
        if not reason and item.id in ids:
            reason = f"another item has its id {item.id}"
        if reason:
            rejected.append(Rejected(item, format_, reason))
        else:
            kept.append(item)
            ids.add(item.id)
    return replace(selection, items=tuple(kept)), tuple(rejected)


def _checked(selection: Selection, format_: Format) -> bytes:
    body = formats.render(selection, format_)
    formats.check(body, format_)
    read = [id_ for id_, _ in read_back(body, format_)]
    expected = [item.id for item in selection.items]
    if read != expected:
        raise ParseError(_difference(read, expected))
    return body


def _difference(read: Sequence[str], expected: Sequence[str]) -> str:
    missing = [id_ for id_ in expected if id_ not in read]
    if missing:
        return f"a feed reader does not find {missing[0]} in it"
    return f"a feed reader finds {len(read)} items in it instead of {len(expected)}"
