"""The result of looking at a folder, and what it tells of paths that are no items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from feedsvc.model import Arrival, FileState, Problem
from feedsvc.sources.scan import Scan

NOTE = "note"
"""The hash of a state that stands for no item: it only remembers that something was told about a path."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the folder found."""

    arrivals: tuple[Arrival, ...] = ()
    """Of new or changed files that could be read."""
    renamed: tuple[tuple[str, str], ...] = ()
    """(old path, new path), to be told: the item keeps its guid, and nothing needs to be done."""
    gone: tuple[str, ...] = ()
    """The guids of items whose file is confirmed to be removed."""
    held: int = 0
    """Removals that the guard holds back: more than a fifth, and more than ten, vanished at once."""
    files: tuple[FileState, ...] = ()
    """States to remember: new, changed or touched."""
    forgotten: tuple[str, ...] = ()
    """Paths to forget: removed or renamed away."""
    problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    """By path, for every path in `files` and `forgotten`; an empty tuple clears what was told before."""
    unsettled: bool = False
    """Look again in half a second: a file is being written, or a removal waits for its second look."""
    seen: int = 0
    """How many files count and are known now: without those that wait for a later look."""
    root: str = ""
    """Which folder this was, to be handed back at the next look; empty where it could not be read."""
    unreadable: str = ""
    """Why the folder itself could not be read; then nothing is withdrawn."""


def with_notes(look: Look, notes: Mapping[str, Problem], found: Scan, known: Mapping[str, FileState]) -> Look:
    """Add what is told of paths that are no items; forget those that are not there any more."""
    new = [path for path in notes if path not in known or known[path].hash != NOTE]
    old = [
        path
        for path, state in known.items()
        if state.hash == NOTE and path not in notes and path not in found.files
    ]
    if not new and not old:
        return look
    return replace(
        look,
        files=(*look.files, *(FileState(path, 0, 0, 0, NOTE) for path in sorted(new))),
        forgotten=(*look.forgotten, *old),
        problems={**look.problems, **{path: (notes[path],) for path in new}, **dict.fromkeys(old, ())},
    )


def notes(found: Scan, source: str) -> dict[str, Problem]:
    """Return what there is to tell of paths that are no items."""
    told = {
        **dict.fromkeys(found.conflicts, ("W209", "a synchroniser's conflict copy is left out")),
        **dict.fromkeys(found.outside, ("E112", "a link out of the folder, or to nothing, is not followed")),
        **{path: ("E111", f"the folder cannot be read: {why}") for path, why in found.unreadable.items()},
        **dict.fromkeys(found.special, ("E111", "this is a pipe, a socket or a device, not a file")),
        **dict.fromkeys(found.unnamed, ("E113", "the file's name is not UTF-8. Rename it")),
    }
    hints = {"W209": ". Take over what you need from it and remove it"}
    return {
        path: Problem(
            source=source,
            path=path,
            code=code,
            message=message + hints.get(code, ""),
            severity="warning" if code == "W209" else "error",
        )
        for path, (code, message) in told.items()
    }
