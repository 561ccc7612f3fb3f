"""Measure what rendering costs, against feedgen alone writing the same feeds.

    .venv/bin/python -m bench.render

Both take turns (A B A B …); the figures are medians of milliseconds of processor time, and their ratio.
JSON Feed, which feedgen has not, is held against its RSS. Each case is measured twice: without the publish
gate, which is what rendering is, and with it (every new entry checked and linted), which feedgen's users
go without.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count

from bench import plain, stock
from bench.machine import describe
from feedsvc import feeds, formats, gate
from feedsvc.memo import Memo
from feedsvc.model import FORMATS, Document, Feed, Format, Image, Item, Selection, Site

SITE = Site("https://harbour.example", "Harbour News")
FEEDS = tuple(Feed(slug, slug.capitalize(), f"/feeds/{slug}") for slug in ("all", "sea", "storm", "boats"))
Selections = Sequence[Selection]
VERSIONS = count(1)
ENOUGH = 4.0
"""Seconds of one case that say enough."""


@dataclass(frozen=True)
class Case:
    """Something that both do: ours, theirs, and how much of theirs ours may cost."""

    name: str
    ours: Callable[[Selections], object]
    theirs: Callable[[Selections], object]
    bound: float
    selections: Sequence[Selection]
    times: int = 1
    """How often ours does it in a turn, each time with another change: long enough to be measured."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run every case and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    options.add_argument("--rounds", type=int, default=41)
    chosen = options.parse_args(arguments)
    few, many, rounds = (5, 10, 2) if chosen.quick else (50, 5000, chosen.rounds)
    print(describe())
    body = formats.render(selection(few), "rss")
    print(f"{few} entries of RSS are {len(body):,} bytes\n")
    print(f"{'':<34}{'feedgen':>9}{'ours':>9}{'ratio':>8}{'bound':>8}{'gate':>9}{'ratio':>8}")
    for case in cases(few, many):
        tell(case, rounds)


def cases(few: int, many: int) -> Iterator[Case]:
    """Yield everything that is measured."""
    for format_ in FORMATS:
        yield Case(f"{format_}, {few} new entries", cold(format_), rival(format_), 1.3, [selection(few)])
    for size, bound in ((few, 0.04), (many, 0.1)):
        for format_ in FORMATS:
            name = f"{format_}, 1 of {size:,} entries changed"
            times = 10 if size == few else 1
            yield Case(name, changed(format_), rival(format_), bound, [selection(size)], times)
    some = [replace(selection(few, begin=few * place), feed=feed) for place, feed in enumerate(FEEDS)]
    one = some[0].items[0]
    some = [replace(each, items=(one, *each.items[1:])) for each in some]
    yield Case("1 item into 4 feeds, gzip", published, plain.publish, 0.1, some)


def selection(size: int, begin: int = 0) -> Selection:
    """Return a feed of so many items, each of about 4 kB of HTML with summary, author, tags and image."""
    return Selection(SITE, FEEDS[0], tuple(story(begin + number) for number in range(size)), stock.NOW)


def story(number: int) -> Item:
    """Return an item as an ordinary site has it."""
    item = stock.item(number)
    image = Image(f"https://harbour.example/media/{number}.jpg", width=1200, height=800)
    article = replace(item.article, language=SITE.language, expires=None, image=image)
    return replace(item, article=article, state="published", withdrawn_at=None)


def rival(format_: Format) -> Callable[[Selections], object]:
    """Return how feedgen alone writes a feed; where it cannot, JSON is held against its RSS."""
    return lambda given: plain.render(given[0], "rss" if format_ == "json" else format_)


def cold(format_: Format) -> Callable[[Selections], object]:
    """Return how a feed of which nothing is known is built."""

    def build(given: Selections) -> object:
        forget()
        return gate.build_one(given[0], format_)

    return build


def changed(format_: Format) -> Callable[[Selections], object]:
    """Return how a feed is built again after one of its items has changed."""
    return lambda given: gate.build_one(given[0], format_)


def published(given: Selections) -> list[Document]:
    """Return every feed in every format as it is stored, compressed, after one of its items has changed."""
    return [
        formats.document(
            f"{each.feed.path}{formats.SUFFIXES[built.format]}",
            formats.CONTENT_TYPES[built.format],
            built.body,
            modified=each.updated,
            links=feeds.links(each, built.format),
        )
        for each in given
        for built in gate.build(each)
    ]


def tell(case: Case, rounds: int) -> None:
    """Measure a case and print its line."""
    with without_gate():
        theirs, ours = turns(case, rounds)
    beside, gated = turns(case, max(2, rounds // 3))
    verdict = "" if ours / theirs <= case.bound else "  over"
    print(
        f"{case.name:<34}{theirs:>9.2f}{ours:>9.3f}{ours / theirs:>8.3f}{case.bound:>8.2f}"
        f"{gated:>9.2f}{gated / beside:>8.2f}{verdict}",
        flush=True,
    )


def turns(case: Case, rounds: int) -> tuple[float, float]:
    """Return the medians of what theirs and ours cost, in turns."""
    forget()
    # Every format of the feeds is in memory, as it is where they are published.
    for each in case.selections:
        gate.build(each)
    theirs: list[float] = []
    ours: list[float] = []
    begun = time.monotonic()
    while len(ours) < 2 or (len(ours) < rounds and time.monotonic() < begun + ENOUGH):
        given = [corrected(case.selections) for _ in range(case.times)]
        theirs.append(once(case.theirs, given[:1]))
        ours.append(once(case.ours, given))
    return statistics.median(theirs), statistics.median(ours)


def corrected(given: Selections) -> Selections:
    """Return the feeds with another version of the first item, which is in all of them."""
    version = next(VERSIONS)
    first = given[0].items[0]
    article = replace(first.article, title=f"{first.article.title} ({version})")
    first = replace(first, article=article, hash=f"{version:064}")
    return [replace(each, items=(first, *each.items[1:])) for each in given]


def once(work: Callable[[Selections], object], given: Sequence[Selections]) -> float:
    """Return the milliseconds of processor time of a piece of work, the mean where it is done again."""
    begun = time.process_time_ns()
    for each in given:
        work(each)
    return (time.process_time_ns() - begun) / 1e6 / len(given)


def forget() -> None:
    """Let the gate know no entry."""
    vars(gate)["_KEPT"] = Memo(gate.KEPT_BYTES, gate.MOST_KEPT_BYTES)


@contextmanager
def without_gate() -> Iterator[None]:
    """Let every entry pass unseen until the end of the block."""
    seen = vars(gate)["_findings"]
    vars(gate)["_findings"] = lambda *_: {}
    try:
        yield
    finally:
        vars(gate)["_findings"] = seen


if __name__ == "__main__":
    main()
