"""Measure the processor time that a poll costs, beside nginx with the same bytes as files.

    ./run bench serving        needs nginx and wrk: .ci/install-system-parts bench

All contenders take turns (A B A B …) under the same load from wrk. Processor time is that of the whole
server tree, from /proc; the figures are medians of microseconds a request. nginx runs twice, with
sendfile on and off, and the better one counts. `--instead` adds what would be taken in feedsvc's place:
Django, fastify, WordPress, each if it is installed. `--feeds 10000` puts that many feeds into memory and
spreads the polls over a thousand of them; `--contenders` also measures the web server without the door,
and without the fast path.
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.instead import frameworks, wordpress
from bench.machine import cpu_seconds, describe
from bench.rivals import Server, flask_alone, granian_alone, nginx
from tests.serving import item, serving

PATH = "/feeds/all.rss"
CONSONANTS, VOWELS = "bdfghklmnprstvw", "aeiou"
SPREAD = 1000
"""How many addresses are polled where there are many feeds."""


@dataclass(frozen=True)
class Case:
    """One kind of poll: name, headers, status, and how many times nginx's cost feedsvc's may be."""

    name: str
    headers: tuple[str, ...]
    bound: float | None = None
    method: str = "GET"
    status: int = 200

    def fields(self, validators: Mapping[str, str]) -> dict[str, str]:
        """Return the headers of a client that has been given these validators."""
        lines = (line.format(**validators).partition(": ") for line in self.headers)
        return {name: value for name, _, value in lines}


GZIP = "Accept-Encoding: gzip"
CASES = (
    Case("304", ("If-None-Match: {etag}", GZIP), 2.5, status=304),
    Case("304, new connection", ("If-None-Match: {etag}", GZIP, "Connection: close"), 1.5, status=304),
    Case("304 by date", ("If-Modified-Since: {modified}", GZIP), 2.5, status=304),
    Case("HEAD", (GZIP,), method="HEAD"),
    Case("200 gzip", (GZIP,), 1.8),
    Case("200 plain", (), 1.4),
)

INSTEAD: Mapping[str, tuple[Callable[[], str], Callable[[Path], AbstractContextManager[Server]]]] = {
    "Django, gunicorn": (frameworks.without_django, frameworks.django),
    "Django, granian": (frameworks.without_django, frameworks.django_on_granian),
    "fastify": (frameworks.without_fastify, frameworks.fastify),
    "WordPress": (wordpress.without, wordpress.wordpress),
}
"""What would be taken instead: why it cannot run here, and what runs it from a JSON Feed of the items."""


@dataclass(frozen=True)
class Cost:
    """What a load has cost: microseconds of processor time a request, and requests a second."""

    microseconds: float
    rate: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Run every case and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="only show that it runs: no figures to believe")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=2)
    options.add_argument("--feeds", type=int, default=0, help="so many more feeds, one for each tag")
    options.add_argument("--instead", action="store_true", help="also Django, fastify and WordPress")
    options.add_argument("--contenders", action="store_true", help="also without the door, and without more")
    options.add_argument("--cases", default="", help="only those whose name contains this")
    chosen = options.parse_args(arguments)
    if chosen.quick:
        chosen.rounds = chosen.seconds = 1
    for program in ("nginx", "wrk"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: apt-get install -y nginx wrk")
    kinds = {kind for kind in ("contenders", "instead") if getattr(chosen, kind)}
    with tempfile.TemporaryDirectory() as name, servers(Path(name), chosen.feeds, kinds) as all_:
        cases = [case for case in CASES if chosen.cases in case.name]
        print(f"{describe()}\n{chosen.rounds} rounds of {chosen.seconds} s\n", flush=True)
        for case in cases:
            table = measure(answering(all_, case), case, chosen.rounds, chosen.seconds)
            print(*report(case, table), sep="\n", flush=True)


@contextmanager
def servers(folder: Path, feeds: int, kinds: Collection[str] = ()) -> Iterator[list[Server]]:
    """Run feedsvc and its rivals with the same documents until the end of the block; feedsvc comes first."""
    write_items(folder, feeds)
    with ExitStack() as stack:
        service = stack.enter_context(serving(folder, FEEDSVC_SITE__URL="http://news.example"))
        paths = [PATH]
        if feeds:
            paths = [f"/tags/t{number}.rss" for number in range(min(feeds, SPREAD))]
            for path in paths:
                service.get(path)
        bodies = {path: service.get(path).body for path in paths}
        first = bodies[paths[0]]
        packed = len(gzip.compress(first, 6))
        size = f"{len(first):,} bytes, {packed:,} by gzip, {first.count(b'<item>')} items"
        print(f"{size}, {len(bodies):,} addresses")
        running = [Server("feedsvc", service.port, (service.process.pid,), tuple(paths))]
        for sendfile in ("on", "off"):
            running.append(stack.enter_context(nginx(folder / f"nginx-{sendfile}", bodies, sendfile)))
        if "contenders" in kinds:
            running.append(stack.enter_context(granian_alone(folder, tuple(paths))))
            running.append(stack.enter_context(flask_alone(folder, tuple(paths))))
        if "instead" in kinds:
            items = folder / "items.json"
            items.write_bytes(service.get("/feeds/all.json").body)
            running += taken_instead(items, stack)
        yield running


def taken_instead(items: Path, stack: ExitStack) -> Iterator[Server]:
    """Run what can run here of what would be taken in feedsvc's place, and say what cannot."""
    for name, (lack, run) in INSTEAD.items():
        if reason := lack():
            print(f"{name} is left out: {reason}")
            continue
        server = stack.enter_context(run(items))
        status, headers, body = server.ask(server.paths[0], {})
        size = f"{len(body):,} bytes, {body.count(b'<item>')} items"
        print(f"{name}: {status}, {headers.get('content-type', '')}, {size}")
        yield server


