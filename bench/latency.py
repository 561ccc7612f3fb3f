"""Measure publish latency: from the moment a file is saved until every web process serves the new bytes.

    .venv/bin/python -m bench.latency

Two whole services run, one on SQLite and one on PostgreSQL, each with two web processes and fifty items.
Each round edits a file of the one, then of the other (A B A B …), and polls the RSS feed on many new
connections, until every web process has answered with the new title.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from bench import stock
from bench.machine import describe
from bench.serving import PATH, write_items
from tests.postgres import Server
from tests.serving import Tree, item, serving

AGREE = 8
"""New connections in a row that must all answer with the new bytes: two processes share them."""


def main(arguments: Sequence[str] | None = None, server: Server | None = None) -> None:
    """Run the rounds and print the distributions."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--dialects", nargs="+", default=stock.DIALECTS)
    chosen = options.parse_args(arguments)
    rounds = 2 if chosen.quick else chosen.rounds
    with ExitStack() as stack:
        room = stack.enter_context(stock.databases(dialects=chosen.dialects, server=server))
        services = {dialect: stack.enter_context(service(room, dialect)) for dialect in chosen.dialects}
        times: dict[str, list[float]] = {dialect: [] for dialect in services}
        for number in range(rounds):
            for dialect, each in services.items():
                times[dialect].append(once(each, number))
    print(
        f"{describe()}\n{rounds} edits, 50 items, 2 web processes; milliseconds from save to served by all\n"
    )
    print("                 min       p50       p99       max")
    for dialect, taken in times.items():
        taken.sort()
        p99 = taken[min(len(taken) - 1, round(len(taken) * 0.99))]
        figures = (taken[0], statistics.median(taken), p99, taken[-1])
        print(f"{dialect:<10}" + "".join(f"{each:>10.0f}" for each in figures))


@contextmanager
def service(room: stock.Room, dialect: str) -> Iterator[Tree]:
    """Run a whole service on a database of its own until the end of the block."""
    folder = room.folder / f"service-{dialect}"
    folder.mkdir()
    write_items(folder, feeds=0)
    with serving(folder, FEEDSVC_DATABASE__URL=room.url(dialect)) as tree:
        yield tree


def once(service: Tree, number: int) -> float:
    """Edit one file; return milliseconds until every process serves it."""
    title = f"Edited for the {number}th time"
    begun = service.write(f"{number % 50:02}.md", item(title))
    agreed = 0
    while agreed < AGREE:
        agreed = agreed + 1 if title in service.get(PATH).text else 0
        if time.monotonic() - begun > 30:
            raise SystemExit(f"“{title}” is not served after 30 s")
    return (time.monotonic() - begun) * 1000


if __name__ == "__main__":
    main()
