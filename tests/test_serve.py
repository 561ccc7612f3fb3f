"""The whole tree as a person meets it: start, edit files, poll, kill, stop."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from multiprocessing.context import ForkProcess
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from feedsvc.cli import serve as supervision
from tests.serving import FEEDS, Tree, eventually, free_port, item, serving, start, titles

LIVE = 2.0
"""Seconds within which an edit must have reached every format in every web process."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("news room")
    (folder / "items").mkdir()
    (folder / "items" / "first.md").write_text(item("The first item of all"), encoding="utf-8")
    with serving(folder) as running:
        yield running


def live_within(tree: Tree, begun: float, text: str) -> None:
    eventually(lambda: tree.holds(text), LIVE + 5, f"“{text}” is live")
    assert time.monotonic() - begun < LIVE


def gone_within(tree: Tree, begun: float, text: str) -> None:
    eventually(lambda: tree.lacks(text), LIVE + 5, f"“{text}” is gone")
    assert time.monotonic() - begun < LIVE


def test_ready_means_that_the_first_items_are_in_every_feed(tree: Tree) -> None:
    assert tree.holds("The first item of all")
    assert tree.get("/healthz").status == 200


def test_an_added_file_is_live_within_two_seconds(tree: Tree) -> None:
    live_within(tree, tree.write("added.md", item("Ferry timetable grows")), "Ferry timetable grows")


def test_an_edited_file_is_live_within_two_seconds_and_keeps_its_id(tree: Tree) -> None:
    live_within(tree, tree.write("edited.md", item("Bridge to open in May")), "Bridge to open in May")
    before = entry(tree, "Bridge to open in May")
    live_within(tree, tree.write("edited.md", item("Bridge to open in June")), "Bridge to open in June")
    after = entry(tree, "Bridge to open in June")
    assert after["id"] == before["id"]
    assert after["date_published"] == before["date_published"]
    assert after["date_modified"] > before["date_published"]
    assert tree.lacks("Bridge to open in May")


def test_a_removed_file_is_gone_within_two_seconds_and_its_page_says_so(tree: Tree) -> None:
    live_within(tree, tree.write("removed.md", item("Market moves to Friday")), "Market moves to Friday")
    url = entry(tree, "Market moves to Friday")["url"]
    page = "/" + url.split("/", 3)[3]
    assert tree.get(page).status == 200
    before = feed_updated(tree)
    (tree.items / "removed.md").unlink()
    gone_within(tree, time.monotonic(), "Market moves to Friday")
    eventually(lambda: tree.get(page).status == 410, 2, "its page answers 410")
    assert feed_updated(tree) >= before


def test_a_renamed_file_keeps_its_id_and_never_leaves_the_feed(tree: Tree) -> None:
    live_within(tree, tree.write("old-name.md", item("Lighthouse gets a new lamp")), "Lighthouse gets")
    before = entry(tree, "Lighthouse gets a new lamp")
    missing: list[str] = []
    done = threading.Event()

    def poll() -> None:
        while not done.is_set():
            if "Lighthouse gets" not in tree.get(FEEDS[0]).text:
                missing.append("gone")

    watcher = threading.Thread(target=poll)
    watcher.start()
    (tree.items / "old-name.md").rename(tree.items / "new-name.md")
    time.sleep(2.5)
    done.set()
    watcher.join()
    assert not missing
    assert entry(tree, "Lighthouse gets a new lamp") == before


def test_a_broken_file_keeps_its_last_good_version_and_is_reported(tree: Tree) -> None:
    live_within(tree, tree.write("breaks.md", item("Council meets on Monday")), "Council meets on Monday")
    tree.write("breaks.md", "---\ntitle: Council meets on Tuesday\ndate: the 40th of May\n---\nText.\n")
    time.sleep(2)
    assert tree.holds("Council meets on Monday")
    live_within(tree, tree.write("breaks.md", item("Council meets on Thursday")), "Council meets on Thursday")


