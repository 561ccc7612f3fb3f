from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.web.caching import Freshness, answer, encode, prepare
from feedsvc.web.door.head import ASKED, MAX_BYTES, is_unfinished, read_poll
from feedsvc.web.fast import is_shown, is_simple
from tests.web.newsroom import NOON

GOOD = b"GET /feeds/all.rss HTTP/1.1\r\nHost: news.example\r\n\r\n"
TAKEN = ("range", "authorization")
"""Headers with which it is no poll."""

VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)


def with_lines(*lines: bytes) -> bytes:
    return GOOD[:-2] + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


@given(
    st.sampled_from(["GET", "HEAD"]),
    st.dictionaries(
        st.sampled_from([*ASKED, "user-agent", "x-any"]).filter(lambda name: name not in TAKEN), VALUES
    ),
)
def test_a_poll_is_read_as_wsgi_would_tell_it(method: str, fields: dict[str, str]) -> None:
    lines = [f"{name.title()}:  {value} ".encode() for name, value in fields.items()]
    poll = read_poll(with_lines(*lines).replace(b"GET", method.encode(), 1))
    assert poll is not None
    assert (poll.path, poll.closes) == ("/feeds/all.rss", False)
    told = {"HTTP_" + name.upper().replace("-", "_"): value.strip(" ") for name, value in fields.items()}
    assert poll.environ.items() <= (told | {"REQUEST_METHOD": method}).items()
    assert {name for name in fields if name in ASKED} == {
        name for name, key in ASKED.items() if key in poll.environ
    }


class Noting(dict[str, object]):
    """An environment that notes what it is asked for."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.noted: set[object] = set()

    def get(self, name: object, *default: object) -> object:  # type: ignore[override]
        self.noted.add(name)
        return super().get(name, *default)  # type: ignore[call-overload]

    def __getitem__(self, name: str) -> object:
        self.noted.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.noted.add(name)
        return super().__contains__(name)


def test_a_poll_tells_all_that_an_answer_depends_on() -> None:
    environ = Noting({"REQUEST_METHOD": "GET", "HTTP_IF_MODIFIED_SINCE": "Thu, 01 Jan 1970 00:00:00 GMT"})
    assert is_simple(environ)
    assert not is_shown(environ)
    found = prepare(
        encode(b"feed" * 50), modified=NOON, headers=(), entity=(), freshness=Freshness(300), origins=("",)
    )
    assert answer(found, environ, NOON)[0] == "200 OK"
    assert environ.noted <= {"REQUEST_METHOD", *ASKED.values()}
    assert environ.noted > set(ASKED.values())


@given(st.binary(max_size=80), st.integers(0, len(GOOD)), st.integers(0, len(GOOD)))
@example(b"", 0, len(GOOD))
def test_whatever_is_read_is_one_whole_head_of_plain_lines(data: bytes, begin: int, end: int) -> None:
    head = GOOD[:begin] + data + GOOD[end:]
    if read_poll(head) is None:
        return
    assert head.count(b"\r\n\r\n") == 1
    assert head.endswith(b"\r\n\r\n")
    lines = head[:-4].split(b"\r\n")
    assert re.fullmatch(rb"(GET|HEAD) /[!-~]* HTTP/1\.1", lines[0])
    assert all(re.fullmatch(rb"[!-~]+:[ -~]*", line) and line[:1] not in b" \t" for line in lines[1:])
    names = [line.partition(b":")[0].lower() for line in lines[1:]]
    assert len(names) == len(set(names))
    assert b"host" in names
    assert not {b"transfer-encoding", b"expect", b"upgrade", b"range", b"authorization"} & set(names)


@pytest.mark.parametrize(
    "lines",
    [
        [b"Connection: close"],
        [b"connection: Keep-Alive", b"Keep-Alive: timeout=5"],
        [b"Content-Length: 0"],
        [b"Accept: */*", b'If-None-Match: "a", W/"b"', b"User-Agent: a reader (+https://reader.example; 3)"],
        [b"Empty:"],
    ],
)
def test_what_feed_readers_send_is_a_poll(lines: list[bytes]) -> None:
    poll = read_poll(with_lines(*lines))
    assert poll is not None
    assert poll.closes == (b"Connection: close" in lines)


@pytest.mark.parametrize(
    "lines",
    [
        [b"Host: twice.example"],
        [b"If-None-Match: a", b"if-none-match: b"],
        [b"If_None_Match: a"],
        [b"Transfer-Encoding: chunked"],
        [b"Content-Length: 5"],
        [b"Content-Length: 0", b"Content-Length: 0"],
        [b"Content-Length: +0"],
        [b"Expect: 100-continue"],
        [b"Upgrade: h2c", b"Connection: Upgrade"],
        [b"Connection: close, TE"],
        [b"TE: trailers"],
        [b"Space : before the colon"],
        [b" Folded: line"],
        [b"X: a", b" folded"],
        [b"X: tab\there"],
        [b"X: nul\0here"],
        [b"X: bare\rreturn"],
        [b"X: bare\nbreak"],
        [b"X: latin \xe9"],
        [b"no colon"],
        [b": no name"],
        [b"Range: bytes=0-9"],
        [b"Authorization: Basic YTpi"],
    ],
)
def test_everything_else_is_left_to_the_web_server(lines: list[bytes]) -> None:
    assert read_poll(with_lines(*lines)) is None


@pytest.mark.parametrize(
    "head",
    [
        GOOD.replace(b"GET", b"POST"),
        GOOD.replace(b"GET", b"get"),
        GOOD.replace(b"1.1", b"1.0"),
        GOOD.replace(b"GET ", b"GET  "),
        GOOD.replace(b"/feeds", b"http://news.example/feeds"),
        GOOD.replace(b".rss", b".rss?utm source=x"),
        GOOD.replace(b".rss", b".rss#x"),
        GOOD.replace(b".rss", b".rss%zz"),
        GOOD.replace(b".rss", b".r\xc3\xa4s"),
        GOOD.replace(b"Host: news.example\r\n", b""),
        GOOD.replace(b"Host: news.example", b"Host:"),
        GOOD.replace(b"\r\n", b"\n"),
        b"\r\n" + GOOD,
        GOOD + b"x",
        GOOD + GOOD,
        GOOD[:-1],
        with_lines(b"X: " + b"y" * MAX_BYTES),
    ],
)
def test_other_requests_are_left_to_the_web_server(head: bytes) -> None:
    assert read_poll(head) is None


@pytest.mark.parametrize("line", [b"Sec-Fetch-Dest: document", b"Accept: text/html,application/xhtml+xml"])
def test_what_a_browser_shows_is_told_apart(line: bytes) -> None:
    poll = read_poll(with_lines(line))
    assert poll is not None
    assert poll.is_shown


def test_a_query_is_read_as_it_is_spelt() -> None:
    poll = read_poll(GOOD.replace(b"/feeds/all.rss", b"/embed/all.json?count=2&tags=a,%20b"))
    assert poll is not None
    assert (poll.path, poll.query) == ("/embed/all.json", "count=2&tags=a,%20b")


def test_an_escaped_path_is_the_path_that_it_spells() -> None:
    poll = read_poll(GOOD.replace(b"/feeds/all", b"/tags/%C3%84rger%2f"))
    assert poll is not None
    assert poll.path.encode("latin-1").decode() == "/tags/Ärger/.rss"


@given(st.integers(0, len(GOOD)))
def test_a_head_is_unfinished_until_its_last_byte(length: int) -> None:
    assert is_unfinished(GOOD[:length]) == (length < len(GOOD))
    assert not is_unfinished(b"x" * (MAX_BYTES + 1))
