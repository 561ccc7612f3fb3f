"""Tell removals that somebody meant from files that are out of reach: pure.

A disk that is not mounted leaves an empty folder in its place, a synchroniser that has lost its way
removes by the hundred: what they take away is held back until somebody says that it was meant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from feedsvc.model import FileState
from feedsvc.sources.ownership import Verdict
from feedsvc.sources.scan import Scan

MANY_FILES = 10
MANY_SHARE = 0.2
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


def held(
    missing: Collection[str], known: Mapping[str, FileState], verdict: Verdict, *, is_other: bool
) -> set[str]:
    """Return the removals to hold back: all that take an item with them, if they are suspiciously many.

    Where another folder lies in place of theirs, one is too many.
    """
    owned = set(verdict.guids.values())
    items = {path for path in missing if known[path].guid and known[path].guid not in owned}
    everything = sum(bool(state.guid) for state in known.values())
    are_many = len(items) > MANY_FILES and len(items) > MANY_SHARE * everything
    return items if are_many or is_other else set()