def test_feeds_are_never_malformed_empty_or_older_while_files_change(tree: Tree) -> None:
    faults: list[str] = []
    done = threading.Event()

    def poll(path: str) -> None:
        newest = ""
        while not done.is_set():
            answer = tree.get(path)
            fault, updated = inspect(path, answer.status, answer.body)
            if updated < newest:
                fault = f"{path} went back from {newest} to {updated}"
            newest = max(newest, updated)
            if fault:
                faults.append(fault)

    pollers = [threading.Thread(target=poll, args=(path,)) for path in FEEDS]
    for poller in pollers:
        poller.start()
    for number in range(12):
        tree.write(f"busy-{number % 4}.md", item(f"Busy day, part {number} & <b>bold</b> \x0b"))
        if number % 4 == 3:
            (tree.items / f"busy-{number % 3}.md").unlink(missing_ok=True)
        time.sleep(0.25)
    time.sleep(1.5)
    done.set()
    for poller in pollers:
        poller.join()
    assert not faults
    live_within(tree, tree.write("busy-last.md", item("The day is over")), "The day is over")


def test_neither_a_draft_nor_a_scheduled_item_shows_before_its_time(tree: Tree) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=6)
    tree.write("draft.md", item("A draft about CANARY-ONE", draft="true"))
    tree.write("later.md", item("Embargoed words of CANARY-TWO", date=soon.isoformat(timespec="seconds")))
    time.sleep(2)
    places = (*FEEDS, "/", "/feeds/", "/feeds/all/", "/sitemap.xml", "/feeds.opml", "/tags/", "/authors/")
    while datetime.now(UTC) < soon - timedelta(seconds=1):
        for place in places:
            text = tree.get(place).text.upper()
            assert "CANARY-ONE" not in text
            assert "CANARY-TWO" not in text
    assert "CANARY" not in tree.log.read_text().upper()
    for page in ("/items/embargoed-words-of-canary-two", "/items/a-draft-about-canary-one"):
        assert tree.get(page).status == 404
    eventually(lambda: tree.holds("CANARY-TWO"), 8, "the scheduled item is live")
    assert (datetime.now(UTC) - soon).total_seconds() < 5
    assert tree.get("/items/embargoed-words-of-canary-two").status == 200


def test_an_unchanged_feed_answers_304(tree: Tree) -> None:
    for path in FEEDS:
        etag = tree.get(path).headers["etag"]
        again = tree.get(path, If_None_Match=etag)
        assert (again.status, again.body) == (304, b"")


def test_a_second_instance_on_the_same_data_is_refused_with_a_clear_message(tree: Tree) -> None:
    other = start(tree.folder, free_port())
    other.log = tree.log
    assert other.process.wait(20) == 1
    assert "already serves" in tree.log.read_text()
    assert tree.ready()


def test_a_busy_port_is_refused_with_a_clear_message(tree: Tree, tmp_path: Path) -> None:
    other = start(tmp_path, tree.port)
    assert other.process.wait(20) == 1
    assert f"port {tree.port}" in other.log.read_text()


@pytest.mark.parametrize("name", ["worker", "web-worker", "web"])
def test_a_killed_process_is_started_again_and_nothing_saved_meanwhile_is_lost(tree: Tree, name: str) -> None:
    victim = tree.children()[name][0]
    os.kill(victim, signal.SIGKILL)
    title = f"Saved while the {name} was dead"
    tree.write(f"while-{name}.md", item(title))
    eventually(lambda: victim not in tree.children()[name], 3, "the killed one is gone")
    eventually(lambda: bool(tree.children()[name]), 3, "another is started")
    eventually(lambda: tree.ready() and tree.holds(title), 10, "the whole tree works again")


def test_a_restart_serves_the_same_bytes_and_etags(tmp_path: Path) -> None:
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "one.md").write_text(item("One"), encoding="utf-8")
    kept = []
    for number in (signal.SIGTERM, signal.SIGINT):
        with serving(tmp_path, FEEDSVC_SITE__URL="http://news.example") as running:
            kept.append([(running.get(path).body, running.get(path).headers["etag"]) for path in FEEDS])
            begun = time.monotonic()
            assert running.stop(number) == (0 if number == signal.SIGTERM else 130)
            assert time.monotonic() - begun < 10
    assert kept[0] == kept[1]


