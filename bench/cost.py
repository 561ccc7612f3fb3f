"""Draw what publishing costs, against what is there and against what changed.

    ./run bench cost        writes docs/publish-cost.svg, and prints its figures as a table

A site has the feed of everything and a hundred feeds that are configured, each of one tag, in three formats
and with fifty items, of ten thousand items in all. Each round corrects an item that is in the feed of
everything and in that of one tag, and publishes: counted is the processor time of that publishing alone.
Then one number is changed and the others stay: how many feeds there are, how many items, how many items a
feed shows; how many feeds the corrected item is in, and how many items are corrected at once. The points of
a line take turns (A B A B …); the figures are medians of milliseconds. Each run must make the documents of
the feeds that hold what changed, and no other.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from bench import stock
from bench.machine import describe
from bench.plot import Panel, draw
from bench.publish import NUMBER, SITE
from bench.stock import NOW
from feedsvc.catalog import Catalog
from feedsvc.formats import SUFFIXES
from feedsvc.model import Article, Feed, Item, Rule
from feedsvc.publish import publish
from feedsvc.store import Store, items
from tests.serving import ROOT

SVG = ROOT / "docs" / "publish-cost.svg"


@dataclass(frozen=True)
class Size:
    """How large a site is, and how much of it changes at once."""

    feeds: int = 100
    items: int = 10_000
    shown: int = 50
    touched: int = 1
    """How many feeds of tags hold the corrected item."""
    changed: int = 1


@dataclass(frozen=True)
class Line:
    """One number that varies: its name, its values, and how to put one into a size."""

    name: str
    across: str
    values: tuple[int, ...]
    vary: Callable[[Size, int], Size]
    by_factor: bool = True
    start: Size = field(default_factory=Size)


LINES = (
    Line("More feeds, unchanged", "feeds", (10, 30, 100, 300), lambda size, n: replace(size, feeds=n)),
    Line("More items", "items", (10_000, 30_000, 100_000), lambda size, n: replace(size, items=n)),
    Line(
        "More items in each feed",
        "items in a feed",
        (10, 25, 50, 75, 100, 150),
        lambda size, n: replace(size, shown=n),
        by_factor=False,
        # A feed of one tag has as many items as it may show only if there are enough in all.
        start=Size(feeds=10, items=30_000),
    ),
    Line(
        "The changed item in more feeds",
        "feeds of tags that hold it",
        (1, 5, 10, 20, 35, 50),
        lambda size, n: replace(size, touched=n),
        by_factor=False,
    ),
    Line(
        "More items changed at once",
        "changed items",
        (1, 5, 10, 20, 35, 50),
        lambda size, n: replace(size, changed=n),
        by_factor=False,
    ),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every line, print the table, and draw."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    options.add_argument("--rounds", type=int, default=11)
    options.add_argument("--only", default="", help="the lines whose names hold this")
    options.add_argument("--svg", type=Path, help="where to draw; docs/ unless --quick or --only is given")
    chosen = options.parse_args(arguments)
    chosen.rounds = 1 if chosen.quick else chosen.rounds
    svg = chosen.svg or (None if chosen.quick or chosen.only else SVG)
    print(describe())
    panels = []
    with stock.databases(dialects=["sqlite"]) as room:
        for line in LINES:
            if chosen.only in line.name:
                panels.append(measure(room, quick(line) if chosen.quick else line, chosen.rounds))
    if svg:
        svg.write_text(draw(panels, "What it costs to publish a correction", "ms"), encoding="utf-8")


def quick(line: Line) -> Line:
    """Return a line whose two points are soon there."""
    return replace(line, values=(2, 4) if line.values[0] <= 10 else (200, 300), start=Size(5, 200, 5))


def measure(room: stock.Room, line: Line, rounds: int) -> Panel:
    """Let the points of a line take turns, and print their medians."""
    values, start = line.values, line.start
    stores = {count: stocked(room, count) for count in {line.vary(start, value).items for value in values}}
    desks = [Desk(copied(room, stores[size.items]), size) for size in (line.vary(start, n) for n in values)]
    for desk in desks:
        desk.correct()
    spent: list[list[float]] = [[] for _ in desks]
    for _ in range(rounds):
        for times, desk in zip(spent, desks, strict=True):
            times.append(desk.correct())
    medians = [statistics.median(times) for times in spent]
    print(f"\n{line.name:<36}" + "".join(f"{value:>10,}" for value in values))
    print(f"{'  milliseconds':<36}" + "".join(f"{each:>10.1f}" for each in medians), flush=True)
    for desk in desks:
        desk.store.close()
    points = tuple((float(value), each) for value, each in zip(values, medians, strict=True))
    return Panel(line.name, line.across, points, line.by_factor)


def stocked(room: stock.Room, count: int) -> Store:
    """Return a store of that many items."""
    store = room.store("sqlite")
    stock.fill(store, count)
    number_items(store, count)
    return store


def number_items(store: Store, count: int) -> None:
    """Number a stock's items in the order in which they came."""
    with store.write() as tx:
        tx.raw.execute(NUMBER.format(count=count, now=round(NOW.timestamp() * 1000)))


