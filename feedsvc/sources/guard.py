"""Tell removals that somebody meant from files that are out of reach: pure.

A disk that is not mounted leaves an empty folder in its place, a synchroniser that has lost its way
removes by the hundred: what they take away is held back until somebody says that it was meant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from feedsvc.model import FileState
from feedsvc.sources.scan import Scan

MANY_FILES = 10
MANY_SHARE = 0.2
QUIET = 60.0
"""Seconds without a removal that end a batch."""
_SUSPECT = "?"


def is_other(root: str, found: Scan, known: Mapping[str, FileState]) -> bool:
    """Say whether another folder lies where the items were: another one than `root`, with none of them in it.

    Also with some of them in it, once it was suspected to be another.
    """
    before = root.removesuffix(_SUSPECT)
    if not before or found.root == before:
        return False
    return before != root or not any(state.guid and path in found.files for path, state in known.items())


def suspected(root: str) -> str:
    """Return the name of a folder that another one took the place of."""
    return root.removesuffix(_SUSPECT) + _SUSPECT


def held(since: Mapping[str, float], known: Mapping[str, FileState], *, is_other: bool) -> set[str]:
    """Return the removals to hold back: of each batch all that take an item with them, if they are many.

    `since` says when each path was missed first. What vanishes after a minute of quiet is another batch: a
    single removal passes while many others are held. Where another folder lies in place of theirs, one
    removal is too many.
    """
    if not since:
        return set()
    there = {state.guid for path, state in known.items() if path not in since}
    items = [path for path in since if known[path].guid and known[path].guid not in there]
    everything = sum(bool(state.guid) for state in known.values())
    batches = [items] if is_other else _batches(items, since)
    return {
        path
        for batch in batches
        for path in batch
        if is_other or (len(batch) > MANY_FILES and len(batch) > MANY_SHARE * everything)
    }


def _batches(paths: Collection[str], since: Mapping[str, float]) -> list[list[str]]:
    batches: list[list[str]] = []
    for path in sorted(paths, key=lambda path: since[path]):
        if not batches or since[path] - since[batches[-1][-1]] >= QUIET:
            batches.append([])
        batches[-1].append(path)
    return batches
