"""The parser's own process: shared, bounded, replaced when it dies, gone when its parent is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsvc.errors import ParseError
from feedsvc.sources.parser import Parser

FEED = "<rss version='2.0'><channel><title>T</title><item><title>A</title></item></channel></rss>"
DEEP = "<rss version='2.0'>" + "<a>" * 1_000_000


@pytest.fixture
def parser() -> Iterator[Parser]:
    patient = Parser()
    yield patient
    patient.close()


def child(parser: Parser) -> int:
    assert parser._process is not None
    return parser._process.pid


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_one_process_serves_feed_after_feed(parser: Parser) -> None:
    assert parser.parse(FEED).entries[0].title.value == "A"
    first = child(parser)
    assert parser.parse(FEED).version == "rss20"
    assert child(parser) == first


def test_a_feed_that_takes_too_long_is_given_up_in_time() -> None:
    # With memory to spare: on a quick machine, 200 MB are used up before the time is.
    hurried = Parser(seconds=3, megabytes=4000)
    begun = time.monotonic()
    with pytest.raises(ParseError, match="more than 3 seconds"):
        hurried.parse(DEEP)
    assert time.monotonic() - begun < 9
    assert hurried.parse(FEED).version == "rss20"
    hurried.close()


def test_a_feed_that_takes_too_much_memory_is_given_up() -> None:
    small = Parser(seconds=20, megabytes=60)
    with pytest.raises(ParseError, match="60 MB"):
        small.parse("<rss version='2.0'><channel><title>" + "x" * 30_000_000)
    assert small.parse(FEED).version == "rss20"
    small.close()


def test_a_feed_that_the_parser_fails_over_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    failing = tmp_path / "failing.py"
    failing.write_text("import sys; sys.stdin.buffer.read(4); raise SystemError")
    monkeypatch.setattr("feedsvc.sources.parser._PROGRAM", failing)
    with pytest.raises(ParseError, match="the parser fails over it"):
        Parser().parse(FEED)


def test_a_process_that_was_killed_is_replaced(parser: Parser) -> None:
    parser.parse(FEED)
    os.kill(child(parser), signal.SIGKILL)
    assert parser._process is not None
    parser._process.wait()
    assert parser.parse(FEED).version == "rss20"


def test_a_large_feed_does_not_leave_a_large_process_behind(parser: Parser) -> None:
    parser.parse(FEED)
    first = child(parser)
    parser.parse(FEED.replace("<title>A", "<title>" + "x" * 1_100_000))
    assert not is_running(first)


def test_threads_share_the_process(parser: Parser) -> None:
    titles: list[str] = []

    def ask(number: int) -> None:
        titles.append(parser.parse(FEED.replace("A", f"A{number}")).entries[0].title.value)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(titles) == [f"A{number}" for number in range(6)]


def test_the_process_ends_with_its_parent_even_if_that_is_killed() -> None:
    program = (
        "import sys, time; from feedsvc.sources.parser import shared;"
        f"shared.parse({FEED!r}); print(shared._process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)