def copied(room: stock.Room, store: Store) -> Store:
    """Return a copy of a store."""
    url = room.url("sqlite")
    target = Path(url.removeprefix("sqlite:///"))
    target.parent.mkdir(parents=True)
    store.backup(target)
    return Store(url, clock=lambda: NOW, patience=120)


class Desk:
    """A site of some size, whose newest items are corrected again and again."""

    def __init__(self, store: Store, size: Size) -> None:
        self.store = store
        self._now = NOW
        self._count = 0
        feeds = [tag_feed(number, size.shown) for number in range(size.feeds)]
        everything = Feed("all", "Harbour News", "/feeds/all", limit=max(size.shown, size.changed))
        self._catalog = Catalog(SITE, (everything, *feeds))
        self._touched = [everything, *feeds[: size.touched]]
        with store.write() as tx:
            fresh = [newest(number, size.touched) for number in range(size.changed)]
            self._items = items.insert(tx.connection, fresh, tx.seq())
        publish(store, self._catalog, NOW)

    def correct(self) -> float:
        """Correct the items; return the milliseconds of processor time that publishing takes."""
        self._count += 1
        # By the minute, the stock's own items come and go.
        self._now += timedelta(seconds=1)
        self._items = [self._corrected(each) for each in self._items]
        with self.store.write() as tx:
            items.update(tx.connection, self._items, tx.seq())
        begun = time.process_time()
        done = publish(self.store, self._catalog, self._now)
        spent = time.process_time() - begun
        self._check(done.documents)
        return spent * 1000

    def _corrected(self, item: Item) -> Item:
        article = replace(item.article, title=f"{item.id}, correction {self._count} of {id(self)}")
        return replace(item, article=article, hash=f"{id(self)}-{self._count}-{item.pk}", updated=self._now)

    def _check(self, made: Iterable[str]) -> None:
        """Refuse a run that left a feed out, or made a document of one that nothing touched."""
        wanted = {feed.path + suffix for feed in self._touched for suffix in SUFFIXES.values()}
        # Archives are of the past, and headlines for other sites' pages go with their feed.
        found = {path for path in made if "/archive/" not in path}
        theirs = {feed.slug for feed in self._touched}
        strange = {path for path in found - wanted if headlines_of(path) not in theirs}
        if strange or wanted - found:
            raise SystemExit(f"made were {sorted(strange)}, left out {sorted(wanted - found)}")


def headlines_of(path: str) -> str:
    """Return the slug of the feed whose headlines a document is; empty where it is none."""
    _, kind, name = path.split("/")[:3]
    return name.partition(".")[0] if kind == "embed" else ""


def tag_feed(number: int, shown: int) -> Feed:
    """Return the configured feed of one of the stock's tags."""
    rule = Rule(tags=(f"subject {number}",))
    return Feed(f"subject-{number}", f"Subject {number}", f"/feeds/subject-{number}", rule=rule, limit=shown)


def newest(number: int, tags: int) -> Item:
    """Return an item that is newer than all of the stock, with so many of its tags."""
    published = NOW - timedelta(seconds=number + 1)
    names = tuple(f"subject {each}" for each in range(tags))
    paragraph = "<p>The harbour board meets in the old customs house, and the public may come and listen.</p>"
    return Item(
        id=f"urn:uuid:00000000-0000-5000-9000-{number:012}",
        source="agency-0",
        guid=f"newest-{number}",
        slug=f"newest-{number}",
        article=Article(title=f"Newest {number}", content=paragraph * 5, summary="The board.", tags=names),
        published=published,
        updated=published,
        first_seen=published,
        hash=f"newest-{number}",
    )


if __name__ == "__main__":
    main()
