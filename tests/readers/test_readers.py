"""Real readers read our feeds, in every format, and agree with what was published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import listparser
import pytest
import yaml

from tests.readers import libraries, programs
from tests.readers.conftest import Documents
from tests.readers.entry import Entry, Read, differences
from tests.readers.known import ALL, DIFFERENCES, UNREADABLE, XML, Difference
from tests.readers.site import FEEDS, FILLERS, ITEMS, NAMES, Site

EVERY = ("rss", "atom", "json")


@dataclass(frozen=True)
class Reader:
    """A reader: which formats it takes, how it is asked, and whether that needs parts of the system."""

    name: str
    formats: tuple[str, ...]
    read: Callable[[Iterable[Path], Mapping[str, str], Path], Read]
    is_system: bool = True


READERS = (
    Reader("feedparser", XML, libraries.by_feedparser, is_system=False),
    Reader("reader", EVERY, libraries.by_reader, is_system=False),
    Reader("atoma", EVERY, libraries.by_atoma, is_system=False),
    Reader("podcastparser", ("rss",), libraries.by_podcastparser, is_system=False),
    Reader("newsboat", XML, programs.by_newsboat),
    Reader("sfeed", XML, programs.by_sfeed),
    Reader("rss2email", XML, programs.by_rss2email),
    Reader("XML::Feed", XML, programs.by_perl),
    Reader("ruby-rss", XML, programs.by_ruby),
    Reader("rss-parser", XML, programs.by_node("rss-parser")),
    Reader("feedsmith", EVERY, programs.by_node("feedsmith")),
    Reader("@rowanmanning/feed-parser", XML, programs.by_node("@rowanmanning/feed-parser")),
    Reader("@extractus/feed-extractor", EVERY, programs.by_node("@extractus/feed-extractor")),
    Reader("node-feedparser", XML, programs.by_node("feedparser")),
    Reader("feedme", EVERY, programs.by_node("feedme")),
)


@pytest.mark.parametrize(
    "reader",
    [
        pytest.param(reader, id=reader.name, marks=pytest.mark.system if reader.is_system else ())
        for reader in READERS
    ],
)
def test_a_reader_understands_every_feed_as_it_was_published(
    documents: Documents, reader: Reader, tmp_path: Path
) -> None:
    names = [name for name in documents.files if name.rpartition(".")[2] in reader.formats]
    files = [documents.files[name] for name in names]
    read = reader.read(files, {name: documents.addresses[name] for name in names}, tmp_path)
    assert set(read) == set(names)
    wrong, met = [], set()
    for name, entries in read.items():
        for complaint in complaints(reader, name, entries, documents.truths[name.rpartition(".")[0]]):
            known = next((each for each in known_of(reader) if covers(each, complaint)), None)
            met.add(known) if known else wrong.append(str(complaint))
    assert not wrong, "\n".join(wrong)
    assert set(known_of(reader)) == met, "it has learned: take what it reads well now from the list"


@dataclass(frozen=True)
class Complaint:
    """What a reader understood otherwise."""

    document: str
    item: str
    field: str
    said: object
    meant: object


def complaints(reader: Reader, name: str, read: list[Entry] | str, truth: list[Entry]) -> Iterator[Complaint]:
    if isinstance(read, str):
        known = UNREADABLE.get((reader.name, name))
        if known is None or known not in read:
            yield Complaint(name, "", "", read, "a feed")
        return
    if (reader.name, name) in UNREADABLE:
        yield Complaint(name, "", "", "a feed", UNREADABLE[reader.name, name])
    entries = {entry.id: entry for entry in read}
    if len(entries) != len(read) or entries.keys() != {entry.id for entry in truth}:
        yield Complaint(name, "", "ids", [entry.id for entry in read], [entry.id for entry in truth])
        return
    for true in truth:
        if name.endswith(".rss") and true.enclosures and entries[true.id].enclosures != true.enclosures:
            # RSS has room for one; the others are for those who know Atom's links.
            true = replace(true, enclosures=true.enclosures[:1])
        for field, said, meant in differences(entries[true.id], true):
            yield Complaint(name, NAMES.get(str(true.title), "filler"), field, said, meant)


def known_of(reader: Reader) -> tuple[Difference, ...]:
    return tuple(each for each in DIFFERENCES if each.reader == reader.name)


def covers(known: Difference, complaint: Complaint) -> bool:
    return (
        known.field == complaint.field
        and complaint.document.rpartition(".")[2] in known.formats
        and (known.items == ALL or complaint.item in known.items)
    )


def test_every_known_difference_is_of_a_reader_and_an_item_that_are_there() -> None:
    items = {*NAMES.values(), *ALL}
    readers = {reader.name for reader in READERS}
    for each in DIFFERENCES:
        assert each.reader in readers
        assert set(each.items) <= items
    assert {reader for reader, _ in UNREADABLE} <= readers


def test_a_list_of_feeds_is_read_with_every_feed_in_it(site: Site) -> None:
    found = listparser.parse(site.tree.get("/feeds.opml").body)
    assert not found.bozo
    assert {feed.url for feed in found.feeds} >= {site.address(feed, "rss") for feed in FEEDS}


@pytest.mark.parametrize("format", EVERY)
def test_the_archive_leads_back_to_the_first_item_ever(site: Site, format: str, tmp_path: Path) -> None:
    """What a program finds that follows `prev-archive` and `next_url`, with the eyes of a reader."""
    address: str | None = site.address("all", format)
    seen: list[str] = []
    while address:
        file = tmp_path / f"page.{format}"
        file.write_bytes(site.tree.get(address.removeprefix(site.url)).body)
        read = libraries.by_atoma([file], {}, tmp_path)[file.name]
        assert not isinstance(read, str), read
        seen += [str(entry.id) for entry in read]
        address = libraries.archive_before(file)
    assert len(set(seen)) == FEEDS["difficult"] + FILLERS


@pytest.mark.parametrize("path", ITEMS, ids=lambda path: path.stem)
def test_what_readers_are_compared_with_is_what_was_written(documents: Documents, path: Path) -> None:
    fields = yaml.safe_load(path.read_text("utf-8").split("---")[1])
    true = next(entry for entry in documents.truths["difficult"] if entry.title == fields["title"])
    assert true.published == fields["date"]
    assert true.tags == tuple(fields["tags"])
    assert true.link == fields.get("link", true.link)
    files = fields.get("enclosures", [fields["audio"]] if "audio" in fields else [])
    assert [address.rpartition("/")[2] for address in true.enclosures or ()] == files
    assert true.content is not None and len(true.content[0]) > 15
