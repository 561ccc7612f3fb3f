"""Measure publish latency: from the moment a file is saved until every web process serves the new bytes.

    .venv/bin/python -m bench.latency

Each round edits one of fifty files and polls the RSS feed on many new connections, until every web
process has answered with the new title.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from bench.machine import describe
from bench.serving import PATH, write_items
from tests.serving import Tree, item, serving

AGREE = 8
"""New connections in a row that must all answer with the new bytes: two processes share them."""


def main() -> None:
    """Run the rounds and print the distribution."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=40)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_items(folder)
        with serving(folder) as service:
            times = sorted(once(service, number) for number in range(rounds))
    p99 = times[min(len(times) - 1, round(len(times) * 0.99))]
    print(f"{describe()}\n{rounds} edits, 50 items, 2 web processes; milliseconds from save to served by all")
    print(f"min {times[0]:.0f}   p50 {statistics.median(times):.0f}   p99 {p99:.0f}   max {times[-1]:.0f}")


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
