"""Measure the processor time that headlines for other people's pages cost, beside polls of the feed.

    ./run bench embeds         needs wrk: .ci/install-system-parts bench

Every case is asked of the same running service, through its door, in turns (A B A B …) under the same load
from wrk. Processor time is that of the whole tree; the figures are medians of microseconds a request.
What is published with the feed (the defaults) is beside what somebody asks for otherwise (options), and
beside that spelt in another way.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.machine import describe
from bench.rivals import Server
from bench.serving import GZIP, PATH, Case, Cost, load, median, script, write_items
from tests.serving import serving

PACKED = Case("200 gzip", (GZIP,))
KNOWN = Case("304", ("If-None-Match: {etag}", GZIP), status=304)
JSON, FRAGMENT = "/embed/all.json", "/embed/all.html"
OPTIONS = "?count=3&lang=en"
HTML_OPTIONS = "?count=3&lang=de"
"""The language of the feed is no option to a fragment: that would be the same as `count` alone."""


@dataclass(frozen=True)
class Row:
    """One thing that is asked for: its name, where, and how."""

    name: str
    path: str
    case: Case


ROWS = tuple(
    Row(f"{name}, {case.name}", path, case)
    for name, path in (
        ("RSS", PATH),
        ("embed JSON", JSON),
        ("embed JSON, options", JSON + OPTIONS),
        ("the same, spelt otherwise", f"{JSON}?lang=en-GB&count=03"),
        ("fragment", FRAGMENT),
        ("fragment, options", FRAGMENT + HTML_OPTIONS),
        ("fragment, shadow root", f"{FRAGMENT}?shadow=1"),
        ("page for a frame", "/embed/all/"),
        ("picture", "/embed/all.svg"),
    )
    for case in (KNOWN, PACKED)
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run every case and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=2)
    options.add_argument("--cases", default="", help="only those whose name contains this")
    chosen = options.parse_args(arguments)
    if chosen.quick:
        chosen.rounds = chosen.seconds = 1
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install -y wrk")
    rows = [row for row in ROWS if chosen.cases in row.name]
    with tempfile.TemporaryDirectory() as name:
        write_items(Path(name), 0)
        with serving(Path(name), FEEDSVC_SITE__URL="http://news.example") as service:
            print(f"{describe()}\n{chosen.rounds} rounds of {chosen.seconds} s\n", flush=True)
            server = Server("feedsvc", service.port, (service.process.pid,), (PATH,))
            report(measure(server, rows, chosen.rounds, chosen.seconds))


def measure(
    server: Server, rows: Sequence[Row], rounds: int, seconds: int
) -> list[tuple[Row, Cost, int, int]]:
    """Interleave the rows; return each with its median cost and its size, plain and packed."""
    costs: dict[str, list[Cost]] = {row.name: [] for row in rows}
    sizes = {}
    with tempfile.TemporaryDirectory() as folder:
        asks = {}
        for at, row in enumerate(rows):
            one = replace(server, paths=(row.path,))
            status, _, body = one.ask(row.path, {})
            if status != 200:
                sys.exit(f"{row.path} is answered with {status}")
            sizes[row.name] = (len(body), len(gzip.compress(body, 6)))
            asks[row.name] = (one, script(Path(folder) / str(at), one, row.case))
        for _ in range(rounds):
            for row in rows:
                costs[row.name].append(load(*asks[row.name], seconds))
    return [(row, median(costs[row.name]), *sizes[row.name]) for row in rows]


def report(table: Sequence[tuple[Row, Cost, int, int]]) -> None:
    """Print the table: what each costs, and how many times what the feed's own costs in that case."""
    base = {row.case.name: cost.microseconds for row, cost, *_ in table if row.path == PATH}
    print(f"{'':<38}{'bytes':>9}{'gzip':>8}{'µs':>8}{'to RSS':>8}{'req/s':>10}")
    for row, cost, plain, packed in table:
        ratio = f"{cost.microseconds / base[row.case.name]:8.2f}" if row.case.name in base else f"{'':8}"
        print(f"{row.name:<38}{plain:>9,}{packed:>8,}{cost.microseconds:>8.1f}{ratio}{cost.rate:>10,.0f}")


if __name__ == "__main__":
    main()
