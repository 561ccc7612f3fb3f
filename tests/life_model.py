"""The model of the life tests: what the items must be after whatever happened to files and upstream feeds.

It says the rules once more, in the simplest way: whose item a file is, when an item is published,
and what the public may see at a moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from feedsvc.model import Arrival, Article, State
from feedsvc.sources import fields
from feedsvc.sources.compose import Composed
from tests.life_files import IDS

FOLDER = "items"
Key = tuple[str, str]
"""Source and guid."""


@dataclass(frozen=True)
class File:
    """A file as a look finds it."""

    data: bytes
    place: tuple[int, int, int]
    """Its inode number, when it was changed, and the size of the picture that it shows."""
    seed: int
    """Of its long text; 0 where there is none."""
    word: str
    made: Composed


@dataclass(frozen=True)
class Known:
    """What a look remembers of a file."""

    data: bytes
    place: tuple[int, int, int]
    seed: int
    guid: str
    refused: bool = False


@dataclass(frozen=True)
class Expected:
    """An item as it must be."""

    article: Article
    told: tuple[object, ...]
    """Everything that its file says, to tell whether it says something else now."""
    chosen_slug: str
    word: str
    state: State
    published: datetime
    is_back: bool = False
    """Whether it was taken back: its file removed, or made a draft after readers had seen it."""

    def is_hidden(self, now: datetime) -> bool:
        """Say whether it is a draft or under an embargo; without a date it was published at once."""
        is_embargoed = self.published > now and self.article.published is not None
        return self.state == "draft" or is_embargoed

    def is_visible(self, now: datetime) -> bool:
        expires = self.article.expires
        return self.state == "published" and self.published <= now and (expires is None or now < expires)


@dataclass
class Model:
    """Everything that must be so."""

    known: dict[str, Known] = field(default_factory=dict)
    items: dict[Key, Expected] = field(default_factory=dict)

    def look(self, files: Mapping[str, File], now: datetime) -> None:
        """Take the files of the folder in, until nothing is left that another look would change."""
        for _ in range(5):
            before = (dict(self.known), dict(self.items))
            self._look(files, now)
            if before == (self.known, self.items):
                return
        raise AssertionError("the model does not settle")

    def answer(self, source: str, arrivals: Iterable[tuple[Arrival, str]], now: datetime) -> None:
        """Take in what an upstream feed answered; of two with one guid the first counts."""
        first: dict[str, tuple[Arrival, str]] = {}
        for arrival, word in arrivals:
            first.setdefault(arrival.guid, (arrival, word))
        for arrival, word in first.values():
            self._arrive(source, arrival, word, now)

    def words(self, now: datetime) -> set[str]:
        """Return the words that the public may see."""
        return {item.word for item in self.items.values() if item.is_visible(now)}

    def _look(self, files: Mapping[str, File], now: datetime) -> None:
        missing = self.known.keys() - files.keys()
        changed = [path for path, file in sorted(files.items()) if self._is_changed(path, file)]
        walked = _walked(changed, files, self.known, missing)
        rest = [path for path in changed if path not in walked]
        moved = walked | _moves(rest, files, self.known, missing - set(walked.values()))
        refused = {path for path, known in self.known.items() if known.refused and path in files}
        news = sorted({*changed, *refused})
        left = set(moved.values()) - moved.keys()
        had = {path: "" if path in left else self._had(moved.get(path, path)) for path in news}
        held = {self._had(path) for path in (*missing, *news)}
        kept = {path: known for path, known in self.known.items() if path not in missing and path not in news}
        lost = {self._had(path) for path in missing if path not in moved.values()}
        self.known = kept | _owned(news, files, had, kept, lost)
        for path, known in self.known.items():
            made = files[path].made
            if known.guid and made.article and not known.refused:
                self._arrive(FOLDER, _arrival(known.guid, made), files[path].word, now)
        for guid in held - {known.guid for known in self.known.values()} - {""}:
            self._leave((FOLDER, guid), now)

    def _is_changed(self, path: str, file: File) -> bool:
        known = self.known.get(path)
        return known is None or (known.data, known.place) != (file.data, file.place)

    def _had(self, path: str) -> str:
        known = self.known.get(path)
        return known.guid if known else ""

    def _arrive(self, source: str, arrival: Arrival, word: str, now: datetime) -> None:
        before = self.items.get((source, arrival.guid))
        told = (arrival.article, arrival.slug, arrival.draft, arrival.media)
        if before and (arrival.draft if before.is_back else before.told == told):
            return
        is_hidden = before is None or before.is_hidden(now)
        if arrival.draft and not is_hidden:
            self._leave((source, arrival.guid), now)
            return
        published = arrival.article.published
        if published is None:
            is_released = before is None or (is_hidden and not arrival.draft)
            published = now.replace(microsecond=0) if before is None or is_released else before.published
        state: State = "draft" if arrival.draft else "published"
        self.items[source, arrival.guid] = Expected(
            arrival.article, told, arrival.slug or "", word, state, published
        )

    def _leave(self, key: Key, now: datetime) -> None:
        item = self.items[key]
        if not item.is_back:
            was_seen = item.state == "published" and item.published <= now
            self.items[key] = replace(item, state="withdrawn" if was_seen else "draft", is_back=True)


def _arrival(guid: str, made: Composed) -> Arrival:
    assert made.article is not None
    return Arrival(guid, made.article, fields.uri(made.guid), made.slug, made.draft, made.media)


def _is_written(guid: str) -> bool:
    return guid in IDS


def _walked(
    news: Iterable[str], files: Mapping[str, File], known: Mapping[str, Known], missing: Collection[str]
) -> dict[str, str]:
    """Return the old path of each file that is untouched under another name, unless it lies over a third."""
    left = {path for path, old in known.items() if path in missing or files[path].place[0] != old.place[0]}
    homes = {known[path].place[0]: path for path in left if known[path].guid}
    walked = {
        path: home
        for path in news
        if (home := homes.get(files[path].place[0], path)) != path
        and (path in left or path not in known)
        and files[path].data == known[home].data
        and _may_be(files[path], known[home])
    }
    while over := {path for path in walked if path in known} - set(walked.values()):
        walked = {path: home for path, home in walked.items() if path not in over}
    return walked


def _may_be(file: File, old: Known) -> bool:
    return _guid(file) is None or not _is_written(old.guid)


def _moves(
    news: Iterable[str], files: Mapping[str, File], known: Mapping[str, Known], missing: Collection[str]
) -> dict[str, str]:
    """Return the old path of each file that was renamed: by id, else by its bytes, else by inode and text."""
    left = {path for path in missing if known[path].guid}
    moved: dict[str, str] = {}

    def is_new(path: str) -> bool:
        return path not in known or known[path].place[0] != files[path].place[0]

    def is_same(kind: str, file: File, old: Known) -> bool:
        if kind == "id":
            return _guid(file) == old.guid
        if kind == "bytes":
            return file.data == old.data and _may_be(file, old)
        return file.place[0] == old.place[0] and 0 < file.seed == old.seed and _may_be(file, old)

    for kind in ("id", "bytes", "inode"):
        for path in sorted(news, key=lambda path: not is_new(path)):
            if path in moved or (path in known and known[path].guid):
                continue
            if kind == "id" and not is_new(path) and known[path].refused:
                # A copy that waits for the id is not the file that had it, under another name.
                continue
            found = [old for old in left if is_same(kind, files[path], known[old])]
            if found:
                moved[path] = min(found, key=lambda old: _distance(path, files[path], old, known[old]))
                left.remove(moved[path])
    return moved


def _distance(path: str, file: File, old: str, known: Known) -> tuple[bool, bool, str]:
    return file.place[0] != known.place[0], path.rpartition("/")[2] != old.rpartition("/")[2], old


def _guid(file: File) -> str | None:
    return file.made.guid if file.made.article else None


def _owned(
    news: Iterable[str],
    files: Mapping[str, File],
    had: Mapping[str, str],
    kept: Mapping[str, Known],
    lost: Collection[str],
) -> dict[str, Known]:
    """Return what is remembered of the files, by the rule of ids.

    A file keeps the id that it has until it gets the one that it says. One that is free goes to the first by
    path that says it; files that say each other's exchange them.
    """
    owners = {known.guid: path for path, known in kept.items() if known.guid}
    owners |= {had[path]: path for path in news if had[path]}
    wishes = {path: _wish(files[path], had[path]) for path in news}
    wishes = {path: guid for path, guid in wishes.items() if guid}
    while ready := next((chain for path in wishes if (chain := _chain(path, wishes, owners))), []):
        for path in ready:
            owners = {guid: owner for guid, owner in owners.items() if owner != path}
        owners |= {wishes.pop(path): path for path in ready}
    for path in news:
        if files[path].made.article and path not in owners.values() and path not in wishes:
            owners[_fresh(path, {*owners, *lost, *had.values()})] = path
    guids = {path: guid for guid, path in owners.items()}
    return {
        path: Known(
            files[path].data, files[path].place, files[path].seed, guids.get(path, ""), path in wishes
        )
        for path in news
    }


def _wish(file: File, old: str) -> str:
    """Return the id that a file says and does not have; one that was known by its path never has another."""
    guid = _guid(file) or ""
    return "" if guid == old or (old and not _is_written(old)) else guid


def _chain(path: str, wishes: Mapping[str, str], owners: Mapping[str, str]) -> list[str]:
    """Return who can have what they say at once: a file whose id is free, or a ring of files; else nobody."""
    if wishes[path] not in owners:
        return [path]
    chain = [path]
    while (owner := owners.get(wishes[chain[-1]], "")) in wishes and owner not in chain:
        chain.append(owner)
    return chain if owner == path else []


def _fresh(path: str, taken: Collection[str]) -> str:
    numbers = (f"{path}#{number}" if number > 1 else path for number in range(1, 100))
    return next(guid for guid in numbers if guid not in taken)
