"""Look at a folder of item files, and say what is new, changed, renamed, removed or broken in it.

    scan ─▶ what differs from the known state ─▶ what has settled ─▶ read, compose ─▶ ownership ─▶ Look

A look writes nothing: its caller stores what the Look says, and hands it back as `known` at the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import accumulate, takewhile

from feedsvc.model import Arrival, FileState, Problem
from feedsvc.sources import fields, guard, ownership
from feedsvc.sources.chains import chains
from feedsvc.sources.compose import Composed
from feedsvc.sources.look import NOTE, Look, notes, with_notes
from feedsvc.sources.ownership import Claim, Verdict
from feedsvc.sources.reading import Reader, Reading
from feedsvc.sources.rules import FolderRules
from feedsvc.sources.scan import Scan, Seen, Torn, scan

__all__ = ["Folder", "FolderRules", "Look"]

SETTLE = 0.5
"""Seconds that a file must stay the same before it is read: editors and copies write in pieces."""
CONFIRM = 0.5
"""Seconds until the second look that confirms a removal."""
PATIENCE = 1.5
"""The same while a new file is not settled yet: it may turn out to be the missing one."""
BATCH_FILES = 500
BATCH_BYTES = 4_194_304
"""What one look reads at the most: an item that is saved meanwhile must not wait for thousands of others."""
LARGE_BYTES = 65_536
BATCH_LARGE_BYTES = 1_048_576
"""The same for larger files, which are read when no other waits: one may take as long as hundreds."""


class Folder:
    """A folder of item files, and what must be remembered of it between looks by our own clock."""

    def __init__(self, rules: FolderRules) -> None:
        self.rules = rules
        self._reader = Reader(rules)
        self._still: dict[str, tuple[Seen, float]] = {}
        self._missed: dict[str, float] = {}
        self._held: set[str] | None = None
        """What the guard holds back; None until the first look."""

    def look(
        self,
        known: Mapping[str, FileState],
        monotonic: float,
        now: datetime,
        *,
        root: str = "",
        held: int = 0,
        confirm_removals: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Look:
        """Return what is different from `known`; what is still being written waits for a later look.

        `root` and `held` are those of the last Look, `monotonic` the caller's steady clock in seconds.
        `confirm_removals` lets a mass removal pass that the guard holds back. `progress` is told (done,
        all) while files are read: of all that are there, not only of those that this look reads.
        """
        found = scan(self.rules.root)
        if found.error:
            self._missed.clear()
            return Look(unreadable=found.error)
        readings, waiting = self._take(found, known, monotonic, now, progress)
        missing = _missing(found, known)
        claims = [reading.claim() for reading in readings.values()]
        moved = ownership.moves(claims, known, missing, _replaced(found, known) if claims else ())
        missing -= set(moved.values())
        due = self._due(missing, bool(waiting - known.keys()), monotonic)
        is_other = guard.is_other(root, found, known)
        # What is held once is held until somebody says what was meant, however many items come meanwhile.
        before = self._held if self._held is not None else missing if held else set()
        suspect = guard.held(self._missed, known, is_other=is_other) | (before & missing)
        self._held = set() if confirm_removals else suspect
        removed = due - self._held
        wishes = self._reader.wishes(known)
        verdict, torn = _decided(
            readings,
            {path: wish for path, wish in wishes.items() if path in found.files and path not in waiting},
            known,
            partial(ownership.decide, known=known, moved=moved, absent=missing - removed, removed=removed),
            lambda path: self._reader.read(path, found, replace(known[path], hash=""), now),
        )
        waiting |= torn
        look = _told(readings, known, moved, verdict, removed)
        look = with_notes(look, notes(found, self.rules.source), found, known)
        unsettled = bool(waiting or missing - due)
        seen = len(found.files) - len(waiting)
        place = guard.suspected(root) if is_other and (self._held or missing - due) else found.root
        return replace(
            look, held=len((due | before) & self._held), seen=seen, root=place, unsettled=unsettled
        )

    def _take(
        self,
        found: Scan,
        known: Mapping[str, FileState],
        monotonic: float,
        now: datetime,
        progress: Callable[[int, int], None] | None,
    ) -> tuple[dict[str, Reading], set[str]]:
        """Return the readings of what is new and settled, by path, and which paths wait for a later look."""
        news = self._reader.news(found, known, now)
        linked = chains(news, found.files, known)
        settled = self._settled(news, found, monotonic)
        batch = self._batch(_whole(settled, linked), found, linked)
        readings, torn = self._read(batch, found, known, now, _onward(progress, len(news), len(found.files)))
        # Without the one that is being written, nothing can be said of those that it hangs together with.
        torn |= {mate for path in torn for mate in linked.get(path, ())}
        readings = {path: reading for path, reading in readings.items() if path not in torn}
        return readings, (news - set(batch)) | torn

    def _settled(self, news: set[str], found: Scan, monotonic: float) -> set[str]:
        """Return those of the news that have been still long enough."""
        before, self._still = self._still, {}
        settled: set[str] = set()
        for path in news:
            seen = found.files[path]
            last, since = before.get(path, (None, monotonic))
            self._still[path] = (seen, since if last == seen else monotonic)
            if last == seen and monotonic - since >= SETTLE:
                settled.add(path)
        return settled

    def _batch(self, settled: set[str], found: Scan, linked: Mapping[str, frozenset[str]]) -> list[str]:
        """Return the files to read in this look, those that came last first, and all that go with them."""
        ordered = sorted(settled, key=lambda path: (-self._still[path][1], path))[:BATCH_FILES]
        small = [path for path in ordered if found.files[path].size <= LARGE_BYTES]
        most = BATCH_BYTES if small else BATCH_LARGE_BYTES
        batch = small or ordered
        sizes = accumulate(min(found.files[path].size, self.rules.max_file_bytes) for path in batch)
        fitting = sum(1 for _ in takewhile(lambda size: size <= most, sizes))
        batch = batch[: max(fitting, 1)]
        mates = (mate for path in batch for mate in sorted(linked.get(path, ())))
        return list(dict.fromkeys((*batch, *mates)))

    def _read(
        self,
        batch: list[str],
        found: Scan,
        known: Mapping[str, FileState],
        now: datetime,
        progress: Callable[[int], None],
    ) -> tuple[dict[str, Reading], set[str]]:
        """Return the readings by path, and the paths that changed while they were read."""
        readings: dict[str, Reading] = {}
        torn: set[str] = set()
        for done, path in enumerate(batch, 1):
            try:
                reading = self._reader.read(path, found, known.get(path), now)
                if reading:
                    readings[path] = reading
            except Torn:
                torn.add(path)
                del self._still[path]
            progress(done)
        return readings, torn

    def _due(self, missing: set[str], is_patient: bool, monotonic: float) -> set[str]:
        """Return the missing files whose second look this is."""
        self._missed = {path: self._missed.get(path, monotonic) for path in missing}
        wait = PATIENCE if is_patient else CONFIRM
        return {path for path, since in self._missed.items() if monotonic - since >= wait}


def _onward(progress: Callable[[int, int], None] | None, news: int, total: int) -> Callable[[int], None]:
    """Return what to tell of this look's files that are read, so that it is told of all files."""
    return lambda done: progress(total - news + done, total) if progress else None


