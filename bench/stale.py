"""Count answers that are older than what could be seen before they were asked for.

    ./run bench stale

A whole service runs, with two web processes, while an item is corrected about once a second. Each web
process has three pollers, each with a connection of its own: at the door, at the web server behind it,
and at Flask. They ask in turns plainly, for gzip, by ETag, and by date, until there are ten thousand
answers; one tells by its title, or by its ETag, which correction it holds. It is stale if it holds an
older one than had been live when it was asked for, and that is counted in three ways:

    in its process     some earlier answer of the same process held the newer one
    everywhere         some earlier answer of each process did
    anywhere           some earlier answer of any process did; the others look ten times a second

The last line says how late those others were. Linux only: /proc tells whose a connection is.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import itertools
import re
import statistics
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.machine import describe
from bench.serving import PATH, write_items
from tests.serving import Tree, item, serving

WAYS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "door": (PATH, {}),
    # The door leaves a head with TE to the web server, and what has a query the fast path leaves to Flask.
    "granian": (PATH, {"TE": "trailers"}),
    "Flask": (f"{PATH}?any=1", {}),
}
TITLE = re.compile(rb"Correction (\d+) of the tide table")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: when it was asked for and when it was there, whose it is, and which correction it holds."""

    asked: float
    came: float
    process: int
    way: str
    status: int
    etag: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Stale:
    """How many answers were stale, in each of the three ways, and by how many seconds the last of these."""

    in_process: int
    everywhere: int
    anywhere: int
    late: tuple[float, ...]


def main(arguments: Sequence[str] | None = None) -> None:
    """Let one write and the others poll, and print the counts."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    options.add_argument("--answers", type=int, default=10_000)
    options.add_argument("--changes", type=int, default=30, help="at least so many corrections")
    chosen = options.parse_args(arguments)
    if chosen.quick:
        chosen.answers, chosen.changes = 200, 2
    with tempfile.TemporaryDirectory(prefix="feedsvc-bench-") as name:
        write_items(Path(name), feeds=0)
        with serving(Path(name)) as service:
            answers, changes = polled(service, chosen.answers, chosen.changes)
    print(describe())
    print(*report(answers, changes), sep="\n")


def polled(service: Tree, wanted: int, changes: int) -> tuple[list[Answer], int]:
    """Correct an item and poll at once; return all answers, and how many corrections there were."""
    answers: list[Answer] = []
    done = threading.Event()
    correct(service, 1)
    until_seen(service, 1)
    pollers = [Poller(service.port, way, process) for process in processes(service) for way in WAYS]
    threads = [threading.Thread(target=poller.run, args=(service, answers, done)) for poller in pollers]
    for thread in threads:
        thread.start()
    try:
        for number in itertools.count(2):
            correct(service, number)
            until_seen(service, number)
            if number > changes and len(answers) >= wanted:
                return answers, number
    finally:
        done.set()
        for thread in threads:
            thread.join()
    raise AssertionError("counting does not end")


def correct(service: Tree, number: int) -> None:
    """Save a correction of the newest item."""
    service.write("00.md", item(f"Correction {number} of the tide table"))


def until_seen(service: Tree, number: int) -> None:
    """Wait until somebody has answered a correction, and a moment more: others may be late."""
    until = time.monotonic() + 60
    while f"Correction {number} of" not in service.get(PATH).text:
        if time.monotonic() > until:
            raise SystemExit(f"correction {number} is not served after 60 s")
        time.sleep(0.02)
    time.sleep(0.15)


def processes(service: Tree) -> list[int]:
    """Return the web processes."""
    return service.children()["web-worker"]


class Poller:
    """Asks one process on one connection, in one way."""

    def __init__(self, port: int, way: str, process: int) -> None:
        self._way = way
        self._process = process
        self._connection = connection_to(port, process)
        self._kept: dict[str, str] = {}

    def run(self, service: Tree, answers: list[Answer], done: threading.Event) -> None:
        """Ask until it is done."""
        for number in itertools.count():
            answers.append(self.ask(number % 4))
            if done.wait(0.01):
                self._connection.close()
                return

    def ask(self, kind: int) -> Answer:
        """Ask plainly, for gzip, by ETag, or by date."""
        path, headers = WAYS[self._way]
        asked = time.monotonic()
        self._connection.request("GET", path, headers={**headers, **self._validators(kind)})
        response = self._connection.getresponse()
        body = response.read()
        came = time.monotonic()
        if response.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        elif response.status == 200:
            self._kept = {
                "If-None-Match": response.headers["ETag"],
                "If-Modified-Since": response.headers["Last-Modified"],
            }
        found = TITLE.search(body)
        number = int(found[1]) if found else None
        etag = response.headers.get("ETag", "")
        return Answer(asked, came, self._process, self._way, response.status, etag, number)

    def _validators(self, kind: int) -> dict[str, str]:
        if kind == 1:
            return {"Accept-Encoding": "gzip"}
        name = ("", "", "If-None-Match", "If-Modified-Since")[kind]
        return {name: self._kept[name]} if name in self._kept else {}


def connection_to(port: int, process: int) -> http.client.HTTPConnection:
    """Return a connection that this process has accepted; the system chooses, so try until it is."""
    for _ in range(200):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        # A connection is accepted with its first bytes only.
        connection.request("HEAD", PATH)
        connection.getresponse().read()
        if inode(port, connection.sock.getsockname()[1]) in sockets(process):
            return connection
        connection.close()
    raise SystemExit(f"process {process} accepts nothing")


def inode(port: int, peer: int) -> str:
    """Return the system's number of the accepted end of a connection."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        here, there = (int(address.rpartition(":")[2], 16) for address in fields[1:3])
        if (here, there) == (port, peer):
            return fields[9]
    return ""


