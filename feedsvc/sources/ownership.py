"""Decide whose item a file holds: identity across edits, renames and copies. Pure.

A file's guid is decided once, at its first good reading: the id in its fields, else its path. It stays
with the file through every edit and rename after that. Only a file whose guid was an id from its fields
changes it, when another id is written there: it is another item then.

The rule, where several files say one id: **a file keeps the id that it has until it gets the one that it
says; an id that is free goes to the first file by path that says it, and files that say each other's ids
exchange them**, also in a ring. So no file loses its item for what is written in another.

It asks who has which id, and what all files say now: not in which order that was found out. Deciding it
once more, after a restart or whenever, changes nothing.
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
    """What a file that was just read says about itself, or one that is remembered as it was read."""

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
    refused: Mapping[str, str] = field(default_factory=dict)
    """Path → the path of the file that owns the id."""


def moves(
    claims: Sequence[Claim],
    known: Mapping[str, FileState],
    missing: Collection[str],
    replaced: Collection[str] = (),
) -> dict[str, str]:
    """Return new path → old path of each file that was renamed.

    `missing` are the known paths that are not there any more, `replaced` those at which another file
    lies now.
    """
    claims = sorted(claims, key=lambda claim: claim.path)
    walked = _walked(claims, known, {*missing, *replaced})
    new = [claim for claim in claims if claim.path not in walked and not _has_item(claim, known)]
    # A new file is the renamed one rather than a file that was there before.
    new.sort(key=lambda claim: claim.path in known and claim.path not in replaced)
    waiting = {claim.path for claim in new if claim.path not in replaced and _was_refused(claim, known)}
    return walked | _moves(new, known, {*missing} - {*walked.values()}, waiting)


def decide(
    claims: Sequence[Claim],
    known: Mapping[str, FileState],
    moved: Mapping[str, str],
    absent: Collection[str] = (),
    removed: Collection[str] = (),
) -> Verdict:
    """Return the guid of each file that claims one, by the rule above.

    All other known files keep theirs; so do those that are `absent`, for they may be back in a moment.
    Those that are `removed` for good have given up theirs.
    """
    if not claims:
        return Verdict()
    claims = sorted(claims, key=lambda claim: claim.path)
    elsewhere = {*(claim.path for claim in claims), *moved.values(), *absent, *removed}
    owners = {state.guid: path for path, state in known.items() if state.guid and path not in elsewhere}
    had = _had(claims, known, moved, owners)
    owners |= {guid: path for path, guid in had.items() if guid}
    owners = {known[path].guid: path for path in sorted(absent) if known[path].guid} | owners
    leaving = [claim for claim in claims if claim.sound and not _stays(claim, had[claim.path])]
    wishes = {claim.path: claim.guid for claim in leaving if claim.guid}
    _exchange(wishes, owners)
    _pass_on(wishes, had, owners)
    refused = {path: owners[guid] for path, guid in wishes.items() if owners[guid] != path}
    used = {*owners, *had.values(), *(known[path].guid for path in removed)}
    for claim in leaving:
        if not claim.guid:
            guid = _fresh(claim.path, used)
            owners[guid] = claim.path
            used.add(guid)
    guids = {path: guid for guid, path in owners.items() if path in had}
    return Verdict(dict.fromkeys(had, "") | guids, refused)


def _exchange(wishes: Mapping[str, str], owners: dict[str, str]) -> None:
    """Let files that say each other's ids have them: each the next one's, and the last the first's."""
    seen: set[str] = set()
    for path in wishes:
        trail: list[str] = []
        while path in wishes and path not in seen:
            seen.add(path)
            trail.append(path)
            path = owners.get(wishes[path], "")
        if path in trail:
            owners |= {wishes[member]: member for member in trail[trail.index(path) :]}


def _pass_on(wishes: Mapping[str, str], had: Mapping[str, str], owners: dict[str, str]) -> None:
    """Give each free id to the first file by path that says it; then that which this one gives up."""
    first: dict[str, str] = {}
    for path in sorted(wishes):
        first.setdefault(wishes[path], path)
    free = first.keys() - owners.keys()
    while free:
        guid = free.pop()
        path = first[guid]
        owners[guid] = path
        if had[path]:
            del owners[had[path]]
            free |= {had[path]} & first.keys()


def _has_item(claim: Claim, known: Mapping[str, FileState]) -> bool:
    return claim.path in known and bool(known[claim.path].guid)


def _was_refused(claim: Claim, known: Mapping[str, FileState]) -> bool:
    print_ = load(known[claim.path].hash) if claim.path in known else None
    return print_ is not None and bool(print_.wish)


def _stays(claim: Claim, had: str) -> bool:
    """Say whether a file keeps the guid that it had."""
    return bool(had) and (not claim.sound or claim.guid in (None, had) or _is_path(had))


def _is_path(guid: str) -> bool:
    return files.is_item(re.sub(r"#\d+$", "", guid).rpartition("/")[2])


def _fresh(path: str, used: Collection[str]) -> str:
    number, guid = 1, path
    while guid in used:
        number += 1
        guid = f"{path}#{number}"
    return guid


def _had(
    claims: Sequence[Claim],
    known: Mapping[str, FileState],
    moved: Mapping[str, str],
    owners: Mapping[str, str],
) -> dict[str, str]:
    """Return the guid that each file had; "" where another has it: a crash leaves two with one."""
    had: dict[str, str] = {}
    used = set(owners)
    for claim in claims:
        left = claim.path not in moved and claim.path in moved.values()
        state = None if left else known.get(moved.get(claim.path, claim.path))
        had[claim.path] = state.guid if state and state.guid not in used else ""
        used.add(had[claim.path])
    return had


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
    new: Sequence[Claim], known: Mapping[str, FileState], missing: Collection[str], waiting: Collection[str]
) -> dict[str, str]:
    """Pair new paths with missing ones: by id, else by content, else by inode number and likeness.

    Who is `waiting` for an id is no rename of its owner: a copy, which gets the id if that is given up.
    """
    if not missing:
        return {}
    gone = {path: (known[path], load(known[path].hash)) for path in sorted(missing) if known[path].guid}
    moved: dict[str, str] = {}
    for is_same in (_same_id, _same_content, _same_inode):
        for claim in new:
            if claim.path in moved or (is_same is _same_id and claim.path in waiting):
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