def _decided(
    readings: dict[str, Reading],
    wishes: dict[str, Claim],
    known: Mapping[str, FileState],
    decide: Callable[[list[Claim]], Verdict],
    again: Callable[[str], Reading | None],
) -> tuple[Verdict, set[str]]:
    """Return who owns what, and the files that changed meanwhile; add to `readings` all whom it touches.

    Files that were refused an id ask for it again, with `wishes` that are remembered: who gets it now, or
    loses what he had kept, or is refused for the sake of another, is read `again`.
    """
    sure = {path for path, reading in readings.items() if reading.composed}
    owners = {state.guid: path for path, state in known.items()} if wishes else {}
    torn: set[str] = set()
    while True:
        claims = wishes | {path: reading.claim() for path, reading in readings.items()}
        verdict = decide([*claims.values()])
        unsure = [path for path in claims.keys() - sure if _is_news(claims[path], known, owners, verdict)]
        if not unsure:
            return verdict, torn
        for path in sorted(unsure):
            sure.add(path)
            wishes.pop(path, None)
            readings.pop(path, None)
            try:
                reading = again(path)
            except Torn:
                torn.add(path)
                continue
            if reading:
                readings[path] = reading


def _is_news(
    claim: Claim, known: Mapping[str, FileState], owners: Mapping[str, str], verdict: Verdict
) -> bool:
    """Say whether a verdict is another one than that which is remembered of the file."""
    owner = owners.get(claim.guid) if claim.guid else None
    is_same = verdict.guids[claim.path] == known[claim.path].guid
    return not is_same or verdict.refused.get(claim.path) != owner


