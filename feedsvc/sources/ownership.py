"""Decide whose item a file holds: identity across edits, renames and copies. Pure.

The rule: a file's guid is decided once, at its first good reading: the id in its fields, else its path.
It stays with the file through every edit and rename after that. Only a file whose guid was an id from its
fields changes it, when another id is written there: it is another item then.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from feedsvc.model import FileState
from feedsvc.sources import files
from feedsvc.sources.fingerprint import Fingerprint, load

LIKENESS = 0.25
"""Of two texts under one inode number: below it the number was given to a new file, as ext4 does at once."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a file that was just read says about itself."""

    path: str
    guid: str | None
    """The id in its fields."""
    fingerprint: Fingerprint | None
    inode: int
    sound: bool = True
    """Whether it gave an article: a broken file keeps what it had, and gets nothing new."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who owns what, after a look."""

    guids: Mapping[str, str] = field(default_factory=dict)
    """By path, for every claim; "" for a file that holds no item."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """New path → old path."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Path → the path of the file that owns the id already."""


def decide(
    claims: Sequence[Claim],
    known: Mapping[str, FileState],
    missing: Collection[str],
    replaced: Collection[str] = (),
) -> Verdict:
    """Return the guid of each file that was read, and which files were renamed.

    `missing` are the known paths that are not there any more, `replaced` those at which another file
    lies now. The owner of an id keeps it; among new files the first by path gets it.
    """
    claims = sorted(claims, key=lambda claim: claim.path)
    walked = _walked(claims, known, {*missing, *replaced})
    moved = walked | _moves(
        [claim for claim in claims if claim.path not in walked], known, {*missing} - {*walked.values()}
    )
    before = {claim.path: _guid_before(claim, known, moved) for claim in claims}
    taken = {*before, *moved.values(), *missing}
    owners = {state.guid: path for path, state in known.items() if state.guid and path not in taken}
    guids: dict[str, str] = {}
    refused: dict[str, str] = {}
    for claim in sorted(claims, key=lambda claim: not _stays(claim, before[claim.path])):
        old = before[claim.path]
        wanted = old if _stays(claim, old) else claim.guid or ""
        if wanted and wanted in owners:
            refused[claim.path], wanted = owners[wanted], "" if old in owners else old
        elif not wanted and claim.sound:
            gone = {known[path].guid for path in missing if path not in moved.values()}
            wanted = _fresh(claim.path, {*owners, *gone, *before.values()})
        guids[claim.path] = wanted
        if wanted:
            owners[wanted] = claim.path
    return Verdict(guids, moved, refused)


def _stays(claim: Claim, old: str) -> bool:
    """Say whether a file keeps the guid that it had."""
    return bool(old) and (not claim.sound or claim.guid in (None, old) or _is_path(old))


def _is_path(guid: str) -> bool:
    return files.is_item(re.sub(r"#\d+$", "", guid).rpartition("/")[2])


def _fresh(path: str, owned: Collection[str]) -> str:
    number, guid = 1, path
    while guid in owned:
        number += 1
        guid = f"{path}#{number}"
    return guid


def _guid_before(claim: Claim, known: Mapping[str, FileState], moved: Mapping[str, str]) -> str:
    if claim.path not in moved and claim.path in moved.values():
        return ""
    state = known.get(moved.get(claim.path, claim.path))
    return state.guid if state else ""


def _walked(claims: Sequence[Claim], known: Mapping[str, FileState], left: Collection[str]) -> dict[str, str]:
    """Pair paths with those that their files have left: the very file, by inode number and content.

    So names can also be exchanged or passed on, `b.md` to `c.md` and `a.md` to `b.md`. A file that is
    moved over another takes its place instead: that item's readers must not lose it.
    """
    homes = {known[path].inode: path for path in left if known[path].guid}
    moved: dict[str, str] = {}
    for claim in claims:
        home = homes.get(claim.inode)
        if home and home != claim.path and (claim.path in left or claim.path not in known):
            state = known[home]
            if _same_content(claim, state, load(state.hash)):
                moved[claim.path] = homes.pop(claim.inode)
    while over := [path for path in moved if path in known and path not in moved.values()]:
        for path in over:
            del moved[path]
    return moved


def _moves(
    claims: Sequence[Claim], known: Mapping[str, FileState], missing: Collection[str]
) -> dict[str, str]:
    """Pair new paths with missing ones: by id, else by content, else by inode number and likeness."""
    if not missing:
        return {}
    gone = {path: (known[path], load(known[path].hash)) for path in sorted(missing) if known[path].guid}
    new = [claim for claim in claims if claim.path not in known or not known[claim.path].guid]
    moved: dict[str, str] = {}
    for is_same in (_same_id, _same_content, _same_inode):
        for claim in new:
            if claim.path in moved:
                continue
            found = [path for path, (state, print_) in gone.items() if is_same(claim, state, print_)]
            if found:
                best = min(found, key=lambda path: _distance(claim, gone[path][0]))
                moved[claim.path] = best
                del gone[best]
    return moved


def _distance(claim: Claim, state: FileState) -> tuple[bool, bool, str]:
    name = claim.path.rpartition("/")[2] != state.path.rpartition("/")[2]
    return claim.inode != state.inode, name, state.path


def _same_id(claim: Claim, state: FileState, _: Fingerprint | None) -> bool:
    return claim.guid is not None and claim.guid == state.guid


def _same_content(claim: Claim, state: FileState, print_: Fingerprint | None) -> bool:
    if print_ is None or claim.fingerprint is None:
        return False
    return claim.fingerprint.content == print_.content and _may_be(claim, state)


def _same_inode(claim: Claim, state: FileState, print_: Fingerprint | None) -> bool:
    if print_ is None or claim.fingerprint is None or claim.inode != state.inode:
        return False
    return claim.fingerprint.resembles(print_) >= LIKENESS and _may_be(claim, state)


def _may_be(claim: Claim, state: FileState) -> bool:
    """Say whether nothing that is written contradicts: an id that differs from a written one does."""
    return claim.guid is None or _is_path(state.guid)
