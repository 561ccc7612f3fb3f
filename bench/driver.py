"""Compare the store, which is SQLAlchemy Core behind the processes' gate, with sqlite3 alone: the same rows.

Three sides write the same batches, each to a database of its own, and take turns in an order that changes:

    Core      what the service does: `Store.write`, and in it `items.insert` or `sources.put_files`
    gated     sqlite3's own execute and executemany, in the transaction that `Store.gate` opens
    sqlite3   sqlite3's own execute and executemany, on a bare connection

All have the same tables, and connections that the same code has set up (WAL, synchronous=FULL, foreign
keys, autocommit). All say BEGIN IMMEDIATE and COMMIT, or ROLLBACK after an error; write the same columns
with the same conflict clauses; take one number of the change sequence for new items, and none for files;
and make the rows in the time that counts, by the same functions for an article's JSON, its terms and its
words. The bare side alone goes without the gate, a lock between threads and processes, and without errors
in plain words. In the end all databases must hold the same.

What counts is this process's processor time, system calls included, while the garbage collector rests (as
it does in timeit). The ratios are medians of those of each round.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from bench import stock
from bench.stock import Room
from feedsvc.model import FileState, Item
from feedsvc.store import Store, items, sources, tallies, terms_of, words_of
from feedsvc.store.rows import row_of
from feedsvc.store.sqlite import File
from feedsvc.store.times import to_ms, to_ms_or_none

T = TypeVar("T")
Transactions = Callable[[], AbstractContextManager[sqlite3.Connection]]
Work = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Sides:
    """Where the three write: each to a database of its own."""

    core: Store
    gated: Transactions
    bare: Transactions


@dataclass(frozen=True, slots=True)
class Contest(Generic[T]):
    """What is written, and how by Core and by the driver."""

    name: str
    table: str
    make: Callable[[int], T]
    by_core: Callable[[Store, Sequence[T]], None]
    by_driver: Callable[[Transactions, Sequence[T]], None]

    def batches(self, number: int, size: int, times: int) -> list[list[T]]:
        """Return what is written in a round: so many transactions of that many rows."""
        made = [self.make(number * size * times + each) for each in range(size * times)]
        return [made[start : start + size] for start in range(0, len(made), size)]


def compare(room: Room, rounds: int, rows: int) -> None:
    """Print what a row costs each side, by what is written and in which portions; so many rows a round."""
    print("\nSQLite: microseconds of processor time       Core   gated  sqlite3   Core to gated  to sqlite3")
    with sides(room) as three:
        begins = (three.core.write, three.gated, three.bare)
        empty: list[list[Work]] = [[partial(nothing, begin)] * few(rows) for begin in begins]
        line("an empty transaction", 1, timed(rounds, lambda _: empty))
    play(room, FILES, rounds, rows)
    play(room, ITEMS, rounds, rows)


def few(rows: int) -> int:
    """Return how many transactions of one row tell enough: they take long."""
    return max(1, rows // 10)


def play(room: Room, contest: Contest[T], rounds: int, rows: int) -> None:
    """Print the lines of one contest."""
    for size in (min(each, rows) for each in SIZES):
        times = few(rows) if size == 1 else rows // size
        with sides(room) as three:
            spent = timed(rounds, partial(turn, contest, three, size, times))
            require_same(three, contest.table)
        line(f"{contest.name}, {size} a transaction", size, spent)


def turn(contest: Contest[T], three: Sides, size: int, times: int, number: int) -> list[list[Work]]:
    """Return what each side does in a round: the same batches."""
    batches = contest.batches(number, size, times)
    return [
        [partial(contest.by_core, three.core, batch) for batch in batches],
        [partial(contest.by_driver, three.gated, batch) for batch in batches],
        [partial(contest.by_driver, three.bare, batch) for batch in batches],
    ]


def timed(rounds: int, turn: Callable[[int], list[list[Work]]]) -> list[list[float]]:
    """Let the sides take turns; return each one's microseconds for one piece of work, by round."""
    spent: list[list[float]] = []
    # The first turn pays for what is compiled once.
    for number in range(rounds + 1):
        works = turn(number)
        took = [0.0] * len(works)
        for side in sorted(range(len(works)), key=lambda side: (side + number) % len(works)):
            took[side] = microseconds(works[side]) / len(works[side])
        if number:
            spent.append(took)
    return spent


def microseconds(work: Sequence[Work]) -> float:
    """Do one piece of work after the other; return the processor time of all."""
    gc.collect()
    gc.disable()
    begun = time.process_time_ns()
    for each in work:
        each()
    spent = time.process_time_ns() - begun
    gc.enable()
    return spent / 1000


def line(name: str, rows: int, spent: Sequence[Sequence[float]]) -> None:
    """Print one comparison; a ratio is the share of the driver's speed that Core has."""
    core, gated, bare = (statistics.median(side) / rows for side in zip(*spent, strict=True))
    ratios = (statistics.median(took[side] / took[0] for took in spent) for side in (1, 2))
    print(
        f"{name:<41}{core:>8.1f}{gated:>8.1f}{bare:>9.1f}{next(ratios):>18.2f}{next(ratios):>12.2f}",
        flush=True,
    )


@contextmanager
def sides(room: Room) -> Iterator[Sides]:
    """Open a database for each side."""
    with (
        closing(room.store("sqlite")) as core,
        closing(room.store("sqlite")) as gated,
        bare(room) as connection,
    ):
        yield Sides(core, gated.gate, partial(transaction, connection))


