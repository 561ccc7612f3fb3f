"""What we publish ourselves passes the lint: a difficult newsroom, and other people's feeds republished."""

from __future__ import annotations

import base64
import gzip
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsvc.decide import decide
from feedsvc.errors import ParseError
from feedsvc.feeds.lint import Report, chain, lint
from feedsvc.gate import build
from feedsvc.model import Arrival, Article, Feed, Item, Origin, Person, Selection, Site
from feedsvc.publish import document
from feedsvc.sources.upstream import UpstreamRules, parse
from feedsvc.store import rendered
from tests.desk import CONFIG, NOON, Desk, desk

ADDRESS = "https://harbour.example"
CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "feeds.jsonl.gz"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SAMPLE = 13
"""Each how many-th document of the corpus is republished, but in CI: there all of them."""
MOST_MILLISECONDS = 50

UNAVOIDABLE = {
    # Items of one import have one time.
    "F208",
}
FOREIGN = UNAVOIDABLE | {
    # Ids are kept as they were minted, and titles are shown as they were written.
    *("F205", "F609", "F612", "F613"),
}

needs_corpus = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of feeds is not on this machine")


def faults(reports: dict[str, Report], allowed: set[str] = UNAVOIDABLE) -> list[str]:
    """The errors and the avoidable warnings, one line each."""
    return [
        f"{name}: {each.severity} {each.code} {each.line}:{each.column} [{each.item}] {each.told}"
        for name, report in reports.items()
        for each in report.findings
        if each.severity == "error" or (each.severity == "warning" and each.code not in allowed)
    ]


def published(desk: Desk) -> dict[str, Report]:
    """A report on every document that is published."""
    with desk.service.store.read() as connection:
        paths = [path for path in rendered.paths(connection) if path.endswith((".rss", ".atom", ".json"))]
        found = [(path, rendered.find(connection, path)) for path in paths]
    return {path: lint(page.body, now=desk.clock()) for path, page in found if page is not None}


def fill(desk: Desk) -> None:
    """Save items with everything that readers and validators stumble over."""
    desk.save("entities.md", "'Use <b> in Q&A: ]]> \"x\"'", "Text with <b>HTML & more.")
    desk.save("cjk.md", "港口重新开放", "港口今天重新开放。渡轮恢复运行。", language="zh-Hant", tags="港口")
    desk.save("rtl.md", "عاد الميناء إلى العمل", "فُتح الميناء من جديد اليوم.", language="ar")
    desk.save("emoji.md", "Gulls 🦩👩‍🚀 over the quay", "Café, naïve, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢, \u0000\u000b\ufffe.")
    desk.save("bare.md", "Nothing but a title", "")
    desk.save("untitled.md", "''", "A text without a title. It has two sentences.")
    desk.save("link.md", "Elsewhere", "See [this](/items/cjk).", link="https://agency.example/a b/ü?q=[1]")
    desk.save("old.md", "Long ago", date="1991-01-01", author="Anna <Berg> & Co")
    desk.save("future.md", "Not yet", date="2031-01-01")
    desk.save("long.md", "T" * 400, "word " * 20_000)
    (desk.items / "horn.mp3").write_bytes(b"ID3" + bytes(100))
    desk.save("sound.md", "Foghorn", "Listen.", audio="horn.mp3", image="https://harbour.example/a b.png")
    desk.save("film.md", "Film", "Watch.", enclosure="https://harbour.example/film.mp4")
    desk.save("script.md", "Script", '<script>x</script><p style="position:fixed" onclick=x>Text<b>y</p>')
    desk.save("table.md", "Table", "| a | b |\n|---|---|\n| 1 | <br> |\n\n![](x.png)\n\n[^1]: note\n")
    desk.save("via.md", "By way of", via="https://blog.example/", related="https://b.example/ü")
    for number in range(60):
        day = NOON - timedelta(days=number + 1)
        desk.save(f"many/{number}.md", f"Storm {number}", tags="storm", date=f"{day:%Y-%m-%d %H:%M}")


def test_a_difficult_newsroom_publishes_feeds_without_faults(tmp_path: Path) -> None:
    with desk(tmp_path) as newsroom:
        fill(newsroom)
        newsroom.look()
        newsroom.publish()
        reports = published(newsroom)
        assert {"/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/feeds/storms.rss"} <= set(reports)
        assert reports["/feeds/all.rss"].facts.items == 50
        assert faults(reports) == []


PODCAST = (
    CONFIG
    + """
[feeds.talk]
tags = ["talk"]
description = "Talks on the quay"

[feeds.talk.podcast]
category = ["News > Daily News"]
explicit = false
image = "https://harbour.example/talk.jpg"
"""
)