def answering(servers: Sequence[Server], case: Case) -> list[Server]:
    """Return those that answer as a case asks; say what the others do."""
    chosen = []
    for server in servers:
        path = server.paths[0]
        fields = case.fields(server.validators(path, GZIP in case.headers))
        status, headers, _ = server.ask(path, {k: v for k, v in fields.items() if v}, case.method)
        coding = headers.get("content-encoding", "identity")
        if status == case.status and (status == 304 or (coding == "gzip") == (GZIP in case.headers)):
            chosen.append(server)
        else:
            print(f"{server.name} is left out of “{case.name}”: it answers {status}, {coding}")
    return chosen


def write_items(folder: Path, feeds: int) -> None:
    """Write fifty items of about four kilobytes, and one small item for each fifty further feeds."""
    (folder / "items").mkdir()
    chance = random.Random(1)  # noqa: S311  # the same text each time
    words = [
        "".join(chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(chance.randint(1, 4)))
        for _ in range(3000)
    ]
    weights = [1 / (rank + 20) for rank in range(len(words))]
    for number in range(50):
        body = "\n\n".join(
            " ".join(chance.choices(words, weights, k=86)).capitalize() + "." for _ in range(7)
        )
        (folder / "items" / f"{number:02}.md").write_text(item(f"Harbour board, part {number}", body))
    for begin in range(0, feeds, 50):
        tags = ", ".join(f"t{number}" for number in range(begin, min(begin + 50, feeds)))
        (folder / "items" / f"tagged-{begin}.md").write_text(item(f"Tagged {begin}", tags=f"[{tags}]"))


def measure(servers: Sequence[Server], case: Case, rounds: int, seconds: int) -> list[tuple[Server, Cost]]:
    """Interleave the servers; return each with its median cost."""
    rows: dict[str, list[Cost]] = {server.name: [] for server in servers}
    with tempfile.TemporaryDirectory() as folder:
        scripts = {server.name: script(Path(folder) / server.name, server, case) for server in servers}
        for _ in range(rounds):
            for server in servers:
                if case.method == "HEAD":
                    cost = load_heads(server, case, seconds)
                else:
                    cost = load(server, scripts[server.name], seconds)
                rows[server.name].append(cost)
    return [(server, median(rows[server.name])) for server in servers]