def test_kill_9_of_the_supervisor_ends_the_tree_and_the_next_start_works(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        below = [pid for pids in running.children().values() for pid in pids]
        running.process.kill()
        running.process.wait()
        eventually(lambda: not any(alive(pid) for pid in below), 10, "all below it has ended")
    with serving(tmp_path) as again:
        assert again.get("/feeds/all.rss").status == 200


@pytest.mark.system
def test_newsboat_follows_the_feed(tree: Tree, tmp_path: Path) -> None:
    urls, cache = tmp_path / "urls", tmp_path / "cache.db"
    urls.write_text(f"http://127.0.0.1:{tree.port}/feeds/all.rss\n")
    live_within(tree, tree.write("boat.md", item("A boat for newsboat & <friends>")), "A boat for newsboat")
    command = ["newsboat", "-u", str(urls), "-c", str(cache), "-C", "/dev/null", "-x", "reload"]
    subprocess.run(command, check=True, timeout=30, env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]})
    with sqlite3.connect(cache) as database:
        read = {row[0] for row in database.execute("SELECT title FROM rss_item")}
    database.close()
    assert "A boat for newsboat & <friends>" in read
    assert read == set(titles(tree))


def entry(tree: Tree, title: str) -> dict[str, str]:
    feed = json.loads(tree.get("/feeds/all.json").body)
    return next(each for each in feed["items"] if each["title"] == title)


def feed_updated(tree: Tree) -> str:
    return str(feedparser.parse(tree.get("/feeds/all.atom").body).feed.updated)


def inspect(path: str, status: int, body: bytes) -> tuple[str, str]:
    """Return what is wrong with a feed's answer, and when the feed says it was updated."""
    if status != 200:
        return f"{path} answered {status}", ""
    if path.endswith(".json"):
        entries = json.loads(body)["items"]
        return ("" if entries else "empty"), ""
    root = etree.fromstring(body)
    atom = "{http://www.w3.org/2005/Atom}"
    if path.endswith(".rss"):
        return ("" if root.findall(".//item") else "empty"), ""
    return ("" if root.findall(f"{atom}entry") else "empty"), str(root.findtext(f"{atom}updated"))


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_a_process_that_ends_by_itself_is_started_again_later_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starts: list[float] = []
    now = 0.0

    def failing(*_: str) -> ForkProcess:
        starts.append(now)
        process = multiprocessing.get_context("fork").Process(target=os._exit, args=(1,))
        process.start()
        return process

    monkeypatch.setattr(supervision, "_fork", failing)
    child = supervision.Child("web")
    while len(starts) < 8:
        child.tend(now)
        child.end(time.monotonic() + 10)
        now += 0.25
    pauses = [later - earlier for earlier, later in pairwise(starts)]
    assert pauses == sorted(pauses)
    assert pauses[0] <= 1.0
    assert pauses[-2:] == [pytest.approx(8.25, abs=0.3)] * 2


def test_each_process_says_in_the_list_of_processes_what_it_is(tmp_path: Path) -> None:
    with serving(tmp_path) as tree:
        below = tree.children()
        names = {kind: {title(pid) for pid in pids} for kind, pids in below.items()}
        assert title(tree.process.pid) == "feedsvc serve"
    assert names == {
        "web": {"feedsvc web"},
        "worker": {"feedsvc worker"},
        "web-worker": {"feedsvc web worker-1", "feedsvc web worker-2"},
    }


def title(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()


def test_a_web_process_ends_by_its_first_signal_whatever_follows_it(tmp_path: Path) -> None:
    # A main process that is killed sends one for each of its threads.
    with serving(tmp_path) as tree:
        for _ in range(5):
            eventually(lambda: len(tree.children()["web-worker"]) == 2, 30, "both are there")
            end_with_many(tree.children()["web-worker"][-1])
            time.sleep(1)


def end_with_many(pid: int) -> None:
    with suppress(OSError):
        for _ in range(12):
            os.kill(pid, signal.SIGTERM)
            time.sleep(0.0001)
    eventually(lambda: not alive(pid), 10, "it has ended")
