"""The publish gate: nothing replaces the live bytes of a feed unless it is fit to be read.

    each item ─ render ─ check ─ lint ─▶ entries ─ assemble ─▶ Built
                (once: an entry that has passed is kept until the item changes)

An item that stands in the way is left out. The document is the feed's own head and tail, checked as a
feed without items, around entries that each passed in one like it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from feedsvc import formats
from feedsvc.errors import ParseError
from feedsvc.feeds import entry_version, is_versioned
from feedsvc.feeds.lint import MOST_OF_A_CODE, Finding, lint
from feedsvc.formats import Setting
from feedsvc.memo import Memo
from feedsvc.model import FORMATS, Format, Item, Selection

KEPT_BYTES = 32 * 1024 * 1024
MOST_KEPT_BYTES = 256 * 1024 * 1024
"""Where a feed shows so many items that they do not fit into the former, as one of all items may."""
FRAMES_BYTES = 2 * 1024 * 1024
OVERHEAD_BYTES = 400
TOGETHER = 100
"""How many new items are tried as one document: fewer of them would only pay for its frame more often."""


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


class Entry(NamedTuple):
    """An item in a format, looked at by itself: a reason to leave it out, or its bytes.

    Without either, this feed does not show the item. A tuple, because so many are taken apart at once.
    """

    body: bytes = b""
    reason: str = ""
    warnings: int = 0
    needs: frozenset[str] = frozenset()
    """From the frame of its document."""


class Kept(NamedTuple):
    """An entry, and the version of the item that it was made from."""

    version: Hashable
    entry: Entry


def build(selection: Selection) -> list[Built]:
    """Render a selection in every format, each checked, each without the items that would break it."""
    return [build_one(selection, format_) for format_ in FORMATS]


def build_one(selection: Selection, format_: Format) -> Built:
    """Render a selection in one format, checked, without the items that would break it."""
    ids = [*map(_ID, selection.items)]
    entries: Sequence[Entry] = _entries(selection, ids, format_)
    bodies, warnings, needs = _apart(entries)
    rejected: tuple[Rejected, ...] = ()
    # Nearly always all are shown: then no entry is looked at by itself.
    if not all(bodies) or len({*ids}) < len(ids):
        entries, rejected = _shown(selection.items, entries, format_)
        bodies, warnings, needs = _apart(entries)
    return Built(format_, _assembled(selection, bodies, needs, format_), rejected, sum(warnings))


def _apart(
    entries: Sequence[Entry],
) -> tuple[Sequence[bytes], Sequence[int], Sequence[frozenset[str]]]:
    """Return bodies, warnings and needs of entries."""
    if not entries:
        return (), (), ()
    bodies, _, warnings, needs = zip(*entries, strict=True)
    return bodies, warnings, needs


def _shown(
    items: Iterable[Item], entries: Iterable[Entry], format_: Format
) -> tuple[list[Entry], tuple[Rejected, ...]]:
    """Return the entries to show, and the items that are left out."""
    kept: dict[str, Entry] = {}
    rejected: list[Rejected] = []
    for item, entry in zip(items, entries, strict=True):
        if entry.reason or item.id in kept:
            reason = entry.reason or f"another item has its id {item.id}"
            rejected.append(Rejected(item, format_, reason))
        elif entry.body:
            kept[item.id] = entry
    return list(kept.values()), tuple(rejected)


def _assembled(
    selection: Selection, bodies: Sequence[bytes], needs: Iterable[frozenset[str]], format_: Format
) -> bytes:
    """Return the document of these entries that need so much of its frame; empty where there can be none."""
    try:
        frame = _frame(selection, frozenset(chain.from_iterable(filter(None, needs))), format_)
        body = frame.around(bodies, selection.updated)
    except (ValueError, formats.RenderError, ParseError):
        return b""
    # A feed's entries are looked for one after another, in each of the formats.
    _KEPT.widen(len(FORMATS) * (len(body) + len(bodies) * OVERHEAD_BYTES))
    return body


def _frame(selection: Selection, needs: frozenset[str], format_: Format) -> formats.Frame:
    """Return what stands around the entries of a selection, checked as a feed without any."""
    withdrawn = tuple((item.id, item.published, item.withdrawn_at) for item in selection.withdrawn)
    key = (format_, needs, selection.site, selection.feed, selection.hubs, selection.archive, withdrawn)
    kept = _FRAMES.look("", [key])[0]
    if kept is not None:
        return kept
    frame = formats.frame(selection, needs, format_)
    body = frame.around((), selection.updated)
    formats.check(body, format_)
    _FRAMES.put("", key, frame, len(body) + OVERHEAD_BYTES * (len(withdrawn) + 2))
    return frame


def _entries(selection: Selection, ids: Sequence[str], format_: Format) -> list[Entry]:
    """Return the entry of each item: kept ones, and the others made and tried together, else one by one."""
    setting = formats.Setting.of(selection.site, selection.feed)
    shelf, items = (format_, setting.key), selection.items
    versions = [*map(entry_version, items)]
    found = _KEPT.look(shelf, ids)
    new = [
        place
        for place, (kept, version) in enumerate(zip(found, versions, strict=True))
        if kept is None or kept[0] != version
    ]
    made = _tried(setting, [items[place] for place in new], format_) if new else []
    for place, entry in zip(new, made, strict=True):
        item = items[place]
        kept = found[place] = Kept(versions[place], entry)
        if is_versioned(item):
            _KEPT.put(shelf, item.id, kept, len(entry.body) + OVERHEAD_BYTES)
    return [kept[1] for kept in found if kept]


def _tried(setting: Setting, items: Sequence[Item], format_: Format) -> list[Entry]:
    """Return the entry of each item, so many tried together as the lint can read and tell apart."""
    if len(items) <= TOGETHER:
        return _tried_together(setting, items, format_)
    parts = (items[begin : begin + TOGETHER] for begin in range(0, len(items), TOGETHER))
    return [entry for part in parts for entry in _tried_together(setting, part, format_)]


def _tried_together(setting: Setting, items: Sequence[Item], format_: Format) -> list[Entry]:
    # First all of one step, then all of the next: what a step needs stays in the processor's caches.
    prepared = [_prepared(setting, item) for item in items]
    rendered = [_rendered(setting, each, format_) for each in prepared]
    shown = {item.id: entry for item, entry in zip(items, rendered, strict=True) if entry.body}
    try:
        findings = _findings(setting, shown, format_)
    except (formats.RenderError, ParseError):
        if len(items) == 1:
            return [_alone(setting, items[0], rendered[0], format_)]
        half = len(items) // 2
        parts = (items[:half], items[half:])
        return [entry for part in parts for entry in _tried_together(setting, part, format_)]
    if not findings:
        return rendered
    return [_judged(entry, findings.get(item.id, ())) for item, entry in zip(items, rendered, strict=True)]


def _prepared(setting: Setting, item: Item) -> Item | Entry:
    """Return an item fit to be rendered, else what it is without that: left out, or not of such a feed."""
    try:
        return formats.prepare(setting, item) or Entry()
    except formats.RenderError as error:
        return Entry(reason=str(error))


def _rendered(setting: Setting, prepared: Item | Entry, format_: Format) -> Entry:
    if isinstance(prepared, Entry):
        return prepared
    try:
        body, needs = formats.entry(setting, prepared, format_)
    except formats.RenderError as error:
        return Entry(reason=str(error))
    return Entry(body, needs=needs)


def _alone(setting: Setting, item: Item, entry: Entry, format_: Format) -> Entry:
    """Return why an entry that failed by itself is left out."""
    try:
        _findings(setting, {item.id: entry}, format_)
    except (formats.RenderError, ParseError) as error:
        return Entry(reason=entry.reason or str(error))
    return entry


def _findings(
    setting: Setting, entries: Mapping[str, Entry], format_: Format
) -> Mapping[str, Sequence[Finding]]:
    """Return what the lint finds in each of these entries; ParseError where a reader would not find them."""
    bodies, _, needs = _apart([*entries.values()])
    body = _assembled(setting.selection, bodies, needs, format_)
    formats.check(body, format_)
    report = lint(body)
    if list(report.facts.item_ids) != list(entries):
        raise ParseError(_difference(report.facts.item_ids, list(entries)))
    if len(report.findings) >= MOST_OF_A_CODE and len(entries) > 1:
        raise ParseError("there is so much wrong with them that the lint does not tell all of it")
    findings: dict[str, list[Finding]] = {}
    for finding in report.findings:
        findings.setdefault(finding.item, []).append(finding)
    return findings


def _judged(entry: Entry, findings: Sequence[Finding]) -> Entry:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors and entry.body:
        return Entry(reason="; ".join(_sentences(errors)))
    warnings = sum(finding.severity == "warning" for finding in findings)
    return entry._replace(warnings=warnings) if warnings else entry


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


_ID: Callable[[Item], str] = attrgetter("id")

_KEPT: Memo[Kept] = Memo(KEPT_BYTES, MOST_KEPT_BYTES)
"""The same item in the same setting always gives the same entry, so it is made and tried once.

By setting and id, so that what takes an item's place in all feeds takes it here.
"""

_FRAMES: Memo[formats.Frame] = Memo(FRAMES_BYTES)