@contextmanager
def bare(room: Room) -> Iterator[sqlite3.Connection]:
    """Open a database with a connection like the store's, that nobody else knows."""
    with closing(room.store("sqlite")) as made:
        path = Path(made.url.removeprefix("sqlite:///"))
    with closing(File(path, "full", busy_seconds=5).connect()) as connection:
        yield connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Run the block in a transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def require_same(three: Sides, table: str) -> None:
    """Raise AssertionError unless all sides wrote the same rows, and to the same search index."""
    with three.core.write() as tx, three.gated() as gated, three.bare() as own:
        for query in (f"SELECT * FROM {table} ORDER BY 1, 2", *DERIVED):  # noqa: S608
            first, *others = [each.execute(query).fetchall() for each in (tx.raw, gated, own)]
            if (not first and query not in DERIVED) or any(other != first for other in others):
                raise AssertionError(f"the sides wrote different rows: {query}")


def nothing(begin: Callable[[], AbstractContextManager[object]]) -> None:
    """Begin and commit."""
    with begin():
        pass


def file(number: int) -> FileState:
    """Return what is remembered of a file; every other number is of a file that is known already."""
    name = number if number % 2 else number % 100
    return FileState(f"{name}.md", 4000, number, number, f"{number:064}", f"{number}.md")


def files_by_core(store: Store, files: Sequence[FileState]) -> None:
    """Remember files as the service does."""
    with store.write() as tx:
        sources.put_files(tx.connection, "items", files)


def files_by_driver(begin: Transactions, files: Sequence[FileState]) -> None:
    """Remember files by the driver."""
    with begin() as connection:
        connection.executemany(PUT_FILE, [file_row("items", each) for each in files])


def file_row(source: str, file: FileState) -> tuple[object, ...]:
    """Return the columns of a file; inode numbers of 64 bits are folded into a signed column."""
    inode = file.inode - 2**64 if file.inode >= 2**63 else file.inode
    return source, file.path, file.size, file.mtime_ns, inode, file.hash, file.guid


def items_by_core(store: Store, new: Sequence[Item]) -> None:
    """Add items as the service does."""
    with store.write() as tx:
        items.insert(tx.connection, new, tx.seq())


def items_by_driver(begin: Transactions, new: Sequence[Item]) -> None:
    """Add items by the driver: encoded, split into words, counted and written."""
    rows = Rows(new)
    with begin() as connection:
        write_rows(connection, rows)


class Rows:
    """The rows that new items become; they are still without what only the database knows: `pk` and `seq`."""

    def __init__(self, new: Sequence[Item]) -> None:
        self.items = [[*row_of(each).values()][1:] for each in new]
        self.terms = [
            [
                (kind, value, each.state, to_ms(each.withdrawn_at or each.published), expires, label)
                for kind, value, label in terms_of(each)
            ]
            for each in new
            for expires in [to_ms_or_none(each.article.expires)]
        ]
        self.words = [" ".join(words_of(each.article)) for each in new]
        counted = Counter(
            tallies.term(kind, state, value, label)
            for terms in self.terms
            for kind, value, state, _, _, label in terms
        )
        self.tallies = [(*term, number) for term, number in sorted(counted.items())]


COLUMNS = list(row_of(stock.item(0)))[1:]
SEQ = COLUMNS.index("seq")
PUT_ITEM = f"INSERT INTO item (pk, {', '.join(COLUMNS)}) VALUES (?, {', '.join('?' * len(COLUMNS))})"  # noqa: S608
PUT_TERM = (
    "INSERT INTO item_term (item_pk, kind, value, state, at, expires, label) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
PUT_TALLY = """
    INSERT INTO tally (kind, state, value, label, number) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (kind, state, value, label) DO UPDATE SET number = number + excluded.number"""
PUT_WORDS = "INSERT INTO search (rowid, words) VALUES (?, ?)"
PUT_FILE = """
    INSERT INTO source_file (source, path, size, mtime_ns, inode, hash, guid) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (source, path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns,
        inode = excluded.inode, hash = excluded.hash, guid = excluded.guid"""
DERIVED = (
    "SELECT seq FROM clock",
    "SELECT * FROM item_term ORDER BY item_pk, kind, value",
    "SELECT * FROM tally ORDER BY kind, state, value, label",
    "SELECT rowid FROM search WHERE search MATCH 'harbour' ORDER BY rowid",
)


def write_rows(connection: sqlite3.Connection, rows: Rows) -> None:
    """Write what `items.insert` writes, to the same tables."""
    seq = connection.execute("UPDATE clock SET seq = seq + 1 RETURNING seq").fetchone()[0]
    last = connection.execute("SELECT max(pk) FROM item").fetchone()[0] or 0
    pks = range(last + 1, last + 1 + len(rows.items))
    for row in rows.items:
        row[SEQ] = seq
    connection.executemany(PUT_ITEM, [(pk, *row) for pk, row in zip(pks, rows.items, strict=True)])
    terms = [(pk, *term) for pk, of_item in zip(pks, rows.terms, strict=True) for term in of_item]
    connection.executemany(PUT_TERM, terms)
    connection.executemany(PUT_TALLY, rows.tallies)
    connection.executemany(PUT_WORDS, zip(pks, rows.words, strict=True))


SIZES = (500, 100, 1)
FILES = Contest("a file upserted", "source_file", file, files_by_core, files_by_driver)
ITEMS = Contest("a new item", "item", stock.item, items_by_core, items_by_driver)
