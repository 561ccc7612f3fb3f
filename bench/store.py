"""Measure how many items a second the store writes, and what SQLAlchemy Core costs beside the bare driver.

    .venv/bin/python -m bench.store

Items come in transactions of 1 and of 100, on SQLite and PostgreSQL as they are set up in production
(every commit on disk). Then, on SQLite, Core and sqlite3's own executemany take turns (A B A B …) at
writing the same rows to the same tables of a database each; the ratio is rows per second of processor
time. An empty transaction has its own line: it is what Core, and the gate of the processes, cost however
little is written.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from bench import stock
from bench.machine import Stopwatch, describe
from bench.stock import Room
from feedsvc.model import FileState, Item
from feedsvc.store import Store, items, sources, tallies, terms_of, words_of
from feedsvc.store.rows import row_of
from feedsvc.store.times import to_ms, to_ms_or_none
from tests.postgres import Server


def main(arguments: Sequence[str] | None = None, server: Server | None = None) -> None:
    """Run the comparisons and print their tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    options.add_argument("--rounds", type=int, default=15)
    chosen = options.parse_args(arguments)
    size = Size(1, 2, 4, 20) if chosen.quick else Size(chosen.rounds, 20, 100, 600)
    print(f"{describe()}\n")
    with stock.databases(server=server) as room:
        rates(room, size)
        against_the_driver(room, size)
        shares(room, size)