def median(costs: Sequence[Cost]) -> Cost:
    """Return the medians of several loads."""
    spent, rates = [cost.microseconds for cost in costs], [cost.rate for cost in costs]
    return Cost(statistics.median(spent), statistics.median(rates))


def script(path: Path, server: Server, case: Case) -> Path:
    """Write what wrk shall ask: each address with the validators that this server gives."""
    requests = []
    for address in server.paths:
        validators = server.validators(address, GZIP in case.headers)
        fields = ", ".join(f'["{name}"] = {quoted(value)}' for name, value in case.fields(validators).items())
        requests.append(f'wrk.format("{case.method}", "{address}", {{ {fields} }})')
    path.write_text(
        "local asks = {}\nlocal next = 0\n"
        "function init(args)\n" + "".join(f"  asks[#asks + 1] = {each}\n" for each in requests) + "end\n"
        "function request()\n  next = next % #asks + 1\n  return asks[next]\nend\n"
    )
    return path


def quoted(text: str) -> str:
    """Return a string of Lua."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def load(server: Server, asks: Path, seconds: int) -> Cost:
    """Put a server under load by wrk."""
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", str(asks), f"http://127.0.0.1:{server.port}"]
    pids = server.pids()
    before = cpu_seconds(pids)
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    spent = cpu_seconds(pids) - before
    requests = int(re.search(r"(\d+) requests in", result.stdout)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", result.stdout)[1])  # type: ignore[index]
    if "Non-2xx or 3xx" in result.stdout:
        sys.exit(f"{server.name} answered errors: {result.stdout}")
    return Cost(spent / requests * 1e6, rate)


def load_heads(server: Server, case: Case, seconds: int) -> Cost:
    """Ask for heads, one after the other on one connection: wrk would wait for the bodies."""
    asks = [
        "".join(
            f"{line}\r\n" for line in (f"HEAD {path} HTTP/1.1", "Host: 127.0.0.1", *case.headers, "")
        ).encode()
        for path in server.paths
    ]
    pids = server.pids()
    before, requests = cpu_seconds(pids), 0
    until = time.monotonic() + seconds
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        while time.monotonic() < until:
            connection.sendall(asks[requests % len(asks)])
            if not connection.recv(8192).endswith(b"\r\n\r\n"):
                sys.exit(f"{server.name} answered a HEAD with more than a head, or with nothing")
            requests += 1
    return Cost((cpu_seconds(pids) - before) / requests * 1e6, requests / seconds)


def report(case: Case, table: Sequence[tuple[Server, Cost]]) -> Iterator[str]:
    """Yield the rows of one case: ratios to the better nginx, and to feedsvc."""
    best = min(cost.microseconds for server, cost in table if server.name.startswith("nginx"))
    ours = table[0][1].microseconds
    yield f"{case.name:<26}{'µs':>10}{'to nginx':>10}{'to ours':>10}{'req/s':>10}"
    for server, cost in table:
        ratios = f"{cost.microseconds / best:>10.2f}{cost.microseconds / ours:>10.2f}"
        note = told(server, case, cost.microseconds / best, cost.microseconds / ours)
        yield f"  {server.name:<24}{cost.microseconds:>10.1f}{ratios}{cost.rate:>10,.0f}{note}"


def told(server: Server, case: Case, to_nginx: float, to_ours: float) -> str:
    """Say whether the bound that a server has in a case is kept."""
    if server.name == "feedsvc" and case.bound:
        return f"   at most {case.bound} × nginx: {'kept' if to_nginx <= case.bound else 'MISSED'}"
    if least := server.bounds.get(case.name):
        return f"   at least {least:g} × ours: {'kept' if to_ours >= least else 'MISSED'}"
    return ""


if __name__ == "__main__":
    main()
