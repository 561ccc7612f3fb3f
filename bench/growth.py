"""Measure how the queries behind feeds and pages grow with the number of stored items.

    .venv/bin/python -m bench.growth              1,000 and 100,000 items, on both databases
    .venv/bin/python -m bench.growth --full       a million too: some ten minutes, most of them to fill it

Every query is asked of each size in turns (A B A B …); the figure is the median of milliseconds of
processor time, of this process and of the database's, and the ratio is that to the smallest size.
A ratio with * compares answers of different lengths.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, event, text

from bench import stock
from bench.machine import describe, nanoseconds
from bench.stock import AUTHOR, LANGUAGE, NOW, RARE, SOURCE, TAG, WORD
from feedsvc.model import Rule
from feedsvc.store import Store, items
from tests.postgres import Server

Query = Callable[[Connection], object]


def latest(rule: Rule, **options: object) -> Query:
    """Return the query that a feed of this rule is."""
    return lambda c: items.select(c, rule, now=NOW, limit=50, **options)  # type: ignore[arg-type]


QUERIES: dict[str, Query] = {
    "latest 50 of everything": latest(Rule()),
    "latest 50 of everything by update": latest(Rule(), order="updated"),
    "latest 50 of a tag": latest(Rule(tags=(TAG,))),
    "latest 50 of a rare tag": latest(Rule(tags=(RARE,))),
    "latest 50 of a tag by update": latest(Rule(tags=(TAG,)), order="updated"),
    "latest 50 of an author": latest(Rule(authors=(AUTHOR,))),
    "latest 50 of a source": latest(Rule(sources=(SOURCE,))),
    "latest 50 of a language": latest(Rule(languages=(LANGUAGE,))),
    "latest 50 with a word": latest(Rule(text=WORD)),
    "latest 50 with a rare word": latest(Rule(text=RARE)),
    "latest 50 of a tag in a language": latest(Rule(tags=(TAG,), languages=(LANGUAGE,))),
    "latest 50 without a tag": latest(Rule(exclude_tags=(TAG,))),
    "latest 50 of three tags or a feed": latest(Rule(tags=(TAG, "topic 7", "subject 9"), feed="world")),
    "last 50 withdrawn": lambda c: items.withdrawn(c, Rule(), limit=50),
    "last withdrawn of a tag": lambda c: items.withdrawn(c, Rule(tags=(TAG,)), limit=1),
    "next change of a feed of a tag": lambda c: items.next_change(c, Rule(tags=(TAG,)), (), NOW),
    "next moment of everything": lambda c: items.next_moment(c, NOW),
    "count of everything": lambda c: items.count(c, Rule(), now=NOW),
    "count of a tag": lambda c: items.count(c, Rule(tags=(TAG,)), now=NOW),
    "tags with their counts": lambda c: items.tags(c, NOW),
    "authors with their counts": lambda c: items.authors(c, NOW),
    "counts by state": items.counts,
    "first page of all items": lambda c: items.list_all(c, limit=50, offset=0),
    "first page of drafts": lambda c: items.list_all(c, state="draft", limit=50, offset=0),
    "first page of a source": lambda c: items.list_all(c, source=SOURCE, limit=50, offset=0),
    "first page with a word": lambda c: items.list_all(c, q=WORD, limit=50, offset=0),
    "100 changes": lambda c: items.changed_since(c, 2, 100),
}


def main(arguments: Sequence[str] | None = None, server: Server | None = None) -> None:
    """Fill the databases, ask, and print a table for each kind."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--full", action="store_true", help="a million items too")
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    options.add_argument("--sizes", type=int, nargs="+")
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--explain", action="store_true", help="show how the database answers")
    options.add_argument("--only", default="", help="the queries whose names hold this")
    options.add_argument("--dialects", nargs="+", default=stock.DIALECTS)
    chosen = options.parse_args(arguments)
    sizes = chosen.sizes or [1000, 100_000, *([1_000_000] if chosen.full else [])]
    rounds = chosen.rounds
    if chosen.quick:
        sizes, rounds = [50, 100], 1
    queries = {name: query for name, query in QUERIES.items() if chosen.only in name}
    print(describe())
    with stock.databases(durable=False, dialects=chosen.dialects, server=server) as room:
        for dialect in chosen.dialects:
            stores = [filled(room.store(dialect), count) for count in sizes]
            table(dialect, sizes, stores, queries, rounds)
            if chosen.explain:
                explain(stores[-1], queries)
            for store in stores:
                store.close()


def filled(store: Store, count: int) -> Store:
    """Fill a store and tell how long that took."""
    begun = time.perf_counter()
    stock.fill(store, count)
    print(f"{store.dialect}: {count:,} items in {time.perf_counter() - begun:.0f} s", flush=True)
    return store


def table(
    dialect: str, sizes: list[int], stores: list[Store], queries: dict[str, Query], rounds: int
) -> None:
    """Ask every query of every size in turns, and print the medians."""
    heads = "".join(f"{count:>12,}" for count in sizes)
    print(f"\n{dialect:<36}{heads}   ratio{'s' if len(sizes) > 2 else ''}", flush=True)
    for name, query in queries.items():
        spent: list[list[float]] = [[] for _ in stores]
        lengths = [once(store, query)[1] for store in stores]
        for _ in range(rounds):
            for times, store in zip(spent, stores, strict=True):
                # Four seconds of one query say enough.
                if not times or sum(times) < 4000:
                    times.append(once(store, query)[0])
        medians = [statistics.median(times) for times in spent]
        ratios = "".join(
            f"{each / medians[0]:>8.2f}{' ' if length == lengths[0] else '*'}"
            for each, length in zip(medians[1:], lengths[1:], strict=True)
        )
        print(f"{name:<36}" + "".join(f"{each:>12.2f}" for each in medians) + ratios, flush=True)


def once(store: Store, query: Query) -> tuple[float, int]:
    """Return the milliseconds of processor time that a query costs, and the length of its answer."""
    with store.read() as c:
        backend = c.execute(text("SELECT pg_backend_pid()")).scalar_one() if store.dialect != "sqlite" else 0
        before = _processor(backend)
        found = query(c)
        spent = _processor(backend) - before
        return spent / 1e6, len(found) if isinstance(found, list) else 1


def _processor(backend: int) -> int:
    return time.thread_time_ns() + (nanoseconds(backend) if backend else 0)


def explain(store: Store, queries: dict[str, Query]) -> None:
    """Print how the database answers each query."""
    word = "EXPLAIN QUERY PLAN" if store.dialect == "sqlite" else "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF)"
    seen: list[tuple[str, Any]] = []
    with store.read() as c:

        @event.listens_for(c, "before_cursor_execute")
        def note(_c: object, _cursor: object, statement: str, values: object, *_: object) -> None:
            seen.append((statement, values))

        for name, query in queries.items():
            seen.clear()
            query(c)
            print(f"\n## {name}")
            for statement, values in tuple(seen):
                steps = c.exec_driver_sql(f"{word} {statement}", values)
                print("    --", *(row[-1] for row in steps), sep="\n    ")


if __name__ == "__main__":
    main()
