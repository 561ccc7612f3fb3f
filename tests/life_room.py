"""The room of the life tests: a desk, the model of what must be on it, and every promise, checked."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path

import feedparser

from feedsvc import ingest
from feedsvc import publish as publishing
from feedsvc.formats import SUFFIXES
from feedsvc.gate import build
from feedsvc.model import FORMATS, Arrival, Document, Feed, Item, Rule
from feedsvc.plan import plan
from feedsvc.sources import Refreshed
from feedsvc.sources.compose import Composed, compose
from feedsvc.sources.shelf import Shelf
from feedsvc.store import clock, feeds, items, rendered, sources
from feedsvc.work import tasks
from tests.desk import Desk
from tests.life_files import PICTURE, Text
from tests.life_model import FOLDER, Expected, File, Key, Model

CONFIG = """
[site]
url = "https://harbour.example"
title = "Harbour News"

[feeds.storms]
tags = ["storm"]

[feeds.latest]
order = "updated"
limit = 3
exclude_tags = ["tide"]
content = "summary"

[sources.agency]
url = "https://agency.example/feed"
"""
WORD = re.compile(r"Kelp\d+")


@lru_cache(maxsize=4096)
def read(body: bytes, format_: str) -> tuple[tuple[str, str], ...]:
    """Return id and title of what a document holds, as a feed reader finds it."""
    if format_ == "json":
        return tuple((each["id"], each["title"]) for each in json.loads(body)["items"])
    parsed = feedparser.parse(body)
    assert not parsed.bozo, parsed.bozo_exception
    return tuple((entry.id, entry.title) for entry in parsed.entries)


class Room:
    """An opened desk and what is expected of it."""

    def __init__(self, template: Path, url: str = "", drop: Callable[[str], None] | None = None) -> None:
        self._holder = tempfile.TemporaryDirectory(prefix="life-")
        self.place = Path(self._holder.name)
        if not url:
            shutil.copytree(template, self.place / "data")
        self._template, self._url, self._drop = template, url, drop
        self.desk = Desk(self.place, CONFIG, url)
        tasks.arrange(self.desk.service, self.desk.clock())
        self.model = Model()
        self.texts: dict[str, Text] = {}
        self.is_settled = True
        self.is_published = False
        self._made: dict[tuple[object, ...], Composed] = {}
        self._ids: dict[Key, str] = {}
        self._slugs: dict[Key, tuple[str, str]] = {}
        self._seq = 0
        self.rows: dict[Key, Item] = {}
        self._documents: dict[str, Document] = {}
        self._eyes: dict[tuple[str, str], tuple[str, str]] = {}
        self._feeds_updated: dict[str, str] = {}
        self._latest = self.now

    @property
    def root(self) -> Path:
        return self.desk.items

    @property
    def now(self) -> datetime:
        return self.desk.clock.now

    def close(self) -> None:
        self.desk.close()
        self._holder.cleanup()
        if self._drop:
            self._drop(self._url)

    def restart(self) -> None:
        """End in order and start again on the same database."""
        now = self.now
        self.desk.close()
        self.desk = Desk(self.place, CONFIG, self._url)
        self.desk.clock.now = now
        tasks.arrange(self.desk.service, now)

    def forget(self) -> None:
        """Lose what was only in memory, as a killed process does."""
        self.desk.folder = type(self.desk.folder)(self.desk.folder.rules)
        self.desk.monotonic = 3.0

    def glance(self) -> None:
        """Look once, while no time passes: nothing can have settled since the last look."""
        self.look_once()

    def look(self) -> None:
        """Look until everything has settled; then the items must be those of the model."""
        for _ in range(12):
            outcome = self.look_once()
            self.desk.monotonic += 0.6
            if not outcome.unsettled:
                break
        else:
            raise AssertionError("it does not settle")
        self.model.look(self.files(), self.now)
        self.is_settled, self.is_published = True, False
        self.check_items()
        self.check_files()

    def answer(self, arrivals: list[tuple[Arrival, str]]) -> None:
        """Take in what an upstream feed answered; then the items must be those of the model."""
        service = self.desk.service
        told = tuple(arrival for arrival, _ in arrivals)
        answer = Refreshed("ok" if told else "unchanged", told, etag='"1"')
        ingest.refresh_upstream(
            service.store, service.queue, "agency", answer, now=self.now, next_at=self.now
        )
        self.model.answer("agency", arrivals, self.now)
        self.is_published = False
        self.check_items()

    def crash(self, chunks: int) -> None:
        """Look until there is something to write, and die after so many of its transactions.

        They are as small as those of a very large look.
        """
        at_once, ingest.CHUNK = ingest.CHUNK, 1
        try:
            for _ in range(3):
                done = sum(1 for _ in islice(self._steps(), chunks))
                self.desk.monotonic += 0.6
                if done == chunks:
                    break
        finally:
            ingest.CHUNK = at_once
        self.forget()

    def _steps(self) -> Iterator[object]:
        service = self.desk.service
        with service.store.read() as connection:
            known = sources.files(connection, FOLDER)
        look = self.desk.folder.look(known, self.desk.monotonic, self.now)
        return ingest._take_in(service.store, service.queue, FOLDER, look, self.now)

    def look_once(self) -> ingest.Outcome:
        """Look, without asking whether it has settled."""
        service = self.desk.service
        return ingest.refresh_folder(
            service.store, service.queue, self.desk.folder, now=self.now, monotonic=self.desk.monotonic
        )

    def files(self) -> dict[str, File]:
        """Return the folder's files as they are."""
        found = {}
        for place in self.root.rglob("*"):
            path = place.relative_to(self.root).as_posix()
            if place.is_file() and path in self.texts:
                data, text = place.read_bytes(), self.texts[path]
                seed = 0 if text.fault == "empty" else text.seed
                about = place.stat()
                where = (about.st_ino, about.st_mtime_ns, self._picture() if text.picture else 0)
                found[path] = File(data, where, seed, text.word, self._compose(path, data))
        assert found.keys() == self.texts.keys()
        return found

    def _picture(self) -> int:
        picture = self.root / PICTURE
        return picture.stat().st_size if picture.exists() else -1

    def _compose(self, path: str, data: bytes) -> Composed:
        key = (path, data, self._picture())
        if key not in self._made:
            rules = self.desk.folder.rules
            made = compose(data, path, rules, Shelf(rules), self.now)
            if path.endswith(self.texts[path].suffix):
                self.texts[path].check(made)
            self._made[key] = made
        return self._made[key]

    # What must be so of items and files.

    def check_items(self) -> None:
        with self.desk.service.store.read() as connection:
            seq = clock.seq(connection)
            found = {
                (source, guid): item
                for source in (FOLDER, "agency")
                for guid, item in items.known(connection, source).items()
            }
        assert found.keys() == self.model.items.keys()
        for key, item in found.items():
            self._check_item(key, item, self.model.items[key])
        assert len({item.id for item in found.values()}) == len(found)
        assert len({item.slug for item in found.values()}) == len(found)
        assert seq >= self._seq
        for key, item in found.items():
            before = self.rows.get(key)
            if item != before:
                if before and before.updated > self.now:
                    # The clock went back behind what was seen: what is hidden meanwhile begins anew.
                    self._unsee(item.id)
                assert self._seq < item.seq <= seq, f"{key} changed without a new number"
        self._seq, self.rows = seq, found

    def _check_item(self, key: Key, item: Item, expected: Expected) -> None:
        told = (key, item.state, item.published, item.updated)
        assert self._ids.setdefault(key, item.id) == item.id, told
        assert (item.state, item.published) == (expected.state, expected.published), told
        assert (item.withdrawn_at is not None) == expected.is_back, told
        is_current = item.article == expected.article
        assert is_current, told
        assert item.updated >= item.published or item.state == "draft", told
        slug, chosen = self._slugs.get(key, (item.slug, expected.chosen_slug))
        if chosen == expected.chosen_slug:
            assert item.slug == slug, f"{told}: its address was {slug}"
        self._slugs[key] = (item.slug, expected.chosen_slug)

    def check_files(self) -> None:
        with self.desk.service.store.read() as connection:
            states = sources.files(connection, FOLDER)
            problems = sources.problems(connection, FOLDER)
        held = {path: state.guid for path, state in states.items()}
        assert held == {path: known.guid for path, known in self.model.known.items()}
        guids = [state.guid for state in states.values() if state.guid]
        assert len(guids) == len(set(guids))
        codes = {path: {problem.code for problem in problems if problem.path == path} for path in states}
        assert {problem.path for problem in problems} <= states.keys()
        for path, known in self.model.known.items():
            is_broken = any(code.startswith("E") and code != "E109" for code in codes[path])
            assert is_broken == (self._compose(path, known.data).article is None), (path, codes[path])
            assert ("W206" in codes[path]) == known.refused, (path, codes[path])

    # What must be so of what is published.

    def publish(self) -> None:
        """Publish; then every document must be that of the model."""
        service = self.desk.service
        done = self.desk.publish()
        assert not done.problems
        self.is_published = True
        self.check_documents(set(done.documents))
        if done.documents:
            assert not publishing.publish(service.store, service.catalog, self.now).documents
        with service.store.read() as connection:
            assert clock.seq(connection) == self._seq
        if self.is_settled:
            self.look_once()
            with service.store.read() as connection:
                assert clock.seq(connection) == self._seq

    def check_documents(self, changed: set[str]) -> None:
        with self.desk.service.store.read() as connection:
            seq = clock.seq(connection)
            found = {path: rendered.find(connection, path) for path in rendered.paths(connection)}
        for path, document in found.items():
            assert document is not None
            before = self._documents.get(path)
            if before is None or before.body != document.body:
                assert path in changed, path
                assert self._seq < document.seq <= seq
                if before:
                    second = document.modified.replace(microsecond=0)
                    assert second > before.modified.replace(microsecond=0), (path, before.modified)
            self.check_document(document)
            self._documents[path] = document
        self._seq = seq
        assert {f"{feed.path}.{format_}" for feed in self._feeds() for format_ in FORMATS} <= found.keys()

    def check_document(self, document: Document) -> None:
        """Check one document that was made at this moment, unless the clock was set back behind another."""
        self._latest = max(self._latest, self.now)
        if self.now < self._latest:
            return
        text = document.body.decode()
        assert set(WORD.findall(text)) <= self.model.words(self.now), document.path
        found = self._found(document.path)
        if found is None:
            return
        feed, format_ = found
        wanted = self.wanted(feed)
        expected = tuple((item.id, item.article.title) for item in wanted)
        assert read(document.body, format_) == expected, (document.path, self.now)
        if format_ == "json":
            self._check_eyes(document.path, json.loads(text)["items"], wanted)
        if format_ == "atom":
            updated = feedparser.parse(document.body).feed.updated
            assert self._feeds_updated.get(document.path, "") <= updated
            self._feeds_updated[document.path] = updated

    def _check_eyes(self, path: str, entries: list[dict[str, str]], wanted: list[Item]) -> None:
        """Check what a reader sees of each item over time: a change is later than what was seen before."""
        for entry, item in zip(entries, wanted, strict=True):
            assert entry["date_published"] == _second(item.published)
            assert entry["date_modified"] == _second(item.updated) >= entry["date_published"]
            content = json.dumps(entry, sort_keys=True)
            seen, updated = self._eyes.get((path, entry["id"]), (content, ""))
            assert entry["date_modified"] >= updated, (path, entry, updated)
            if seen != content and item.article.updated is None:
                assert entry["date_modified"] > updated, (path, entry, seen)
            self._eyes[path, entry["id"]] = (content, entry["date_modified"])

    def _unsee(self, id_: str) -> None:
        self._eyes = {key: seen for key, seen in self._eyes.items() if key[1] != id_}

    def wanted(self, feed: Feed) -> list[Item]:
        """Return the items that a feed must hold now, in order, as they were last taken in."""
        visible = [
            self.rows[key]
            for key, item in self.model.items.items()
            if item.is_visible(self.now) and _matches(feed.rule, key, item)
        ]
        newest = sorted(visible, key=lambda item: (getattr(item, feed.order), item.pk), reverse=True)
        return newest[: feed.limit]

    def ask(self, path: str) -> None:
        """Ask for a document as a web process does; it must be right for this very moment."""
        service = self.desk.service
        document = publishing.document(service.store, service.catalog, path, self.now)
        found = self._found(path)
        assert found is not None
        feed, _ = found
        with service.store.read() as connection:
            self._seq = clock.seq(connection)
        if document is None:
            assert path not in self._documents, f"{path} was there and is not any more"
            assert not self.wanted(feed)
            return
        with service.store.read() as connection:
            there = {each: rendered.find(connection, each) for each in rendered.paths(connection)}
        for each, beside in there.items():
            # All formats of a feed are made together.
            assert beside is not None
            if each.rpartition(".")[0] == feed.path:
                self.check_document(beside)
                self._documents[each] = beside

    def _found(self, path: str) -> tuple[Feed, str] | None:
        """Return feed and format of a document; None for one that is another view of a feed."""
        for format_, suffix in SUFFIXES.items():
            feed = self.desk.service.catalog.at(path.removesuffix(suffix)) if path.endswith(suffix) else None
            if feed is not None:
                return feed, format_
        return None

    def _feeds(self) -> tuple[Feed, ...]:
        return self.desk.service.catalog.feeds

    def check_secrets(self) -> None:
        """Check that what is told of files holds no word that the public may not see."""
        with self.desk.service.store.read() as connection:
            problems = sources.problems(connection)
        hidden = {item.word for item in self.model.items.values()} - self.model.words(self.now)
        for problem in problems:
            assert not set(WORD.findall(problem.message)) & hidden, problem

    def bytes(self) -> dict[str, bytes]:
        return {path: document.body for path, document in self._documents.items()}

    def check_anew(self) -> None:
        """Check that every document is what would be made of the stored items from nothing."""
        if self.now < self._latest:
            return
        service = self.desk.service
        with service.store.read() as connection:
            for state in feeds.all(connection):
                feed = service.catalog.at(state.path)
                assert feed is not None
                made = plan(connection, service.catalog, feed, state, self.now)
                until, needed = state.valid_until, made.state.valid_until
                assert replace(made.state, valid_until=until) == state, state.path
                # Looking again too early costs little: an item may have left before it appeared.
                assert until == needed or (until and (needed is None or until < needed)), state.path
                for built in build(made.selection):
                    document = rendered.find(connection, state.path + SUFFIXES[built.format])
                    assert document is not None and document.body == built.body, document

    def check_rebuilt(self) -> None:
        """Check that another machine makes the same bytes of the same files."""
        other = Room(self._template)
        try:
            shutil.copytree(self.root, other.root, dirs_exist_ok=True)
            other.texts = dict(self.texts)
            other.desk.clock.now = self.now
            other.look()
            other.publish()
            assert other.bytes() == self.bytes()
        finally:
            other.close()


def _second(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _matches(rule: Rule, key: Key, item: Expected) -> bool:
    tags = {tag.casefold() for tag in item.article.tags}
    names = {person.name.casefold() for person in item.article.authors}
    if tags & set(rule.exclude_tags):
        return False
    return (not rule.tags or bool(tags & {tag.casefold() for tag in rule.tags})) and (
        not rule.authors or bool(names & {name.casefold() for name in rule.authors})
    )
