"""Read the files of a folder that differ from what is remembered of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from feedsvc import article
from feedsvc.model import FileState, Problem
from feedsvc.sources import scan
from feedsvc.sources.compose import Composed, compose
from feedsvc.sources.fingerprint import Fingerprint, digest, load, sketch
from feedsvc.sources.ownership import Claim
from feedsvc.sources.problems import Report
from feedsvc.sources.rules import FolderRules
from feedsvc.sources.scan import Scan, Seen
from feedsvc.sources.shelf import Shelf

FAULT = "fault"
"""In place of the rules that a file was read under, where reading it met a bug of ours."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """One file that was read."""

    state: FileState
    """With the guid that it had before, and no hash yet."""
    fingerprint: Fingerprint | None
    """None where not even its bytes could be read."""
    composed: Composed | None
    """None where it is as it was, without fault: only touched."""

    def claim(self) -> Claim:
        """Return what the file says about itself; one that was only touched keeps what it has."""
        sound = self.composed is not None and self.composed.article is not None
        guid = self.composed.guid if self.composed and sound else None
        return Claim(self.state.path, guid, self.fingerprint, self.state.inode, sound)

    def problems(self, owner: str | None) -> tuple[Problem, ...]:
        """Return what is wrong with the file; `owner` is the file that has its id already, if one has."""
        if self.composed is None:
            return ()
        place = self.composed.id_place
        if owner is None or place is None:
            return self.composed.problems
        message = f"“{self.composed.guid}” is the id of {owner} already. Write another one, or none"
        return (*self.composed.problems, replace(place, message=message))

    def remembered(self, guid: str, problems: tuple[Problem, ...], wish: str) -> FileState:
        """Return the state to remember, complete with guid and fingerprint."""
        if self.fingerprint is None:
            return replace(self.state, guid=guid, hash="")
        told = replace(self.fingerprint, flawed=bool(problems), wish=wish)
        return replace(self.state, guid=guid, hash=told.dump())


class Reader:
    """Reads the files of one folder, and remembers between looks what their states do not hold."""

    def __init__(self, rules: FolderRules) -> None:
        self._rules = rules
        self._shelf = Shelf(rules)
        # Under another site, zone or cleaning policy the same bytes make another article.
        facts: tuple[object, ...] = (
            rules.source,
            rules.site_url,
            rules.timezone,
            rules.language,
            rules.subfolder_tags,
        )
        facts += (rules.max_html_bytes, article.POLICY)
        self._rules_hash = digest(repr(facts).encode())[:8]
        # What names feeds is read again when there are others, for what is told of it.
        self._feeds_hash = digest(repr((facts, rules.feeds)).encode())[:8]
        self._ctimes: dict[str, int] = {}
        self._faulty: set[str] = set()
        self._failed: dict[str, str] = {}
        self._prints: dict[str, tuple[int, Fingerprint | None]] = {}

    def news(self, found: Scan, known: Mapping[str, FileState], now: datetime) -> set[str]:
        """Return the paths of the files that must be read."""
        self._prints = {path: kept for path, kept in self._prints.items() if path in known}
        self._ctimes = {path: kept for path, kept in self._ctimes.items() if path in found.files}
        self._failed = {path: kept for path, kept in self._failed.items() if path in found.files}
        seconds = int(now.timestamp())
        return {
            path for path, seen in found.files.items() if self._is_news(path, seen, known.get(path), seconds)
        }

    def read(self, path: str, found: Scan, before: FileState | None, now: datetime) -> Reading | None:
        """Read one file and make an article of it, unless it is known to the byte and was without fault.

        None for a file that still cannot be read. Raises Torn for one that is being written.
        """
        seen = found.files[path]
        state = FileState(path, seen.size, seen.mtime_ns, seen.inode, "", before.guid if before else "")
        try:
            data = scan.read(self._rules.root, path, seen, found.real.get(path), self._rules.max_file_bytes)
        except FileNotFoundError as error:
            raise scan.Torn from error
        except OSError as error:
            return self._unreadable(state, error.strerror or str(error))
        self._failed.pop(path, None)
        self._ctimes[path] = seen.ctime_ns
        known = self._print(before) if before else None
        if known and known.content == digest(data) and not known.flawed and self._is_current(known, now):
            return Reading(state, known, None)
        composed = self._compose(data, path, now)
        return Reading(state, self._fingerprint(data, composed, now), composed)

    def wishes(self, known: Mapping[str, FileState]) -> dict[str, Claim]:
        """Return the claims of all files whose id another one had, as they are remembered."""
        # Those that were not asked for their print in `news` differ from it, and are read anyway.
        paths = [path for path, (_, print_) in self._prints.items() if print_ and print_.wish]
        prints = {path: self._print(known[path]) for path in paths}
        return {
            path: Claim(path, print_.wish, print_, known[path].inode)
            for path, print_ in prints.items()
            if print_ and print_.wish
        }

    def _is_news(self, path: str, seen: Seen, state: FileState | None, now: int) -> bool:
        """Say whether a file, or one that it shows, differs from what is remembered."""
        if state is None or (state.size, state.mtime_ns, state.inode) != (
            seen.size,
            seen.mtime_ns,
            seen.inode,
        ):
            return True
        # Whoever keeps size and mtime while changing the content cannot keep the ctime.
        if self._ctimes.setdefault(path, seen.ctime_ns) != seen.ctime_ns:
            return True
        known = self._print(state)
        return known is None or not self._is_current(known, now)

    def _is_current(self, known: Fingerprint, now: datetime | int) -> bool:
        """Say whether nothing but the file's own bytes could have changed its article."""
        seconds = now if isinstance(now, int) else int(now.timestamp())
        is_ours = known.rules in (self._rules_hash, self._feeds_hash) or known.content in self._faulty
        if not is_ours or 0 < known.until <= seconds:
            return False
        return all(self._shelf.is_as(media) for media in known.media)

    def _print(self, state: FileState) -> Fingerprint | None:
        # Of the text itself there would be a copy for every file.
        which = hash(state.hash)
        kept = self._prints.get(state.path)
        if kept is None or kept[0] != which:
            kept = self._prints[state.path] = (which, load(state.hash))
        return kept[1]

    def _compose(self, data: bytes, path: str, now: datetime) -> Composed:
        """Return what became of a file, also where a bug of ours stands in its way: it costs no other file.

        Such a file is tried again when it changes, and once by every process: the next may be mended.
        """
        content = digest(data)
        try:
            composed = compose(data, path, self._rules, self._shelf, now)
        except Exception as error:
            if content not in self._faulty:
                log.exception('compose source=%s path="%s" status=failed', self._rules.source, path)
            self._faulty.add(content)
            return _failed(self._rules, path, error)
        self._faulty.discard(content)
        return composed

    def _fingerprint(self, data: bytes, composed: Composed, now: datetime) -> Fingerprint:
        published = composed.article.published if composed.article else None
        content = digest(data)
        rules = self._feeds_hash if composed.article and composed.article.feeds else self._rules_hash
        return Fingerprint(
            content=content,
            rules=FAULT if content in self._faulty else rules,
            sketch=sketch(data),
            media=tuple(self._shelf.state(path) for path in composed.wanted),
            until=int(published.timestamp()) if published and published > now else 0,
        )

    def _unreadable(self, state: FileState, reason: str) -> Reading | None:
        if self._failed.get(state.path) == reason:
            return None
        self._failed[state.path] = reason
        report = Report(self._rules.source, state.path)
        report.error("E111", f"the file cannot be read: {reason}")
        return Reading(state, None, Composed(problems=tuple(report.problems)))


def _failed(rules: FolderRules, path: str, error: Exception) -> Composed:
    # What the error says may quote the file, which may be a draft: that is for the log alone.
    told = (
        f"feedsvc failed on this file ({type(error).__name__}): the log says where. Report it, with the file"
    )
    report = Report(rules.source, path)
    report.error("E114", told)
    return Composed(problems=tuple(report.problems))
