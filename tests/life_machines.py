"""The machines of the life tests: a newsroom, its folder, an upstream feed, and readers, in any order."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from feedsvc.model import FORMATS, Arrival, Article, Person
from tests.desk import NOON
from tests.life_files import FAULTS, HEADS, IDS, NAMES, PATHS, PICTURE, SLUGS, TAGGED, TAGS, Fault, Text
from tests.life_room import Room

PICK = st.integers(0, 11)
"""Which of the files that there are."""

FEEDS = (
    "/feeds/all",
    "/feeds/storms",
    "/feeds/latest",
    "/authors/Anna Berg",
    *(f"/tags/{tag}" for tag in TAGS),
)

MINUTES = st.sampled_from([None, None, None, -4320.0, -60.0, -0.008, 0.0, 0.008, 0.5, 2.0, 60.0, 1440.0])
"""When something is to happen, in minutes from now; None if nothing is said."""

PAST = st.sampled_from([None, None, -100.0, -2.0, 0.0])

CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "head": HEADS,
        "id": st.sampled_from(["", *IDS]),
        "date": MINUTES,
        "updated": PAST,
        "expires": MINUTES,
        "draft": st.booleans(),
        "tags": TAGGED,
        "slug": st.sampled_from(["", *SLUGS]),
        "author": st.sampled_from(["", *NAMES]),
        "picture": st.booleans(),
        "page": st.booleans(),
    },
)
"""What is written into a file."""

GUIDS = ("https://agency.example/1", "https://agency.example/2", "tag:harbour.example,2026:1", "4", "five")
ENTRIES = st.fixed_dictionaries(
    {"guid": st.sampled_from(GUIDS), "version": st.integers(1, 3)},
    optional={"date": MINUTES, "updated": PAST, "tags": TAGGED, "author": st.sampled_from(["", *NAMES])},
)
"""What an upstream feed says; its moments are in minutes from noon, so that it can repeat itself."""


class Newsroom(RuleBasedStateMachine):
    """Time that passes, a service that works, and readers that ask."""

    def __init__(self, open_room: Callable[[], Room]) -> None:
        super().__init__()
        self.room = open_room()
        self.number = 0
        self.is_fresh = True

    def teardown(self) -> None:
        is_failed = sys.exc_info()[0] is not None
        try:
            # After a failure everything else is wrong, too, and would hide what was the first.
            if not is_failed:
                self.settle()
                self.room.check_anew()
        finally:
            self.room.close()

    @rule(seconds=st.sampled_from([0.25, 1, 30, 90, 3600, 86400, 200_000]))
    def turn(self, seconds: float) -> None:
        self.room.desk.clock.turn(seconds=seconds)
        self.room.is_settled = False

    @rule(minutes=st.integers(1, 20))
    def turn_back(self, minutes: int) -> None:
        self.room.desk.clock.turn(minutes=-minutes)
        self.room.is_settled = self.room.is_published = False

    @rule()
    def glance(self) -> None:
        self.room.glance()

    @rule()
    def look(self) -> None:
        self.room.look()
        self.is_fresh = False

    @rule()
    def publish(self) -> None:
        self.room.publish()
        self.is_fresh = False

    @rule()
    def settle(self) -> None:
        was_fresh, self.is_fresh = self.is_fresh, False
        self.room.look()
        self.room.publish()
        self.room.check_secrets()
        if was_fresh and len(self.room.texts) > 1:
            self.room.check_rebuilt()

    @rule(is_killed=st.booleans())
    def restart(self, is_killed: bool) -> None:
        if is_killed:
            self.room.forget()
        else:
            self.room.restart()

    @rule(path=st.sampled_from(FEEDS), format_=st.sampled_from(FORMATS))
    @precondition(lambda self: self.room.is_published)
    def ask(self, path: str, format_: str) -> None:
        self.room.ask(f"{path}.{format_}")
        self.is_fresh = False


class UpstreamLife(Newsroom):
    """An upstream feed that repeats itself, forgets, corrects and reorders."""

    @rule(entries=st.lists(ENTRIES, max_size=5))
    def answer(self, entries: list[dict[str, Any]]) -> None:
        self.room.answer([_entry(**entry) for entry in entries])
        self.is_fresh = False


def _entry(
    guid: str,
    version: int,
    date: float | None = None,
    updated: float | None = None,
    tags: tuple[str, ...] = (),
    author: str = "",
) -> tuple[Arrival, str]:
    word = f"Kelp{GUIDS.index(guid) + 1}000{version}"
    article = Article(
        title="Storm" if version == 3 else f"Ship {word}",
        content=f"<p>{word} was seen at the quay.</p>",
        authors=(Person(author),) if author else (),
        tags=tags,
        published=None if date is None else NOON + timedelta(minutes=date),
        updated=None if updated is None else NOON + timedelta(minutes=updated),
    )
    return Arrival(guid, article, id=guid), word


class FolderLife(Newsroom):
    """A folder of item files, and everything that people and programs do to files."""

    @rule(path=st.sampled_from(PATHS), changes=CHANGES, calm=st.booleans())
    def save(self, path: str, changes: dict[str, Any], calm: bool) -> None:
        self._write(path, self._text(self._new(), changes))
        self._perhaps(calm)

    @precondition(lambda self: self.room.texts)
    @rule(pick=PICK, changes=CHANGES, rewrite=st.booleans(), atomic=st.booleans(), calm=st.booleans())
    def edit(self, pick: int, changes: dict[str, Any], rewrite: bool, atomic: bool, calm: bool) -> None:
        path = self._pick(pick)
        text = self._new()
        if not rewrite:
            text = replace(self.room.texts[path], word=text.word, fault="")
        self._write(path, self._text(text, changes), atomic)
        self._perhaps(calm)

    @precondition(lambda self: self.room.texts)
    @rule(pick=PICK, fault=FAULTS, atomic=st.booleans(), calm=st.booleans())
    def break_(self, pick: int, fault: Fault, atomic: bool, calm: bool) -> None:
        path = self._pick(pick)
        text = replace(self.room.texts[path], word=self._new().word, fault=fault)
        self._write(path, text, atomic)
        self._perhaps(calm)

    @precondition(lambda self: any(text.fault for text in self.room.texts.values()))
    @rule(pick=PICK, calm=st.booleans())
    def mend(self, pick: int, calm: bool) -> None:
        broken = sorted(path for path, text in self.room.texts.items() if text.fault)
        path = broken[pick % len(broken)]
        self._write(path, replace(self.room.texts[path], fault=""))
        self._perhaps(calm)

    @precondition(lambda self: self.room.texts)
    @rule(pick=PICK, to=st.sampled_from(PATHS), by_copy=st.booleans(), calm=st.booleans())
    def rename(self, pick: int, to: str, by_copy: bool, calm: bool) -> None:
        """Also over another file, into a folder, and as synchronisers do it: a copy, and the old one goes."""
        path = self._pick(pick)
        if by_copy and path != to:
            data = (self.room.root / path).read_bytes()
            self._write(to, self.room.texts[path])
            (self.room.root / to).write_bytes(data)
            self.room.texts[to] = self.room.texts[path]
            self._remove(path)
        else:
            self._move(path, to)
        self._perhaps(calm)

    @precondition(lambda self: self.room.texts)
    @rule(pick=PICK, to=st.sampled_from(PATHS), changes=CHANGES, calm=st.booleans())
    def rename_and_edit(self, pick: int, to: str, changes: dict[str, Any], calm: bool) -> None:
        self._move(self._pick(pick), to)
        text = replace(self.room.texts[to], word=self._new().word, fault="")
        self._write(to, self._text(text, changes))
        self._perhaps(calm)

    @precondition(lambda self: len(self.room.texts) > 1)
    @rule(one=PICK, two=PICK, calm=st.booleans())
    def swap(self, one: int, two: int, calm: bool) -> None:
        here, there = self._pick(one), self._pick(two)
        if (self.room.root / here).read_bytes() != (self.room.root / there).read_bytes():
            self._move(here, "aside.md")
            self._move(there, here)
            self._move("aside.md", there)
        self._perhaps(calm)

    @precondition(lambda self: self.room.texts)
    @rule(pick=PICK, calm=st.booleans())
    def delete(self, pick: int, calm: bool) -> None:
        self._remove(self._pick(pick))
        self._perhaps(calm)

    @precondition(lambda self: self.room.texts)
    @rule(pick=PICK, is_same=st.booleans(), calm=st.booleans())
    def delete_and_write_again(self, pick: int, is_same: bool, calm: bool) -> None:
        path = self._pick(pick)
        text = self.room.texts[path]
        self._remove(path)
        self._perhaps(calm)
        self._write(path, text if is_same else self._text(self._new(), {}))
        self._perhaps(calm)

    @precondition(lambda self: self.room.texts)
    @rule(pick=PICK, to=st.sampled_from(PATHS), calm=st.booleans())
    def copy(self, pick: int, to: str, calm: bool) -> None:
        path = self._pick(pick)
        text = self.room.texts[path]
        if path != to:
            data = (self.room.root / path).read_bytes()
            self._write(to, text)
            (self.room.root / to).write_bytes(data)
            self.room.texts[to] = text
        self._perhaps(calm)

    @precondition(lambda self: self.room.texts)
    @rule(pick=PICK, days=st.integers(-9000, 9000))
    def touch(self, pick: int, days: int) -> None:
        self.number += 1
        second = self.room.now.timestamp() + days * 86400 + self.number
        os.utime(self.room.root / self._pick(pick), (second, second))
        self.room.is_settled = self.is_fresh = False

    @rule(size=st.integers(0, 2))
    def picture(self, size: int) -> None:
        place = self.room.root / PICTURE
        if size:
            place.write_bytes(b"P" * size)
        else:
            place.unlink(missing_ok=True)
        self.room.is_settled = False

    @rule(chunks=st.integers(1, 2))
    def crash(self, chunks: int) -> None:
        self.room.crash(chunks)
        self.settle()

    def _new(self) -> Text:
        self.number += 1
        return Text(f"Kelp{self.number}", self.number)

    def _text(self, text: Text, changes: dict[str, Any]) -> Text:
        moments = {
            name: None if changes[name] is None else self.room.now + timedelta(minutes=changes[name])
            for name in ("date", "updated", "expires")
            if name in changes
        }
        return replace(text, **{**changes, **moments})

    def _pick(self, number: int) -> str:
        paths = sorted(self.room.texts)
        return paths[number % len(paths)]

    def _write(self, path: str, text: Text, atomic: bool = False) -> None:
        place = self.room.root / path
        if place.exists():
            self.is_fresh = False
        place.parent.mkdir(exist_ok=True)
        text = replace(text, suffix=place.suffix)
        if atomic:
            new = place.with_name(f"{place.name}.tmp")
            new.write_bytes(text.bytes())
            new.replace(place)
        else:
            place.write_bytes(text.bytes())
        self.room.texts[path] = text
        self.room.is_settled = False

    def _move(self, path: str, to: str) -> None:
        place = self.room.root / to
        place.parent.mkdir(exist_ok=True)
        (self.room.root / path).rename(place)
        self.room.texts[to] = self.room.texts.pop(path)
        self.room.is_settled = self.is_fresh = False

    def _remove(self, path: str) -> None:
        (self.room.root / path).unlink()
        del self.room.texts[path]
        self.room.is_settled = self.is_fresh = False

    def _perhaps(self, calm: bool) -> None:
        if calm:
            self.settle()


class WholeLife(FolderLife, UpstreamLife):
    """Both at once: two sources that may want the same ids and addresses."""
