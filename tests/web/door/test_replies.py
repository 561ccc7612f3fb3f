from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedsvc.web import caching
from feedsvc.web.clients import Proxies
from feedsvc.web.delta import History
from feedsvc.web.door import replies as module
from feedsvc.web.door.replies import Replies, Reply
from feedsvc.web.governor import Governor
from feedsvc.web.plain import LARGE, Unpacked
from tests.web.newsroom import NOON, Newsroom, ask, make

HEAD = "GET /feeds/all.rss HTTP/1.1\r\nHost: evil.example\r\n{}\r\n"
CODINGS = [
    "gzip",
    "br, gzip;q=0.9",
    "identity",
    "gzip;q=0",
    "*",
    "*;q=0",
    "x-gzip",
    "deflate",
    "",
    "gzip;q=0.001, br",
]
DATES = ["Tue, 24 Nov 2026 11:00:00 GMT", "Tue, 24 Nov 2026 10:59:59 GMT", "yesterday", ""]


def answered(replies: Replies, *lines: str) -> tuple[int, dict[str, str], bytes] | None:
    """Return status, headers and body of a poll's answer."""
    reply = replies.reply(HEAD.format("".join(f"{line}\r\n" for line in lines)).encode())
    if reply is None:
        return None
    first, *fields = bytes(reply.parts[0]).decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    headers = dict(field.split(": ", 1) for field in fields)
    assert len(headers) == len(fields)
    return int(first.split(" ")[1]), headers, b"".join(reply.parts[1:])


@pytest.fixture
def replies(newsroom: Newsroom) -> Replies:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front._look()
    front = newsroom.front
    return Replies(front.documents, front.answered, newsroom.clock, front.audience, front.governor)


def test_every_answer_is_the_one_that_the_application_would_give(
    newsroom: Newsroom, replies: Replies
) -> None:
    tags = [
        newsroom.ask("/feeds/all.rss", {"Accept-Encoding": coding}).headers["etag"] for coding in ("", "gzip")
    ]
    tags += [f"W/{tags[0]}", f'"x", {tags[1]}', tags[1][:-1] + '-gzip"', "*", '"x"', "", "x"]

    @settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        st.sampled_from(["GET", "HEAD"]),
        st.fixed_dictionaries(
            {},
            optional={
                "Accept-Encoding": st.sampled_from(CODINGS),
                "If-None-Match": st.sampled_from(tags),
                "If-Modified-Since": st.sampled_from(DATES),
                "Accept": st.sampled_from(["*/*", "application/rss+xml"]),
                "Sec-Fetch-Dest": st.sampled_from(["empty", "image"]),
                "User-Agent": st.sampled_from(["curl/8", "Mozilla/5.0"]),
            },
        ),
    )
    def same(method: str, fields: dict[str, str]) -> None:
        expected = newsroom.ask("/feeds/all.rss", fields, method)
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        reply = replies.reply(HEAD.format(lines).replace("GET", method, 1).encode())
        assert reply is not None
        first, *given_ = bytes(reply.parts[0]).decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        headers = dict(line.split(": ", 1) for line in given_)
        assert headers.pop("server") == "granian"
        assert headers.pop("date") == "Tue, 24 Nov 2026 12:00:00 GMT"
        assert (int(first.split(" ")[1]), headers, b"".join(reply.parts[1:])) == (
            expected.status,
            dict(expected.headers),
            expected.body,
        )

    same()


def test_the_same_bytes_are_answered_again_within_a_second_and_dated_anew_after_it(
    newsroom: Newsroom, replies: Replies
) -> None:
    first = answered(replies)
    newsroom.clock.turn(milliseconds=999)
    assert answered(replies) == first
    newsroom.clock.turn(milliseconds=1)
    second = answered(replies)
    assert first and second
    assert first[1].pop("date") == "Tue, 24 Nov 2026 12:00:00 GMT"
    assert second[1].pop("date") == "Tue, 24 Nov 2026 12:00:01 GMT"
    assert first == second


def test_a_clock_that_is_set_back_dates_answers_back(newsroom: Newsroom, replies: Replies) -> None:
    answered(replies)
    newsroom.clock.turn(hours=-1)
    again = answered(replies)
    assert again
    assert again[1]["date"] == "Tue, 24 Nov 2026 11:00:00 GMT"


def test_a_change_is_answered_at_once(newsroom: Newsroom, replies: Replies) -> None:
    before = answered(replies)
    newsroom.add(make("Lifeboat crew honoured"))
    newsroom.publish()
    newsroom.front._look()
    after = answered(replies)
    assert before and after
    assert b"Lifeboat" not in before[2]
    assert b"Lifeboat" in after[2]


def test_what_left_memory_is_not_answered(newsroom: Newsroom, replies: Replies) -> None:
    assert answered(replies)
    newsroom.front.documents.forget("/feeds/all.rss")
    assert answered(replies) is None


@pytest.mark.parametrize("offset", [0, 1, 400, 999])
def test_no_answer_outlives_an_embargo(newsroom: Newsroom, replies: Replies, offset: int) -> None:
    end = NOON + timedelta(seconds=5, milliseconds=offset)
    newsroom.add(make("Budget agreed", published=end))
    newsroom.publish()
    newsroom.front._look()
    while newsroom.clock.now < end:
        found = answered(replies)
        assert found
        age = int(found[1]["cache-control"].removeprefix("max-age=").split(",")[0])
        assert newsroom.clock.now + timedelta(seconds=age) <= end
        assert b"Budget" not in found[2]
        expected = newsroom.ask("/feeds/all.rss").headers["cache-control"]
        assert found[1]["cache-control"] == expected
        newsroom.clock.turn(milliseconds=133)
    newsroom.clock.now = end
    assert answered(replies) is None