def sockets(process: int) -> set[str]:
    """Return the system's numbers of the sockets that a process has."""
    links = []
    for each in Path(f"/proc/{process}/fd").iterdir():
        try:
            links.append(str(each.readlink()))
        except OSError:
            continue
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def numbered(answers: Sequence[Answer]) -> dict[str, int]:
    """Return which correction each ETag stands for; two would be a fault."""
    numbers: dict[str, int] = {}
    for answer in answers:
        if answer.number is not None and numbers.setdefault(answer.etag, answer.number) != answer.number:
            raise SystemExit(f"ETag {answer.etag} came with two different bodies")
    return numbers


def stale(answers: Sequence[Answer]) -> Stale:
    """Count what was older than what had been answered before it was asked for."""
    numbers = numbered(answers)
    events = sorted(
        [(answer.came, 0, answer) for answer in answers] + [(answer.asked, 1, answer) for answer in answers],
        key=lambda event: event[:2],
    )
    newest: dict[int, int] = dict.fromkeys({answer.process for answer in answers}, 0)
    first: dict[int, float] = {}
    counted: Counter[str] = Counter()
    late: dict[tuple[int, int], float] = {}
    for moment, is_question, answer in events:
        # A 304 by date can name an ETag whose body nobody has fetched: it says nothing of its number.
        number = numbers.get(answer.etag)
        if number is None:
            continue
        if not is_question:
            newest[answer.process] = max(newest[answer.process], number)
            first.setdefault(number, moment)
            continue
        counted["in_process"] += number < newest[answer.process]
        counted["everywhere"] += number < min(newest.values())
        if number < max(newest.values()):
            counted["anywhere"] += 1
            late[answer.process, number] = moment - first[max(newest.values())]
    return Stale(
        counted["in_process"], counted["everywhere"], counted["anywhere"], tuple(sorted(late.values()))
    )


def report(answers: Sequence[Answer], changes: int) -> list[str]:
    """Return what to print."""
    found = stale(answers)
    told = {answer.etag for answer in answers if answer.number is not None}
    mute = sum(answer.etag not in told for answer in answers)
    ways: dict[str, Counter[int]] = defaultdict(Counter)
    for answer in answers:
        ways[answer.way][answer.status] += 1
    lines = [
        f"{len(answers):,} answers of {len({answer.process for answer in answers})} processes, "
        f"{changes} corrections, {mute} answers of unknown age"
    ]
    lines += [f"  {way:<10}{counts[200]:>8,} × 200{counts[304]:>8,} × 304" for way, counts in ways.items()]
    lines += [
        f"older than what its process had answered      {found.in_process:>6,}",
        f"older than what every process had answered    {found.everywhere:>6,}",
        f"older than what some process had answered     {found.anywhere:>6,}",
    ]
    if found.late:
        most, middle = found.late[-1] * 1000, statistics.median(found.late) * 1000
        lines.append(
            f"  by {middle:.0f} ms (median of each correction's last such answer), {most:.0f} ms at most"
        )
    return lines


if __name__ == "__main__":
    main()
