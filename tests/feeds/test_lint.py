"""The lint as a whole: any bytes get an answer, bombs do no harm, and a gate can ask what to leave out."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.feeds.lint import RULES, Facts, Finding, Report, Served, chain, errors_of_items, lint

CASES = Path(__file__).parents[1] / "cases" / "lint"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PATIENCE = 20
"""Seconds in which anything is read: only a loop that grows faster than its input takes longer."""

SAMPLES = [path.read_bytes() for path in sorted(CASES.iterdir()) if not path.name.endswith(".txt")]
PIECES = st.sampled_from(
    [piece for sample in SAMPLES for piece in sample.split(b"\n")]
    + [
        b"<",
        b"&",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"\x00",
        b"\xff",
        b'"',
        b"{",
        b"[",
        b"null",
        b"<?xml version='1.0'?>",
    ]
)


NAMES = (
    *("version", "title", "items", "id", "authors", "author", "name", "hubs", "url", "tags", "attachments"),
    *("language", "content_html", "date_published", "feed_url", "next_url", "mime_type", "_x"),
)


def codes(body: bytes) -> set[str]:
    return {finding.code for finding in lint(body, now=NOW).findings}


def is_sound(report: Report) -> bool:
    return all(finding.code in RULES and finding.line >= 0 for finding in report.findings)


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_get_a_report(body: bytes) -> None:
    report = lint(body, now=NOW)
    assert is_sound(report)
    assert report.facts.kind or report.of("error")


@given(st.lists(PIECES, max_size=30).map(b"\n".join))
@settings(max_examples=150, deadline=None)
def test_pieces_of_feeds_in_any_order_get_a_report(body: bytes) -> None:
    assert is_sound(lint(body, now=NOW))


@given(st.sampled_from(SAMPLES), st.integers(0, 5000), st.binary(max_size=4))
@settings(max_examples=200, deadline=None)
def test_damaged_feeds_get_a_report(body: bytes, place: int, damage: bytes) -> None:
    place %= len(body)
    assert is_sound(lint(body[:place] + damage + body[place + len(damage) :], now=NOW))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "version",
                        "title",
                        "items",
                        "id",
                        "authors",
                        "author",
                        "name",
                        "hubs",
                        "url",
                        "tags",
                        "attachments",
                        "language",
                        "content_html",
                        "date_published",
                        "feed_url",
                        "next_url",
                        "mime_type",
                        "_x",
                    ]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=25,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_json_gets_a_report(value: object) -> None:

    assert is_sound(lint(json.dumps(value).encode(), now=NOW))


def rss(inside: str) -> bytes:
    return f'<rss version="2.0"><channel><title>T</title><item>{inside}</item></channel></rss>'.encode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<a>" * 100_000, "F004"),
        (b"<rss version='2.0'><channel>" + b"<item/>" * 500_000, "F004"),
        (b"[" * 1_000_000, "F004"),
        (b'{"items":' * 100_000, "F004"),
        (b" " * 20_000_001, "F005"),
        (rss("<description>" + "x" * 6_000_000 + "</description>"), "F006"),
        (rss("<description>" + "x" * 600_000 + "</description>"), "F007"),
        (b'{"version": "' + b"x" * 300_000 + b'"}', "F323"),
        (b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>', "F003"),
        (b'<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;]><rss/>', "F003"),
        (rss("<description>" + "&lt;a '" * 200_000 + "</description>"), "F007"),
        (rss("<description>" + "&lt;!--" * 200_000 + "</description>"), "F007"),
        (rss("<description>" + "&lt;b>" * 200_000 + "</description>"), "F619"),
        (rss("<description>" + "&lt;/b>" * 200_000 + "</description>"), "F619"),
        (rss("<description>&lt;a " + "x" * 900_000 + "=></description>"), "F007"),
        (rss("<description>" + ('&lt;a "' + ">" * 20_000) * 40 + "</description>"), "F007"),
        (rss("<title>" + "&lt;" * 300_000 + "</title>"), "F007"),
        (b'{"items": [], ' + b'"a": 1, ' * 300_000 + b'"b": 2}', "F302"),
        (rss("<author>" + "a" * 600_000 + "</author>"), "F117"),
        (
            b'<feed xmlns="http://www.w3.org/2005/Atom">'
            + b'<link rel="next" href="/"/>' * 50_000
            + b"</feed>",
            "F508",
        ),
        (rss(f"<title x{'x' * 1000}='{'&#38;' * 120_000}'/>"), "F007"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[:24],
)
def test_bombs_are_findings_in_bounded_time(body: bytes, code: str) -> None:
    begin = time.monotonic()
    assert code in codes(body)
    assert time.monotonic() - begin < PATIENCE


def test_a_million_findings_are_not_kept() -> None:
    body = rss("<rubbish/>").replace(b"<rubbish/>", b'<link a="x"/>' + b"<category></category>" * 5000)
    assert len(lint(body).findings) < 1200


def test_lines_and_columns_are_those_of_an_editor() -> None:
    body = '<rss version="2.0"><channel>\n  <title>ü</title> <link>ü</link>\r\n\t<rubbish/></channel></rss>'
    places = {each.code: (each.line, each.column) for each in lint(body.encode()).findings}
    assert places["F603"] == (2, 20)
    assert places["F105"] == (3, 2)


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-8-sig", "windows-1252", "shift_jis", "koi8-r", "latin-1"]
)
def test_other_encodings_are_read(encoding: str) -> None:
    text = '<?xml version="1.0" encoding="{}"?><rss version="2.0"><channel><title>T</title></channel></rss>'
    label = {"utf-8-sig": "utf-8", "latin-1": "iso-8859-1", "cp1252": "windows-1252"}.get(encoding, encoding)
    report = lint(text.format(label).encode(encoding))
    assert report.facts.title == "T"
    assert ("F009" in {each.code for each in report.findings}) == (label != "utf-8")


def test_the_future_is_only_known_to_who_is_told_the_time() -> None:
    body = rss("<title>T</title><pubDate>Wed, 24 Nov 2027 06:30:00 GMT</pubDate>")
    assert "F608" in codes(body)
    assert "F608" not in {finding.code for finding in lint(body).findings}


def test_a_gate_is_told_which_items_to_leave_out() -> None:
    good, bad = (
        "<title>A</title><guid isPermaLink='false'>urn:a:1</guid>",
        "<guid isPermaLink='false'>urn:b:1</guid>",
    )
    body = f'<rss version="2.0"><channel><item>{good}</item><item>{bad}</item></channel></rss>'.encode()
    report = lint(body)
    assert {item: [each.code for each in some] for item, some in errors_of_items(report).items()} == {
        "urn:b:1": ["F104"]
    }
    assert report.counts()["warning"] == len(report.of("warning")) > 0


# How a feed is served ---------------------------------------------------------------------------

FEED = (CASES / "good.rss").read_bytes()
URL = "https://harbour.example/feed.rss"
PERFECT = {
    "content-type": "application/rss+xml; charset=utf-8",
    "content-encoding": "gzip",
    "vary": "Accept-Encoding",
    "etag": '"a"',
    "last-modified": "Tue, 24 Nov 2026 08:00:00 GMT",
    "date": "Tue, 24 Nov 2026 08:00:00 GMT",
    "cache-control": "max-age=300, stale-while-revalidate=60",
    "link": f'<https://harbour.example/hub>; rel="hub", <{URL}>; rel="self"; type="application/rss+xml"',
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
}


def served(
    url: str = URL, again: int | None = 304, moved: str | None = None, **headers: str | None
) -> set[str]:
    """The codes for an answer that is perfect but for these headers; None takes one away."""
    changed = PERFECT | {name.replace("_", "-"): value for name, value in headers.items()}
    answer = Served(
        url, url, {name: value for name, value in changed.items() if value is not None}, moved, again
    )
    return {finding.code for finding in lint(FEED, now=NOW, served=answer).findings}


def test_a_feed_that_is_served_well_has_no_findings() -> None:
    assert served() == set()


@pytest.mark.parametrize(
    ("code", "headers"),
    [
        ("F401", {"content_type": "text/html"}),
        ("F401", {"content_type": "application/atom+xml"}),
        ("F402", {"content_type": "text/xml"}),
        ("F403", {"content_type": "application/rss+xml; charset=iso-8859-1"}),
        ("F404", {"content_type": None}),
        ("F405", {"content_encoding": None}),
        ("F406", {"content_encoding": "GZIP"}),
        ("F407", {"etag": None, "last_modified": None}),
        ("F409", {"cache_control": None}),
        ("F409", {"cache_control": "public"}),
        ("F410", {"cache_control": "max-age=604800"}),
        ("F411", {"vary": "Accept"}),
        ("F414", {"set_cookie": "session=1"}),
        ("F415", {"last_modified": "Wed, 25 Nov 2026 08:00:00 GMT"}),
        ("F415", {"last_modified": "yesterday"}),
        ("F415", {"date": "Tue, 24 Nov 2026 08:00:00 GMT, Tue, 24 Nov 2026 08:00:00 GMT"}),
        ("F416", {"link": '</feed.rss>; rel="self"'}),
        ("F416", {"link": f"<{URL}>; type=x"}),
        ("F416", {"link": f'<{URL}>; rel="self", <{URL}?b>; rel=self'}),
        ("F417", {"link": '<https://harbour.example/other>; rel="self"'}),
        ("F418", {"access_control_allow_origin": None}),
        ("F419", {"x_content_type_options": None}),
        ("F420", {"cache_control": "no-store"}),
    ],
)
def test_a_header_that_is_not_right_is_a_finding(code: str, headers: dict[str, str | None]) -> None:
    assert code in served(**headers)


def test_an_answer_without_304_elsewhere_or_by_redirect_is_a_finding() -> None:
    assert served(again=200) == {"F408"}
    assert served(url="https://harbour.example/other.rss") == {"F412"}
    redirected = Served("https://harbour.example/old", URL, PERFECT, None, 304)
    assert {finding.code for finding in lint(FEED, now=NOW, served=redirected).findings} == {"F413"}
    moved = Served("https://harbour.example/old", URL, PERFECT, URL, 304)
    assert lint(FEED, now=NOW, served=moved).findings == ()


@given(st.dictionaries(st.sampled_from(sorted(PERFECT)), st.text(max_size=60)))
@settings(max_examples=150, deadline=None)
def test_any_headers_get_a_report(headers: dict[str, str]) -> None:
    assert is_sound(lint(FEED, now=NOW, served=Served(URL, URL, PERFECT | headers)))


# Several pages ----------------------------------------------------------------------------------


def page(number: int, items: str, following: int | None = None, name: str = "urn:a:0") -> tuple[str, Facts]:
    links = f'<link rel="prev-archive" href="https://a.example/{number - 1}"/>' if number > 1 else ""
    if following:
        links += f'<link rel="next-archive" href="https://a.example/{following}"/>'
    entries = "".join(f"<entry><id>{item}</id></entry>" for item in items)
    text = f"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0">
        <id>{name}</id><fh:archive/>{links}{entries}</feed>"""
    return f"https://a.example/{number}", lint(text.encode()).facts


def found(*documents: tuple[str, Facts]) -> list[tuple[str, str]]:
    def told(address: str, finding: Finding) -> tuple[str, str]:
        return address.rpartition("/")[2], finding.code

    return [told(address, finding) for address, finding in chain(documents)]


def test_pages_that_belong_together_have_no_findings() -> None:
    assert found(page(4, "gh"), page(1, "ab", 2), page(2, "cd", 3), page(3, "gf")) == []
    assert found() == []


def test_pages_that_contradict_each_other_are_found() -> None:
    assert found(page(4, "g"), page(1, "ab", name="urn:a:9")) == [("1", "F511")]
    assert found(page(4, "g"), page(1, "ab", 2), page(2, "bc")) == [("2", "F512")]
    assert found(page(4, "g"), page(1, "ab", 3), page(2, "cd")) == [("2", "F513")]