def test_every_answer_is_counted(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front._look()
    counts: defaultdict[str, int] = defaultdict(int)
    front = newsroom.front
    replies = Replies(front.documents, counts, newsroom.clock, front.audience, front.governor)
    etag = newsroom.ask("/feeds/all.rss").headers["etag"]
    for _ in range(3):
        answered(replies, f"If-None-Match: {etag}")
    answered(replies)
    assert counts == {"304 Not Modified": 3, "200 OK": 1}


def test_an_answer_counts_as_use_of_its_document(newsroom: Newsroom, replies: Replies) -> None:
    newsroom.clock.turn(minutes=5)
    answered(replies)
    assert newsroom.front.documents.by_path["/feeds/all.rss"].last_used == newsroom.clock.now


def test_what_has_left_memory_is_not_kept_by_its_answers(newsroom: Newsroom, replies: Replies) -> None:
    old = answered(replies)
    gone = newsroom.front.documents.by_path["/feeds/all.rss"]
    assert old is not None
    newsroom.front.documents.forget("/feeds/all.rss")
    replies.let_go()
    known = list(replies._known.values())
    assert [(each.found, each.parts) for each in known] == [(None, ())]
    newsroom.front.documents.by_path["/feeds/all.rss"] = gone
    assert answered(replies) == old
    replies.let_go()
    assert known[0].found is gone


def test_a_large_body_that_was_unpacked_is_not_kept_by_its_answers(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Unpacked(max_bytes=100_000)
    monkeypatch.setattr(caching, "UNPACKED", store)
    newsroom.add(*(make(f"Item {n}", content=f"<p>{'Long. ' * 200}</p>") for n in range(40)))
    newsroom.publish()
    newsroom.front._look()
    front = newsroom.front
    replies = Replies(front.documents, front.answered, newsroom.clock, front.audience, front.governor)
    reply = replies.reply(HEAD.format("").encode())
    assert reply is not None
    head, body = reply.parts
    whole = newsroom.ask("/feeds/all.rss")
    assert body == whole.body
    assert len(body) > LARGE
    assert (reply.size, reply.body_size) == (len(head) + len(body), len(body))
    del body
    store._recent.clear()
    assert not store._alive
    assert replies.reply(HEAD.format("").encode()) is reply
    assert reply.parts[1] == whole.body


def test_only_so_many_heads_are_remembered(
    newsroom: Newsroom, replies: Replies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_HEADS", 10)
    for number in range(35):
        assert answered(replies, f"User-Agent: reader {number}")
        assert len(replies._known) <= 10
    assert replies.reply(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n") is None
    assert ask(newsroom.front, "/nothing").status == 404


def test_every_answer_is_counted_for_its_feed(newsroom: Newsroom, replies: Replies) -> None:
    found = answered(replies)
    assert found
    answered(replies, f"If-None-Match: {found[1]['etag']}")
    assert newsroom.front.audience._counts == {"/feeds/all.rss": [2, 1, len(found[2])]}


def test_a_peer_that_fetches_too_much_is_left_to_the_web_server(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front._look()
    front, strict = newsroom.front, Governor(2, Proxies(("127.0.0.1",)))
    replies = Replies(front.documents, front.answered, newsroom.clock, front.audience, strict)

    def ask_for(client: str, *lines: str) -> Reply | None:
        told = "".join(f"{line}\r\n" for line in (f"X-Forwarded-For: {client}", *lines))
        return replies.reply(HEAD.format(told).encode(), "127.0.0.1")

    assert [bool(ask_for("8.8.8.8")) for _ in range(4)] == [True, True, False, False]
    assert ask_for("8.8.8.8", 'If-None-Match: "x"')
    assert ask_for("8.8.4.4")
    newsroom.clock.turn(minutes=1)
    assert ask_for("8.8.8.8")


def test_who_asks_for_changes_alone_is_left_to_the_web_server_where_it_tells_them(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    newsroom.front._look()
    front = newsroom.front
    for history, taken in ((None, True), (History(), False)):
        front.documents.history = history
        replies = Replies(front.documents, front.answered, newsroom.clock, front.audience, front.governor)
        assert bool(answered(replies, "A-IM: feed")) is taken
        assert answered(replies)


def test_a_feed_that_a_browser_will_show_is_left_to_the_web_server_and_an_embed_is_not(
    newsroom: Newsroom, replies: Replies
) -> None:
    shown = "Accept: text/html,application/xhtml+xml\r\n"
    assert answered(replies, shown[:-2]) is None
    embed = f"GET /embed/all/ HTTP/1.1\r\nHost: a.example\r\n{shown}\r\n".encode()
    reply = replies.reply(embed)
    assert reply is not None
    assert b"frame-ancestors *" in reply.parts[0]


def test_an_embed_with_options_is_answered_once_somebody_has_asked_for_it_until_something_changes(
    newsroom: Newsroom, replies: Replies
) -> None:
    head = b"GET /embed/all.json?count=2 HTTP/1.1\r\nHost: a.example\r\n\r\n"
    assert replies.reply(head) is None
    first = newsroom.ask("/embed/all.json?count=2")
    reply = replies.reply(head)
    assert reply is not None
    assert reply.parts[1] == first.body
    newsroom.add(make(guid="other", title="Another one"))
    newsroom.publish()
    newsroom.front._look()
    assert replies.reply(head) is None


def test_no_escaped_path_reaches_an_embed_with_options(newsroom: Newsroom, replies: Replies) -> None:
    newsroom.ask("/embed/all.json?count=2")
    head = b"GET /embed/all.json%E2%80%BDcount=2 HTTP/1.1\r\nHost: a.example\r\n\r\n"
    assert replies.reply(head) is None
    assert replies.reply(head.replace(b"%E2%80%BD", b"%3F")) is None
