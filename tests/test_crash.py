"""Kill and stop the service at random moments, under edits and under load: nothing is lost, nothing half."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.serving import FEEDS, Tree, eventually, free_port, item, serving, start

KILLS, KILLING_SECONDS = 20, 26.0
STOPS, STOPPING_SECONDS = 10, 16.0
"""Rounds, and the time after which no other begins: a busy machine makes fewer."""

BACK = 20.0
"""Seconds within which everything is as it should be; five where nothing else runs on the machine."""

KILLED = ("Killing worker", "did not end within")
"""What the log says where a process had to be killed, since it did not end by itself."""

CHANCE = random.Random(7)  # noqa: S311  # moments that a failure can be tried again with


class Editor:
    """Saves about five files a second, new ones and old ones again, and knows what each holds."""

    def __init__(self, tree: Tree) -> None:
        self.titles: dict[str, str] = {}
        self._tree = tree
        self._edits = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        done = threading.Event()
        thread = threading.Thread(target=self._work, args=(done,))
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _work(self, done: threading.Event) -> None:
        while not done.wait(0.2):
            self._edits += 1
            again = self.titles and CHANCE.random() < 0.3
            name = CHANCE.choice(sorted(self.titles)) if again else f"{self._edits:03}.md"
            self.titles[name] = f"Edit {self._edits} of {name}"
            self._tree.write(name, item(self.titles[name]))


def fault(tree: Tree, titles: list[str]) -> str:
    """Say how the feed differs from the files, in whichever web process answers; empty if it does not."""
    for _ in range(4):
        try:
            entries = json.loads(tree.get("/feeds/all.json").body)["items"]
        except OSError as error:
            return str(error)
        found = [entry["title"] for entry in entries]
        if len({entry["id"] for entry in entries}) != len(entries):
            return f"an item is there twice: {Counter(found).most_common(1)}"
        if sorted(found) != sorted(titles):
            return f"{set(found) ^ set(titles)}"
    return "" if tree.ready() else "it is not ready"


def await_recovery(tree: Tree, titles: list[str], killed: str) -> None:
    until = time.monotonic() + BACK
    while wrong := fault(tree, titles):
        assert time.monotonic() < until, f"{BACK} s after {killed} was killed: {wrong}"
        time.sleep(0.05)


def victim(tree: Tree, kind: str) -> int:
    return tree.process.pid if kind == "serve" else tree.children()[kind][-1]


def test_nothing_is_lost_or_doubled_whichever_process_is_killed(tmp_path: Path) -> None:
    until = time.monotonic() + KILLING_SECONDS
    with serving(tmp_path, "[feeds.all]\nlimit = 500\n") as tree:
        editor = Editor(tree)
        for number in range(KILLS):
            kind = ("worker", "web-worker", "serve", "web")[number % 4]
            if time.monotonic() > until and number >= 4:
                break
            with editor.at_work():
                time.sleep(0.5 + CHANCE.random())
                eventually(lambda: bool(tree.children()["web-worker"]), 5, "there is something to kill")
                os.kill(victim(tree, kind), signal.SIGKILL)
                if kind == "serve":
                    tree.process.wait()
                    tree.process = start(tmp_path, tree.port).process
                time.sleep(CHANCE.random() / 2)
            await_recovery(tree, list(editor.titles.values()), kind)
            with sqlite3.connect(tmp_path / "data" / "feedsvc.db") as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            database.close()
    assert "Traceback" not in tree.log.read_text()


class Reader(threading.Thread):
    """Asks for feeds as fast as it can, each on a connection of its own, and notes how that goes."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.answers: Counter[str] = Counter()
        self.done = threading.Event()
        self._port = port

    def run(self) -> None:
        while not self.done.is_set():
            for path in FEEDS:
                self.answers[self._ask(path)] += 1

    def _ask(self, path: str) -> str:
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)) as connection:
            try:
                connection.connect()
            except OSError:
                time.sleep(0.02)
                return "refused"
            try:
                connection.request("GET", path)
                response = connection.getresponse()
            except OSError:
                return "unanswered"
            try:
                return "whole" if response.read() and response.status == 200 else f"status {response.status}"
            except (OSError, http.client.HTTPException):
                return "half"


def test_a_stop_under_load_is_quick_and_cuts_no_answer(tmp_path: Path) -> None:
    until = time.monotonic() + STOPPING_SECONDS
    port = free_port()
    answers: Counter[str] = Counter()
    for number in range(STOPS):
        if time.monotonic() > until and number >= 3:
            break
        tree = start(tmp_path, port)
        readers = [Reader(port) for _ in range(4)]
        try:
            eventually(tree.ready, 20, "it is ready")
            for reader in readers:
                reader.start()
            time.sleep(CHANCE.random())
            if number % 2:
                # A web process that is just starting must heed the signal too.
                os.kill(victim(tree, "web-worker"), signal.SIGKILL)
                time.sleep(0.2 + CHANCE.random() / 5)
            begun = time.monotonic()
            assert tree.stop(signal.SIGTERM) == 0
            assert time.monotonic() - begun < 10
        finally:
            for reader in readers:
                reader.done.set()
                if reader.ident:
                    reader.join()
                answers += reader.answers
            if tree.process.poll() is None:
                tree.process.kill()
    assert not any(words in (tmp_path / "serve.log").read_text() for words in KILLED)
    assert set(answers) <= {"whole", "refused", "unanswered"}
    # A connection that the kernel took while a server was ending is not an accepted request.
    assert answers["unanswered"] <= 6 * STOPS, answers
    assert answers["whole"] > 100
