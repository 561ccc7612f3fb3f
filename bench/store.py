"""Measure how many items a second the store writes, and what SQLAlchemy Core costs beside the bare driver.

    .venv/bin/python -m bench.store

Items come in transactions of 1 and of 100, on SQLite and PostgreSQL as they are set up in production
(every commit on disk). Then, on SQLite, Core and the driver, sqlite3, take turns at writing the same rows:
what either does is said in bench/driver.py; the ratio is rows per second of processor time. An empty
transaction has its own line: it is what Core, and the gate of the processes, cost however little is
written.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from bench import driver, stock
from bench.machine import Stopwatch, describe
from bench.stock import Room
from feedsvc.model import Item
from feedsvc.store import Store, items, terms_of, words_of
from feedsvc.store.rows import row_of
from tests.postgres import Server


def main(arguments: Sequence[str] | None = None, server: Server | None = None) -> None:
    """Run the comparisons and print their tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    options.add_argument("--rounds", type=int, default=15)
    chosen = options.parse_args(arguments)
    size = Size(1, 2, 4, 20) if chosen.quick else Size(chosen.rounds, 20, 100, 2000)
    print(f"{describe()}\n")
    with stock.databases(server=server) as room:
        rates(room, size)
        driver.compare(room, size.rounds, size.contest)
        shares(room, size)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is written: rounds; in each, transactions of an item, items in a batch, rows of a contest."""

    rounds: int
    single: int
    batch: int
    contest: int


def rates(room: Room, size: Size) -> None:
    """Print items a second, by database, size of the transaction, and whether they are new."""
    stores = {dialect: room.store(dialect) for dialect in stock.DIALECTS}
    spent: dict[tuple[str, str, int], list[tuple[float, float]]] = {}
    number = 0
    for _ in range(size.rounds):
        for each, times in ((size.batch, 3), (1, size.single)):
            made = [stock.item(number + one) for one in range(each * times)]
            number += len(made)
            for dialect, store in stores.items():
                watch = Stopwatch(room.server_pid if dialect == "postgresql" else None)
                for action, write in (("insert", insert), ("update", update)):
                    now = known(store, made) if action == "update" else made
                    watch.start()
                    for start in range(0, len(now), each):
                        write(store, now[start : start + each])
                    spent.setdefault((dialect, action, each), []).append(rate(len(made), *watch.stop()))
    print("items of 3.6 kB                            a second   a second of processor time")
    for (dialect, action, each), pairs in sorted(spent.items()):
        by_wall, by_cpu = (statistics.median(column) for column in zip(*pairs, strict=True))
        name = f"{dialect} {action}, {each} a transaction"
        print(f"{name:<40}{by_wall:>11,.0f}{by_cpu:>29,.0f}")
    for store in stores.values():
        store.close()


def rate(count: int, elapsed: float, cpu: float) -> tuple[float, float]:
    """Return how many that is a second, and a second of processor time."""
    return count / elapsed, count / max(cpu, 1e-9)


def insert(store: Store, new: Sequence[Item]) -> None:
    """Add items in a transaction."""
    with store.write() as tx:
        items.insert(tx.connection, new, tx.seq())


def update(store: Store, changed: Sequence[Item]) -> None:
    """Replace items in a transaction."""
    with store.write() as tx:
        items.update(tx.connection, changed, tx.seq())


def known(store: Store, made: Sequence[Item]) -> list[Item]:
    """Return the stored items, each with a correction."""
    found: dict[str, Item] = {}
    with store.read() as c:
        for source in {each.source for each in made}:
            guids = [each.guid for each in made if each.source == source]
            found |= {each.id: each for each in items.known(c, source, guids).values()}
    return [corrected(found[each.id]) for each in made]


def corrected(item: Item) -> Item:
    """Return an item with a paragraph more."""
    article = replace(item.article, content=f"{item.article.content}<p>Corrected.</p>")
    return replace(item, article=article, hash=f"{item.hash}+")


def shares(room: Room, size: Size) -> None:
    """Print where the time goes that new items take, on SQLite."""
    spent: dict[str, list[float]] = {}
    with closing(room.store("sqlite")) as store, driver.bare(room) as bare:
        for turn in range(size.rounds + 1):
            batch = portion(turn * size.batch, size.batch)
            for name, step in steps(store, bare, batch).items():
                begun = time.process_time_ns()
                step()
                if turn:
                    spent.setdefault(name, []).append((time.process_time_ns() - begun) / 1000 / size.batch)
    print(f"\nSQLite, {size.batch} a transaction: microseconds of processor time")
    medians = {name: statistics.median(times) for name, times in spent.items()}
    medians["  the rest: Core, and rows made for it"] = 2 * max(medians.values()) - sum(medians.values())
    for name, each in medians.items():
        print(f"{name:<56}{each:>12.1f}")


def steps(store: Store, bare: sqlite3.Connection, batch: list[Item]) -> dict[str, Callable[[], object]]:
    """Return what is done for a batch of new items: in all, and the parts of it."""
    rows = driver.Rows(batch)

    def write() -> None:
        with driver.transaction(bare):
            driver.write_rows(bare, rows)

    return {
        "a new item, in all": lambda: insert(store, batch),
        "  its article as JSON, its columns": lambda: [row_of(each) for each in batch],
        "  its words": lambda: [" ".join(words_of(each.article)) for each in batch],
        "  its terms": lambda: [list(terms_of(each)) for each in batch],
        "  SQLite: tables, indexes, search index, disk": write,
    }


def portion(first: int, size: int) -> list[Item]:
    """Return that many items, from a number on."""
    return [stock.item(number) for number in range(first, first + size)]


if __name__ == "__main__":
    main()