# What a contestant makes of a batch before the clock runs: the writing of it.
Prepare = Callable[[list[Item]], Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is written: rounds, transactions of one item in each, items in a batch, rows of a contest."""

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


def against_the_driver(room: Room, size: Size) -> None:
    """Print what share of the bare driver's speed Core has, by what is written and in which portions."""
    print("\nSQLite: microseconds of processor time                         Core    sqlite3   ratio")
    with transactions(room) as (store, connection):
        empty = partial(nothing_by_core, store), partial(nothing_by_driver, connection)
        line("an empty transaction", 1, contest(size.rounds, lambda _: [(1, each) for each in empty]))
    for name, portions, core, raw in CONTESTS:
        each = min(portions, size.contest)
        with transactions(room) as (store, connection):
            sides = core(store), raw(connection)
            times = max(1, size.contest // each)
            turns = partial(prepared, sides, each, times)
            line(f"a row of {name}, {each} a transaction", each, contest(size.rounds, turns))


# Pieces of work of the two sides, ready to be done, each with the number of its repetitions.
Turn = list[tuple[int, Callable[[], None]]]


def prepared(sides: tuple[Prepare, Prepare], size: int, times: int, number: int) -> Turn:
    """Return what both sides write in a turn: the same batches."""
    batches = [portion((number * times + each) * size, size) for each in range(times)]
    return [(times, partial(all_of, [side(batch) for batch in batches])) for side in sides]


def all_of(pieces: Sequence[Callable[[], None]]) -> None:
    """Do one piece after the other."""
    for piece in pieces:
        piece()


def contest(rounds: int, turn: Callable[[int], Turn]) -> tuple[float, float]:
    """Let two sides take turns; return the median of each one's microseconds for one piece of work."""
    spent: tuple[list[float], list[float]] = ([], [])
    # The first turn pays for what is compiled once.
    for number in range(rounds + 1):
        for side, (times, work) in enumerate(turn(number)):
            begun = time.process_time_ns()
            work()
            if number:
                spent[side].append((time.process_time_ns() - begun) / 1000 / times)
    return statistics.median(spent[0]), statistics.median(spent[1])


def line(name: str, rows: int, medians: tuple[float, float]) -> None:
    """Print one comparison; the ratio is the share of the driver's speed that Core has."""
    core, raw = medians
    print(f"{name:<56}{core / rows:>12.1f}{raw / rows:>11.1f}{raw / core:>8.2f}", flush=True)


def nothing_by_core(store: Store) -> None:
    """Begin and commit."""
    with store.write():
        pass


def nothing_by_driver(connection: sqlite3.Connection) -> None:
    """Begin and commit."""
    with transaction(connection):
        pass


@contextmanager
def transactions(room: Room) -> Iterator[tuple[Store, sqlite3.Connection]]:
    """Open two databases: one by the store, the other by the driver, with the same settings."""
    store, other = room.store("sqlite"), room.store("sqlite")
    bare = sqlite3.connect(other.url.removeprefix("sqlite:///"), isolation_level=None)
    bare.executescript("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
    yield store, bare
    bare.close()
    store.close()
    other.close()


def shares(room: Room, size: Size) -> None:
    """Print where the time goes that new items take, on SQLite."""
    spent: dict[str, list[float]] = {}
    with transactions(room) as (store, bare):
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
    rows = Rows(batch)
    return {
        "a new item, in all": lambda: insert(store, batch),
        "  its article as JSON, its columns": lambda: [row_of(each) for each in batch],
        "  its words": lambda: [" ".join(words_of(each.article)) for each in batch],
        "  its terms": lambda: [list(terms_of(each)) for each in batch],
        "  SQLite: tables, indexes, search index, disk": lambda: write_rows(bare, rows),
    }


def portion(first: int, size: int) -> list[Item]:
    """Return that many items, from a number on."""
    return [stock.item(number) for number in range(first, first + size)]


def core_items(store: Store) -> Prepare:
    """Write new items through the store."""
    return lambda batch: lambda: insert(store, batch)


def core_files(store: Store) -> Prepare:
    """Remember files through the store."""

    def prepare(batch: list[Item]) -> Callable[[], None]:
        files = states(batch)

        def write() -> None:
            with store.write() as tx:
                sources.put_files(tx.connection, "items", files)

        return write

    return prepare


def states(batch: list[Item]) -> list[FileState]:
    """Return files of which every other one is known already."""
    numbers = [int(each.hash) for each in batch]
    return [
        FileState(
            f"{number if number % 2 else number % 100}.md",
            4000,
            number,
            number,
            f"{number:064}",
            f"{number}.md",
        )
        for number in numbers
    ]


def raw_items(connection: sqlite3.Connection) -> Prepare:
    """Encode, split into words and write, all in the timed part: the work that the store does."""
    return lambda batch: lambda: write_rows(connection, Rows(batch))


def raw_ready_items(connection: sqlite3.Connection) -> Prepare:
    """Write rows that were made before: the least that SQLite can need."""

    def prepare(batch: list[Item]) -> Callable[[], None]:
        rows = Rows(batch)
        return lambda: write_rows(connection, rows)

    return prepare


def raw_files(connection: sqlite3.Connection) -> Prepare:
    """Remember files by the driver."""

    def prepare(batch: list[Item]) -> Callable[[], None]:
        files = states(batch)

        def write() -> None:
            with transaction(connection):
                connection.executemany(PUT_FILE, [("items", *astuple(each)) for each in files])

        return write

    return prepare


def astuple(file: FileState) -> tuple[object, ...]:
    """Return the columns of a file after its source."""
    return file.path, file.size, file.mtime_ns, file.inode, file.hash, file.guid


class Rows:
    """The rows that a batch of new items becomes; terms and words are still without their item's number."""

    def __init__(self, batch: Sequence[Item]) -> None:
        self.items = [tuple(row_of(each).values())[1:] for each in batch]
        self.ids = [each.id for each in batch]
        self.terms = [
            [
                (kind, value, each.state, to_ms(each.published), to_ms_or_none(each.article.expires), label)
                for kind, value, label in terms_of(each)
            ]
            for each in batch
        ]
        self.words = [" ".join(words_of(each.article)) for each in batch]
        counted = Counter(
            tallies.term(kind, each.state, value, label)
            for each in batch
            for kind, value, label in terms_of(each)
        )
        self.tallies = [(*term, number) for term, number in sorted(counted.items())]


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block in a transaction."""
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")


COLUMNS = list(row_of(stock.item(0)))[1:]
PUT_ITEM = f"INSERT INTO item ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
PUT_TERM = (
    "INSERT INTO item_term (kind, value, state, at, expires, label, item_pk) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
PUT_TALLY = """
    INSERT INTO tally (kind, state, value, label, number) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (kind, state, value, label) DO UPDATE SET number = number + excluded.number"""
PUT_WORDS = "INSERT INTO search (rowid, words) VALUES (?, ?)"
PUT_FILE = """
    INSERT INTO source_file (source, path, size, mtime_ns, inode, hash, guid) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (source, path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns,
        inode = excluded.inode, hash = excluded.hash, guid = excluded.guid"""


def write_rows(connection: sqlite3.Connection, rows: Rows) -> None:
    """Write what `items.insert` writes, to the same tables."""
    with transaction(connection):
        connection.execute("UPDATE clock SET seq = seq + 1")
        connection.executemany(PUT_ITEM, rows.items)
        last = connection.execute("SELECT max(pk) FROM item").fetchone()[0]
        pks = range(last - len(rows.items) + 1, last + 1)
        terms = [(*term, pk) for pk, of_item in zip(pks, rows.terms, strict=True) for term in of_item]
        connection.executemany(PUT_TERM, terms)
        connection.executemany(PUT_TALLY, rows.tallies)
        connection.executemany(PUT_WORDS, zip(pks, rows.words, strict=True))


CONTESTS = [
    ("files, upserted", 500, core_files, raw_files),
    ("files, upserted", 100, core_files, raw_files),
    ("new items", 100, core_items, raw_items),
    ("new items", 1, core_items, raw_items),
    ("new items, the driver's made before", 100, core_items, raw_ready_items),
]

if __name__ == "__main__":
    main()
