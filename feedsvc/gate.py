"""The publish gate: nothing replaces the live bytes of a feed unless it is fit to be read.

    each item ─ render ─ check ─ lint ─ read back ─▶ entries ─ assemble ─▶ Built
                (once: an entry that has passed is kept until the item changes)

An item that stands in the way is left out. The document is the feed's own head and tail, checked as a
feed without items, around entries that each passed in one like it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256

from feedsvc import formats
from feedsvc.errors import ParseError
from feedsvc.feeds import entry_key
from feedsvc.feeds.lint import Finding, lint
from feedsvc.memo import Memo
from feedsvc.model import FORMATS, Format, Item, Selection
from feedsvc.sources import read_back

KEPT_BYTES = 32 * 1024 * 1024
OVERHEAD_BYTES = 400


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
    warnings: int = 0
    """What the lint says of its items beside errors, which cost an item its place."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item in a format, looked at by itself: a reason to leave it out, or its bytes.

    Without either, this feed does not show the item.
    """

    body: bytes = b""
    reason: str = ""
    warnings: int = 0


def build(selection: Selection) -> list[Built]:
    """Render a selection in every format, each checked, each without the items that would break it."""
    return [build_one(selection, format_) for format_ in FORMATS]


def build_one(selection: Selection, format_: Format) -> Built:
    """Render a selection in one format, checked, without the items that would break it."""
    frame = replace(selection, items=())
    with suppress(formats.RenderError):
        frame = formats.prepare(frame)
    entries = _entries(frame, selection.items, format_)
    kept: dict[str, Entry] = {}
    rejected: list[Rejected] = []
    for item, entry in zip(selection.items, entries, strict=True):
        if entry.reason or item.id in kept:
            reason = entry.reason or f"another item has its id {item.id}"
            rejected.append(Rejected(item, format_, reason))
        elif entry.body:
            kept[item.id] = entry
    warnings = sum(entry.warnings for entry in kept.values())
    body = _assembled(frame, [entry.body for entry in kept.values()], format_)
    return Built(format_, body, tuple(rejected), warnings)


def _assembled(frame: Selection, entries: Sequence[bytes], format_: Format) -> bytes:
    try:
        formats.check(formats.assemble(frame, (), format_), format_)
        return formats.assemble(frame, entries, format_)
    except (formats.RenderError, ParseError):
        return b""


def _entries(frame: Selection, items: Sequence[Item], format_: Format) -> list[Entry]:
    """Return the entry of each item: kept ones, and the others made and tried together, else one by one."""
    context = sha256(repr((formats.RENDERER, format_, frame.site, frame.feed)).encode()).digest()
    keys = [entry_key(item) for item in items]
    found = [_KEPT.get((context, key)) if key else None for key in keys]
    new = [item for item, entry in zip(items, found, strict=True) if entry is None]
    made = iter(_tried(frame, new, format_))
    entries = [entry or next(made) for entry in found]
    for key, before, entry in zip(keys, found, entries, strict=True):
        if key and before is None:
            _KEPT.put((context, key), entry, len(entry.body) + OVERHEAD_BYTES)
    return entries


def _tried(frame: Selection, items: Sequence[Item], format_: Format) -> list[Entry]:
    rendered = [_rendered(frame, item, format_) for item in items]
    shown = {item.id: entry for item, entry in zip(items, rendered, strict=True) if entry.body}
    try:
        findings = _findings(frame, shown, format_)
    except (formats.RenderError, ParseError):
        if len(items) > 1:
            return [entry for item in items for entry in _tried(frame, [item], format_)]
        return [_alone(frame, items[0], rendered[0], format_)]
    return [_judged(entry, findings.get(item.id, ())) for item, entry in zip(items, rendered, strict=True)]


def _rendered(frame: Selection, item: Item, format_: Format) -> Entry:
    try:
        return Entry(formats.entry(frame, item, format_))
    except formats.RenderError as error:
        return Entry(reason=str(error))


def _alone(frame: Selection, item: Item, entry: Entry, format_: Format) -> Entry:
    """Return why an entry that failed by itself is left out."""
    try:
        _findings(frame, {item.id: entry}, format_)
    except (formats.RenderError, ParseError) as error:
        return Entry(reason=entry.reason or str(error))
    return entry


def _findings(
    frame: Selection, entries: Mapping[str, Entry], format_: Format
) -> Mapping[str, Sequence[Finding]]:
    """Return what the lint finds in each of these entries; ParseError where readers would not find them."""
    body = formats.assemble(frame, [entry.body for entry in entries.values()], format_)
    formats.check(body, format_)
    read = [id_ for id_, _ in read_back(body, format_)]
    if read != list(entries):
        raise ParseError(_difference(read, list(entries)))
    findings: dict[str, list[Finding]] = {}
    for finding in lint(body).findings:
        findings.setdefault(finding.item, []).append(finding)
    return findings


def _judged(entry: Entry, findings: Sequence[Finding]) -> Entry:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors and entry.body:
        return Entry(reason="; ".join(_sentences(errors)))
    return replace(entry, warnings=sum(finding.severity == "warning" for finding in findings))


def _sentences(errors: Sequence[Finding]) -> Iterator[str]:
    for error in errors:
        yield (
            f"{error.code}: {error.rule.what} ({error.told})"
            if error.told
            else f"{error.code}: {error.rule.what}"
        )


def _difference(read: Sequence[str], expected: Sequence[str]) -> str:
    missing = [id_ for id_ in expected if id_ not in read]
    if missing:
        return f"a feed reader does not find {missing[0]} in it"
    return f"a feed reader finds {len(read)} items in it instead of {len(expected)}"


_KEPT: Memo[Entry] = Memo(KEPT_BYTES)
"""The same item in the same feed's frame always gives the same entry, so it is made and tried once."""