def _whole(settled: set[str], linked: Mapping[str, frozenset[str]]) -> set[str]:
    """Return the settled files without those that must wait for one that is not."""
    return {path for path in settled if path not in linked or linked[path] <= settled}


def _replaced(found: Scan, known: Mapping[str, FileState]) -> set[str]:
    """Return the known paths at which another file lies now."""
    there = ((path, state, found.files.get(path)) for path, state in known.items())
    return {path for path, state, seen in there if seen is not None and seen.inode != state.inode}


def _missing(found: Scan, known: Mapping[str, FileState]) -> set[str]:
    """Return the known files that are not there, as far as the scan could see."""
    gone = (path for path, state in known.items() if path not in found.files and state.hash != NOTE)
    return {path for path in gone if not found.hides(path)}


def _told(
    readings: Mapping[str, Reading],
    known: Mapping[str, FileState],
    moved: Mapping[str, str],
    verdict: Verdict,
    removed: set[str],
) -> Look:
    """Return the look at the files that are items."""
    arrivals: list[Arrival] = []
    states: list[FileState] = []
    problems: dict[str, tuple[Problem, ...]] = {}
    for path, reading in readings.items():
        guid, owner = verdict.guids[path], verdict.refused.get(path)
        problems[path] = reading.problems(owner)
        wish = (reading.claim().guid or "") if owner is not None else ""
        state = reading.remembered(guid, problems[path], wish)
        states.append(state)
        before = known.get(path)
        is_same = before is not None and (before.guid, before.hash) == (guid, state.hash)
        if reading.composed and owner is None and not is_same:
            arrivals += _arrival(guid, reading.composed)
    forgotten = sorted({*moved.values(), *removed} - readings.keys())
    return Look(
        arrivals=tuple(arrivals),
        renamed=tuple(sorted((old, new) for new, old in moved.items())),
        gone=_gone(readings, known, verdict, removed),
        files=tuple(states),
        forgotten=tuple(forgotten),
        problems={**problems, **dict.fromkeys(forgotten, ())},
    )


def _arrival(guid: str, composed: Composed) -> list[Arrival]:
    if composed.article is None:
        return []
    uri = fields.uri(composed.guid)
    return [Arrival(guid, composed.article, uri, composed.slug, composed.draft, composed.media)]


def _gone(
    readings: Mapping[str, Reading], known: Mapping[str, FileState], verdict: Verdict, removed: set[str]
) -> tuple[str, ...]:
    """Return the guids that no file holds any more."""
    left = {known[path].guid for path in {*removed, *readings} if path in known}
    others = (state.guid for path, state in known.items() if path not in removed and path not in readings)
    return tuple(sorted(left - {*others, *verdict.guids.values(), ""}))