def test_a_podcast_has_no_faults(tmp_path: Path) -> None:
    with desk(tmp_path, PODCAST) as newsroom:
        (newsroom.items / "horn.mp3").write_bytes(b"ID3" + bytes(100))
        newsroom.save("sound.md", "Foghorn", "Listen & <b>hear</b>.", audio="horn.mp3", tags="talk")
        newsroom.look()
        newsroom.publish()
        reports = published(newsroom)
        assert reports["/feeds/talk.rss"].facts.items == 1
        assert faults(reports) == []


def walked(desk: Desk, path: str) -> dict[str, Report]:
    """A report on a feed, and on each page of its archive, as a reader walks through it."""
    reports: dict[str, Report] = {}
    while path and path not in reports:
        page = document(desk.service.store, desk.service.catalog, path, desk.clock())
        assert page is not None
        reports[path] = lint(page.body, now=desk.clock())
        facts = reports[path].facts
        path = "".join((*facts.hrefs("prev-archive"), *facts.hrefs("next"))).removeprefix(ADDRESS)
    return reports


@pytest.mark.parametrize("suffix", ["rss", "atom", "json"])
def test_an_archive_has_no_faults_and_holds_together(tmp_path: Path, suffix: str) -> None:
    with desk(tmp_path, CONFIG + "[feeds.all]\nlimit = 20\ntombstones = true\n") as newsroom:
        fill(newsroom)
        newsroom.look()
        newsroom.publish()
        (newsroom.items / "many" / "3.md").unlink()
        newsroom.look()
        newsroom.publish()
        reports = walked(newsroom, f"/feeds/all.{suffix}")
        assert len(reports) >= 3
        assert faults(reports) == []
        documents = [(ADDRESS + path, report.facts) for path, report in reports.items()]
        assert [(address, finding.code, finding.told) for address, finding in chain(documents)] == []


def test_feeds_stay_without_faults_through_corrections_and_withdrawals(tmp_path: Path) -> None:
    with desk(tmp_path, CONFIG + '\n[feeds.none]\ntags = ["nothing"]\n') as newsroom:
        newsroom.save("a.md", "One")
        newsroom.save("b.md", "Two")
        for change in ("One, corrected", "One, corrected again"):
            newsroom.look()
            newsroom.publish()
            newsroom.clock.turn(hours=1)
            newsroom.save("a.md", change)
        (newsroom.items / "b.md").unlink()
        newsroom.look()
        newsroom.publish()
        reports = published(newsroom)
        assert reports["/feeds/none.atom"].facts.items == 0
        assert faults(reports) == []


# Other people's feeds ---------------------------------------------------------------------------


def corpus() -> Iterator[tuple[str, bytes]]:
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            yield document["path"], base64.b64decode(document["base64"])


@needs_corpus
def test_every_feed_of_the_corpus_gets_a_report_in_time() -> None:
    documents = list(corpus())
    begin = time.process_time()
    reports = [lint(body, now=NOW) for _, body in documents]
    took = time.process_time() - begin
    assert all(report.facts.kind or report.of("error") for report in reports)
    assert took / len(documents) * 1000 < MOST_MILLISECONDS


def republished(path: str, body: bytes) -> dict[str, Report]:
    """A report on each format of the feed that republishes a feed; none where it cannot be read."""
    rules = UpstreamRules(key="agency", url="https://agency.example/feed")
    try:
        parsed = parse(body, {"content-type": "application/xml"}, rules.url, rules, NOW)
    except ParseError:
        return {}
    changes = decide(parsed.arrivals, {}, source="agency", now=NOW)
    selection = Selection(SITE, FEED, tuple(reversed(changes.new)), updated(changes.new))
    return {f"{path} as {built.format}": lint(built.body, now=NOW) for built in build(selection)}


SITE = Site("https://harbour.example", "Harbour News", author=Person("The desk"), id="urn:uuid:" + "0" * 8)
FEED = Feed("all", "All news", "/feeds/all", description="Everything", limit=500)


@pytest.mark.parametrize(
    "article",
    [
        Article("Nothing but a title"),
        Article("Republished", origin=Origin("Agency", "https://agency.example/", id="1234567890")),
        Article("Republished", origin=Origin("Agency", "https://agency.example/", id="/feed/1 2")),
    ],
    ids=["bare", "number as id", "path as id"],
)
def test_odd_items_are_published_without_faults(article: Article) -> None:
    arrival = Arrival("1", article)
    changes = decide([arrival], {}, source="items", now=NOW)
    built = build(Selection(SITE, FEED, changes.new, NOW))
    assert faults({each.format: lint(each.body, now=NOW) for each in built}) == []


def updated(items: tuple[Item, ...]) -> datetime:
    return max((item.updated for item in items), default=NOW)


@needs_corpus
def test_other_peoples_feeds_are_republished_without_faults() -> None:
    step = 1 if os.environ.get("CI") else SAMPLE
    reports: dict[str, Report] = {}
    for path, body in list(corpus())[::step]:
        reports |= republished(path, body)
    assert len(reports) > 100
    assert faults(reports, FOREIGN) == []
