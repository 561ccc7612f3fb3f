"""Measure what it costs to make one changed item live, by the number of items and of feeds.

    .venv/bin/python -m bench.publish            1,000 and 100,000 items, on SQLite
    .venv/bin/python -m bench.publish --full     a million too: a quarter of an hour, most of it to get ready

Feeds are those of tags that somebody has asked for, beside that of everything. Each round corrects one
of the few newest items, which is in the feed of everything and in that of one tag, and then publishes:
what is counted is the processor time of that publishing alone, without the store's writing of the item
and without the web. The sizes take turns (A B A B …); the figures are medians of milliseconds, and the
ratio is that to the smallest size. At a thousand items the feed of the tag holds only one of them, which
is why its line is shorter than that of the next size.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from bench import stock
from bench.growth import filled
from bench.machine import describe
from bench.stock import NOW
from feedsvc.catalog import Catalog
from feedsvc.model import Feed, Rule, Site
from feedsvc.publish import document, publish
from feedsvc.store import Store, items

SITE = Site("https://news.example", "Harbour News", id="urn:uuid:00000000-0000-5000-8000-000000000000")
CATALOG = Catalog(SITE, (Feed("all", "Harbour News", "/feeds/all"),))

CORRECTED = 4
"""How many items are corrected, in turn."""

# Items are numbered from the newest on, and a lower number came later.
NUMBER = "UPDATE item SET number = {count} + 1 - pk WHERE state = 'published' AND published <= {now}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill the databases, ask for feeds, change items, and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--full", action="store_true", help="a million items too")
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    options.add_argument("--sizes", type=int, nargs="+")
    options.add_argument("--feeds", type=int, nargs="+", default=[0, 100, 1000])
    options.add_argument("--rounds", type=int, default=15)
    chosen = options.parse_args(arguments)
    sizes = chosen.sizes or [1000, 100_000, *([1_000_000] if chosen.full else [])]
    feeds, rounds = chosen.feeds, chosen.rounds
    if chosen.quick:
        sizes, feeds, rounds = [100, 200], [0, 3], 1
    print(describe())
    with stock.databases(dialects=["sqlite"]) as room:
        desks = [Desk(filled(room.store("sqlite"), count), count) for count in sizes]
        heads = "".join(f"{count:>12,}" for count in sizes)
        print(f"\n{'items':<36}{heads}   ratio{'s' if len(sizes) > 2 else ''}", flush=True)
        for count in feeds:
            for desk in desks:
                desk.ask(count)
            for desk in desks:
                desk.warm()
            line(f"{count:,} feeds of tags, nothing changed", desks, Desk.idle, rounds)
            line(f"{count:,} feeds of tags, one item changed", desks, Desk.correct, rounds)
        for desk in desks:
            desk.store.close()


def line(name: str, desks: Sequence[Desk], work: Callable[[Desk], float], rounds: int) -> None:
    """Let the desks take turns at a piece of work, and print the medians."""
    spent: list[list[float]] = [[] for _ in desks]
    for _ in range(rounds):
        for times, desk in zip(spent, desks, strict=True):
            times.append(work(desk))
    medians = [statistics.median(times) for times in spent]
    ratios = "".join(f"{each / medians[0]:>8.2f}" for each in medians[1:])
    print(f"{name:<36}" + "".join(f"{each:>12.1f}" for each in medians) + ratios, flush=True)


class Desk:
    """A store of some size, with feeds that were asked for."""

    def __init__(self, store: Store, count: int) -> None:
        self.store = store
        self._now = NOW
        self._changes = 0
        with store.write() as tx:
            tx.raw.execute(NUMBER.format(count=count, now=round(NOW.timestamp() * 1000)))
        publish(store, CATALOG, NOW)

    def ask(self, count: int) -> None:
        """Ask for the feeds of that many tags."""
        for number in range(count):
            document(self.store, CATALOG, f"/tags/topic {number}.rss", NOW)
        publish(self.store, CATALOG, self._now)

    def warm(self) -> None:
        """Correct each of the items once: what a process makes once is made."""
        for _ in range(CORRECTED):
            self.correct()

    def idle(self) -> float:
        """Return the milliseconds of processor time that it takes to find nothing to publish."""
        begun = time.process_time()
        done = publish(self.store, CATALOG, self._now)
        if done.documents:
            raise SystemExit(f"{done.documents} were made although nothing changed")
        return (time.process_time() - begun) * 1000

    def correct(self) -> float:
        """Correct an item; return the milliseconds of processor time that its publishing takes."""
        self._changes += 1
        self._now += timedelta(minutes=1)
        with self.store.write() as tx:
            shown = items.select(tx.connection, Rule(), now=NOW, limit=CORRECTED)
            item = shown[self._changes % len(shown)]
            article = replace(item.article, title=f"Correction {self._changes}")
            corrected = replace(item, article=article, hash=f"{self._changes}", updated=self._now)
            items.update(tx.connection, [corrected], tx.seq())
        begun = time.process_time()
        done = publish(self.store, CATALOG, self._now)
        if "/feeds/all.rss" not in done.documents:
            raise SystemExit("the correction is not in the feed of everything")
        return (time.process_time() - begun) * 1000


if __name__ == "__main__":
    main()
