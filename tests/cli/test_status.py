"""The status and jobs commands: exit codes, lines for pipes, a picture for people; on both databases."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc import config
from feedsvc.service import Service, open_service
from feedsvc.store import SourceState, sources
from tests.cli.conftest import Command
from tests.elapsed import fail_job, register_worker

AGENCY = '[sources.agency]\nurl = "https://agency.example/feed.xml"\nenabled = false\n'


@pytest.fixture
def stored(feedsvc: Command, newsroom: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A newsroom that was refreshed by hand, with a worker that says it lives."""
    if database_url:
        monkeypatch.setenv("FEEDSVC_DATABASE__URL", database_url)
    with (newsroom / "config.toml").open("a") as file:
        file.write(AGENCY)
    assert feedsvc("refresh").code == 0
    service = open_service(config.load(None, config.environment()))
    register_worker(service.queue)
    return service


@pytest.fixture(autouse=True)
def closed(request: pytest.FixtureRequest) -> None:
    if "stored" in request.fixturenames:
        service: Service = request.getfixturevalue("stored")
        request.addfinalizer(service.close)


def test_a_healthy_installation_is_code_0(feedsvc: Command, stored: Service) -> None:
    done = feedsvc("status")
    assert (done.code, done.err) == (0, "")
    rows = [line.split("\t") for line in done.out.splitlines()]
    told = {row[0]: row[1] for row in rows}
    assert told["items"] == "2 published, 0 drafts, 0 withdrawn"
    assert told["workers"].startswith("1 alive, heard of ")
    assert told["database"].endswith(", answers")
    assert ["source", "items", "ok", "", "watched", ""] in rows
    assert ["source", "agency", "off", "never", "", ""] in rows
    assert "need" not in told


def test_without_need_quiet_says_nothing(feedsvc: Command, stored: Service) -> None:
    done = feedsvc("status", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_what_needs_a_person_comes_first_and_is_code_1(feedsvc: Command, stored: Service) -> None:
    fail_job(stored, "publish")
    done = feedsvc("status")
    assert done.code == 1
    kind, wrong, remedy = done.out.splitlines()[0].split("\t")
    assert kind == "need"
    assert wrong.startswith("A job has failed for good, last publish (job ")
    assert "`feedsvc jobs retry " in remedy
    assert feedsvc("status", "-q").out.splitlines() == [done.out.splitlines()[0]]


def test_programs_get_every_fact(feedsvc: Command, stored: Service) -> None:
    told = feedsvc("status", "--json").json
    assert told["database"]["answers"] is True
    assert told["work"]["alive"] == 1
    assert 0 <= told["work"]["silent"] < 60
    assert told["content"]["items"] == {"draft": 0, "published": 2, "withdrawn": 0}
    assert [source["key"] for source in told["sources"]] == ["items", "agency"]
    assert told["needs"] == []
    assert datetime.fromisoformat(told["at"]).tzinfo == UTC


def test_a_person_gets_a_picture_of_80_columns(
    feedsvc: Command, stored: Service, newsroom: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_file = newsroom / "config.toml"
    config_file.write_text(config_file.read_text().replace("enabled = false", ""))
    long = "it leads to 127.0.0.1, which is not on the public internet, and \x1b[31mthis\nis a long story"
    with stored.store.write() as tx:
        state = SourceState("agency", "upstream", last_success=datetime.now(UTC), failures=1, error=long)
        sources.put_state(tx.connection, state)
    fail_job(stored, "publish")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    done = feedsvc("status")
    assert done.code == 1
    assert "\x1b[31mthis" not in done.out
    lines = re.sub(r"\x1b\[[\d;]*m", "", done.out).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("feedsvc ")
    assert lines[2].startswith("✗ A job has failed for good")
    assert any(line.startswith("→ ") for line in lines)
    assert any(re.match(r"  source +state +last success +next", line) for line in lines)
    assert any("agency: it leads to 127.0.0.1" in line for line in lines)


def test_before_the_first_start_the_next_step_is_said(feedsvc: Command, newsroom: Path) -> None:
    done = feedsvc("status")
    assert done.code == 1
    assert "Start `feedsvc serve`, which makes it" in done.out
    assert feedsvc("status", "--json").json["database"]["answers"] is False


def test_a_file_that_is_no_database_is_told(feedsvc: Command, newsroom: Path) -> None:
    (newsroom / "data").mkdir()
    (newsroom / "data" / "feedsvc.db").write_text("this is no database, and it is long enough to be read")
    done = feedsvc("status")
    assert done.code == 1
    assert "not a database" in done.out


def test_failed_jobs_are_listed_and_tried_again(feedsvc: Command, stored: Service) -> None:
    assert feedsvc("jobs", "list").out == ""
    fail_job(stored, "publish")
    ((failed,), counts) = feedsvc("jobs", "list", "--json").json.values()
    assert (failed["task"], failed["attempts"], counts["failed"]) == ("publish", 1, 1)
    number, task, _, tries, _ = feedsvc("jobs", "list").out.rstrip("\n").split("\t")
    assert (number, task, tries) == (str(failed["id"]), "publish", "1")
    done = feedsvc("jobs", "retry", number)
    assert done.code == 0
    assert "in line again" in done.err
    assert stored.queue.counts()["failed"] == 0
    again = feedsvc("jobs", "retry", number)
    assert again.code == 1
    assert "only a failed job can be tried again" in again.err
    assert feedsvc("jobs", "retry", "999999").code == 6
