"""Readers that ask for changes alone get them, where that is switched on, from a base that is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest

from feedsvc.web import Front, create_app, delta
from feedsvc.web.delta import History
from tests.desk import CONFIG, Desk, desk
from tests.web.newsroom import Reply, ask

ON = "\n[server]\ndelta = true\n"
RSS = "/feeds/all.rss"


class Web:
    """A web process of a newsroom whose news come one by one."""

    def __init__(self, room: Desk) -> None:
        self.room = room
        self.front = Front(room.service, create_app(room.service))

    def news(self, *titles: str) -> None:
        for title in titles:
            self.room.save(f"{title}.md", title, date="2026-11-25 09:00")
        self.room.look()
        self.room.publish()
        self.front._look()

    def ask(self, path: str = RSS, base: str = "", method: str = "GET", **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(self.front, path, named | ({"If-None-Match": base} if base else {}), method)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with desk(tmp_path, CONFIG + ON) as room:
        yield Web(room)


def titles(reply: Reply) -> list[str]:
    return sorted(entry.title for entry in feedparser.parse(reply.body).entries)


@pytest.mark.parametrize("path", [RSS, "/feeds/all.atom"])
def test_only_what_is_new_since_the_base_is_sent(web: Web, path: str) -> None:
    web.news("One", "Two")
    first = web.ask(path)
    web.news("Three")
    second = web.ask(path)
    web.news("Four")
    whole = web.ask(path)
    told = web.ask(path, first.headers["etag"], A_IM="feed")
    assert (told.status, titles(told)) == (226, ["Four", "Three"])
    assert titles(web.ask(path, second.headers["etag"], A_IM="feed")) == ["Four"]
    assert told.headers["im"] == "feed"
    assert told.headers["etag"] == whole.headers["etag"]
    assert told.headers["delta-base"] == first.headers["etag"]
    assert told.headers["cache-control"] == "no-store, im"
    assert told.headers["content-length"] == str(len(told.body))
    assert "A-IM" in told.headers["vary"]
    for name in ("content-type", "last-modified", "link", "access-control-allow-origin"):
        assert told.headers[name] == whole.headers[name]
    # What it has then is the whole feed of now.
    assert web.ask(path, told.headers["etag"], A_IM="feed").status == 304


def test_a_correction_is_a_change_and_a_withdrawal_is_none(web: Web) -> None:
    web.news("One", "Two", "Three")
    first = web.ask()
    web.room.clock.turn(minutes=1)
    web.room.save("One.md", "One", "The sea wall did not hold.", date="2026-11-25 09:00")
    web.room.items.joinpath("Two.md").unlink()
    web.news()
    told = web.ask(base=first.headers["etag"], A_IM="feed")
    assert (told.status, titles(told)) == (226, ["One"])


def test_the_tag_is_that_of_the_coding_in_which_everything_would_come(web: Web) -> None:
    web.news("One")
    packed = web.ask(Accept_Encoding="gzip")
    web.news("Two")
    told = web.ask(base=packed.headers["etag"], A_IM="feed", Accept_Encoding="gzip")
    assert told.status == 226
    assert "content-encoding" not in told.headers
    assert told.headers["etag"] == web.ask(Accept_Encoding="gzip").headers["etag"]
    assert titles(told) == ["Two"]


@pytest.mark.parametrize("asked", ["feed", "Feed", "vcdiff, feed;q=0.5", "gzip, feed"])
def test_who_names_the_manipulation_can_read_it(web: Web, asked: str) -> None:
    web.news("One")
    first = web.ask()
    web.news("Two")
    assert web.ask(base=f'"x", W/{first.headers["etag"]}', A_IM=asked).status == 226


def test_everything_is_sent_where_a_change_cannot_be_told(web: Web) -> None:
    web.news("One")
    first, json = web.ask(), web.ask("/feeds/all.json")
    web.news("Two")
    whole = web.ask()
    for reply in (
        web.ask(base=first.headers["etag"]),
        web.ask(base=first.headers["etag"], A_IM="feed;q=0"),
        web.ask(base=first.headers["etag"], A_IM="vcdiff"),
        web.ask(base='"unknown"', A_IM="feed"),
        web.ask(A_IM="feed"),
        web.ask(A_IM="feed", If_Modified_Since="Tue, 24 Nov 2026 12:00:00 GMT"),
    ):
        assert (reply.status, reply.headers, reply.body) == (200, whole.headers, whole.body)
    assert web.ask("/feeds/all.json", json.headers["etag"], A_IM="feed").status == 200
    head = web.ask(base=first.headers["etag"], method="HEAD", A_IM="feed")
    assert (head.status, head.headers) == (200, whole.headers)


def test_it_is_off_unless_it_is_switched_on(tmp_path: Path) -> None:
    with desk(tmp_path) as room:
        web = Web(room)
        web.news("One")
        first = web.ask()
        web.news("Two")
        # Not even another way is taken: most readers ask for it.
        web.front._app = _refuse  # type: ignore[assignment]
        reply = web.ask(base=first.headers["etag"], A_IM="feed")
    assert reply.status == 200
    assert "A-IM" not in reply.headers["vary"]


def test_the_oldest_versions_are_forgotten_and_memory_has_an_end(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delta, "VERSIONS", 3)
    bases = []
    for number in range(5):
        web.news(f"News {number}")
        bases.append(web.ask().headers["etag"])
    assert [web.ask(base=base, A_IM="feed").status for base in bases] == [200, 226, 226, 226, 304]
    monkeypatch.setattr(delta, "MANY", 4)
    web.news("Last")
    history = web.front.documents.history
    assert isinstance(history, History)
    assert len(history._versions) <= 4
    assert sum(map(len, history._by_path.values())) == len(history._versions)


def _refuse(environ: object, start: object) -> list[bytes]:
    raise AssertionError("this request must not reach Flask")
