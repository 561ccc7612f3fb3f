"""Somebody else's feed becomes arrivals: whole, clean, bounded, and the same on every reading."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.errors import FetchError, Gone, ParseError
from feedsvc.model import Arrival
from feedsvc.net import Client, Fetched, Limits
from feedsvc.sources import parser
from feedsvc.sources.parser import Parser
from feedsvc.sources.upstream import Parsed, UpstreamRules, fetch, parse
from tests.upstream_server import ETAG, MODIFIED, EvilServer, evil_upstream

CASES = Path(__file__).parent.parent / "cases" / "upstream"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
URL = "https://upstream.example/feed"
RULES = UpstreamRules("wire", URL, tags=("Wire",))


@dataclass
class Canned:
    """A client that answers with what it was given, and remembers what it was asked."""

    answer: Fetched
    asked: tuple[str, str, str] = ("", "", "")

    def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        self.asked = (url, etag, last_modified)
        return self.answer


def read(body: bytes | str, content_type: str = "text/xml", rules: UpstreamRules = RULES) -> Parsed:
    raw = body if isinstance(body, bytes) else body.encode()
    return parse(raw, {"content-type": content_type}, URL, rules, NOW)


def rss(*items: str, head: str = "") -> str:
    listed = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>T</title>{head}{listed}</channel></rss>"


def only(parsed: Parsed) -> Arrival:
    (arrival,) = parsed.arrivals
    return arrival


# Cases


def shown(value: object) -> object:
    """Return what differs from an empty field, so that a case shows what its feed is about."""
    if is_dataclass(value):
        pairs = ((field.name, shown(getattr(value, field.name))) for field in fields(value))
        return {name: part for name, part in pairs if part not in (None, "", [], {}, 0, False)}
    if isinstance(value, tuple):
        return [shown(part) for part in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize(
    "path", sorted([*CASES.glob("*.xml"), *CASES.glob("*.feed.json")]), ids=lambda path: path.name
)
def test_a_case_is_read_as_expected(path: Path, request: pytest.FixtureRequest) -> None:
    kind = "application/feed+json" if path.suffix == ".json" else "application/xml"
    found = json.dumps(shown(read(path.read_bytes(), kind)), indent=2, ensure_ascii=False) + "\n"
    expected = path.with_name(path.name.split(".")[0] + ".expected.json")
    if request.config.getoption("--update-cases", default=False):
        expected.write_text(found, encoding="utf-8")
    assert json.loads(found) == json.loads(expected.read_text(encoding="utf-8"))


# What is no feed


def test_a_web_page_is_no_feed_and_its_feeds_are_named() -> None:
    page = """<!-- hello --><!DOCTYPE html><html><head>
        <link rel="alternate" type="application/rss+xml" href="/news.rss">
        <link rel=alternate type=application/atom+xml href="https://a.example/news.atom">
        <link rel="alternate" hreflang="de" href="/de"><link rel="stylesheet" href="/s.css"></head></html>"""
    with pytest.raises(ParseError, match="web page") as caught:
        read(page, "text/html")
    assert "https://upstream.example/news.rss, https://a.example/news.atom" in str(caught.value)
    assert "/de" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("<?xml version='1.0'?>", "empty"),
        ("Service unavailable", "not a feed"),
        ("<note><to>you</to></note>", "not a feed"),
        ("<html><body>We are down</body></html>", "names no feed"),
        ("<div><html>", "web page"),
        ("%PDF-1.7 ...", "not a feed"),
        ('{"error": "rate limited"}', "not a JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [', "not well-formed JSON"),
        ('{"a":' * 100_000, "not well-formed JSON"),
        ("[1, 2]", "not a feed"),
    ],
)
def test_what_is_no_feed_is_a_failure_and_never_an_empty_feed(body: str, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        read(body)


def test_a_feed_without_items_is_a_feed() -> None:
    assert read(rss()).arrivals == ()
    assert read('{"version": "https://jsonfeed.org/version/1", "title": "T", "items": []}').title == "T"


def test_a_feed_sent_as_a_web_page_is_read_all_the_same() -> None:
    assert only(read(rss("<title>Hello</title>"), "text/html; charset=utf-8")).article.title == "Hello"


# Encodings


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", "text/xml"),
        ("utf-8", "", "text/xml"),
        ("utf-8-sig", "iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("utf-8", "iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("utf-8", "unicode_escape", "text/xml; charset=utf-7"),
        ("cp1252", "windows-1252", "text/xml"),
        ("cp1252", "utf-8", "text/xml; charset=utf-8"),
        ("cp1252", "", "text/xml"),
        ("iso8859-1", "us-ascii", "text/xml"),
        ("utf-16", "utf-16", "text/xml"),
        ("utf-16-le", "utf-16", "text/xml"),
        ("utf-16-be", "", "text/xml; charset=utf-8"),
    ],
)
def test_text_is_read_in_the_encoding_that_it_is_in(encoding: str, declared: str, content_type: str) -> None:
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else "<?xml version='1.0'?>"
    body = (declaration + rss("<title>Straße é</title>")).encode(encoding)
    assert only(read(body, content_type)).article.title == "Straße é"


@pytest.mark.parametrize(
    ("encoding", "label", "word"),
    [
        ("cp932", "Shift_JIS", "港のニュース"),
        ("euc_jp", "EUC-JP", "港のニュース"),
        ("iso2022_jp", "ISO-2022-JP", "港のニュース"),
        ("gb18030", "GB2312", "港口新闻"),
        ("big5hkscs", "Big5", "港口新聞"),
        ("cp949", "EUC-KR", "항구 소식"),
        ("koi8-r", "KOI8-R", "Новости порта"),
        ("cp1251", "windows-1251", "Новости порта"),
        ("iso8859-2", "iso-8859-2", "Wieści z przystani"),
    ],
)
@pytest.mark.parametrize("where", ["declaration", "header"])
def test_the_encodings_of_the_web_are_known_by_their_labels(
    encoding: str, label: str, word: str, where: str
) -> None:
    declaration = f'<?xml version="1.0" encoding="{label}"?>' if where == "declaration" else ""
    content_type = f"text/xml; charset={label}" if where == "header" else "text/xml"
    body = (declaration + rss(f"<title>{word}</title>")).encode(encoding)
    assert only(read(body, content_type)).article.title == word


@pytest.mark.parametrize(
    "label", ["unicode_escape", "utf-7", "punycode", "idna", "undefined", "rot13", "hex", "x" * 99]
)
def test_a_codec_that_is_no_encoding_of_the_web_is_not_used(label: str) -> None:
    body = f"<?xml version='1.0' encoding='{label}'?>" + rss("<title>\\x3cb\\x3e +ADw-b+AD4-</title>")
    assert only(read(body, f"text/xml; charset={label}")).article.title == "\\x3cb\\x3e +ADw-b+AD4-"


def test_characters_that_xml_forbids_are_taken_out_not_the_feed() -> None:
    text = rss("<title>a\x0b\x00\ufffeb&#11;&#0;&#xD800;&#xFFFE;&#99999999999;c&#65;</title>")
    parsed = read(text)
    assert only(parsed).article.title == "abcA"
    assert parsed.problems == ()


# Hostile feeds


def test_an_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    doctype = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>'
    assert "canary" not in repr(read(doctype + rss("<title>a&x;b</title>")))


def test_an_entity_bomb_ends_quickly() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{levels}]>' + rss("<title>&l11;</title>")
    with suppress(ParseError):
        assert len(repr(read(bomb))) < 100_000


def test_a_feed_that_the_parser_cannot_stand_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Parser(seconds=1, megabytes=200)
    monkeypatch.setattr(parser, "shared", small)
    with pytest.raises(ParseError, match="more than 1 seconds"):
        read("<rss version='2.0'>" + "<a>" * 1_000_000)
    assert only(read(rss("<title>Next</title>"))).article.title == "Next"
    small.close()


def test_active_content_does_not_come_in() -> None:
    html = escape("<p onclick='x()'>Hi<svg/onload=alert(1)><a href='javascript:x()'>a</a></p>")
    made = only(
        read(
            rss(
                f"<title>{html}</title><link>javascript:alert(1)</link><description>{html}</description>"
                "<guid>x</guid><author>&lt;script&gt;alert(1)&lt;/script&gt;</author>"
                "<enclosure url='javascript:alert(1)' type='audio/mpeg'/>"
            )
        )
    ).article
    assert "onclick" not in made.content and "<svg" not in made.content and "javascript" not in made.content
    assert made.link is None and made.enclosures == ()
    assert made.authors == ()


def test_html_over_the_limit_becomes_plain_text() -> None:
    rules = UpstreamRules("wire", URL, max_html_bytes=1000)
    fits = "<![CDATA[" + "<b>" + "x" * 993 + "</b>" + "]]>"
    assert read(rss(f"<description>{fits}</description>"), rules=rules).problems == ()
    parsed = read(rss(f"<description>{fits.replace('x', 'xx', 1)}</description>"), rules=rules)
    assert [problem.code for problem in parsed.problems] == ["W304"]
    assert "<b>" not in only(parsed).article.content
    assert 0 < len(only(parsed).article.content) < 1000


def test_lists_and_texts_are_bounded() -> None:
    tags = "".join(f"<category>t{n}</category>" for n in range(90))
    files = "".join(f"<enclosure url='https://a.example/{n}.mp3' type='audio/mpeg'/>" for n in range(30))
    made = only(read(rss(f"<title>{'word ' * 900}</title><guid>{'g' * 3000}</guid>{tags}{files}")))
    assert len(made.article.tags) == 50
    assert len(made.article.enclosures) == 10
    assert len(made.article.title) <= 1000
    assert made.guid.startswith("sha256:")


# Entries


def test_the_newest_entries_are_taken_and_come_oldest_first() -> None:
    dated = [
        f"<guid>{n}</guid><title>{n}</title><pubDate>{n} Nov 2026 00:00:00 GMT</pubDate>"
        for n in (3, 9, 5, 7)
    ]
    rules = UpstreamRules("wire", URL, limit=3)
    assert [arrival.guid for arrival in read(rss(*dated), rules=rules).arrivals] == ["5", "7", "9"]
    undated = [f"<guid>{n}</guid><title>{n}</title>" for n in "abcd"]
    assert [arrival.guid for arrival in read(rss(*undated), rules=rules).arrivals] == ["c", "b", "a"]


def test_a_feed_read_twice_gives_equal_arrivals_whatever_its_build_date() -> None:
    head = "<lastBuildDate>Tue, 24 Nov 2026 {}:00:00 GMT</lastBuildDate>"
    item = "<guid>1</guid><title>A</title><pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate>"
    assert read(rss(item, head=head.format("10"))) == read(rss(item, head=head.format("11")))


def test_empty_and_unreadable_fields_do_no_harm() -> None:
    files = "<enclosure/><enclosure url=''/><enclosure url='http://[::1' length='many' type='video'/>"
    assert only(read(rss(f"<title>A</title>{files}<link/><guid/>"))).article.enclosures == ()


def test_the_configured_language_outranks_the_feeds_own() -> None:
    feed = rss("<title>A</title>", head="<language>en_us</language>")
    assert only(read(feed)).article.language == "en-US"
    assert only(read(feed, rules=UpstreamRules("wire", URL, language="de"))).article.language == "de"
    assert only(read(rss("<title>A</title>", head="<language>English</language>"))).article.language is None


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: rss(text).encode())))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        parsed = read(body)
    except ParseError as error:
        assert len(str(error)) > 10
        return
    for arrival in parsed.arrivals:
        assert arrival.guid and arrival.article.title


@pytest.mark.parametrize("seconds", [0, 60, -90])
def test_dates_that_every_answer_changes_are_not_believed(seconds: int) -> None:
    stamp = format_datetime(NOW + timedelta(seconds=seconds))
    dates = f"<pubDate>{stamp}</pubDate><a:updated>{stamp}</a:updated>"
    body = rss(f"<title>A</title>{dates}", f"<title>B</title>{dates}").replace(
        "<rss", "<rss xmlns:a='http://www.w3.org/2005/Atom'"
    )
    assert {(got.article.published, got.article.updated) for got in read(body).arrivals} == {(None, None)}


def test_dates_that_are_not_all_of_this_moment_are_believed() -> None:
    fresh, old = format_datetime(NOW), "Mon, 23 Nov 2026 08:00:00 GMT"
    alone = rss(f"<title>A</title><pubDate>{fresh}</pubDate>")
    assert only(read(alone)).article.published == NOW
    both = rss(f"<title>A</title><pubDate>{fresh}</pubDate>", f"<title>B</title><pubDate>{old}</pubDate>")
    assert [got.article.published for got in read(both).arrivals][-1] == NOW


def test_what_no_database_takes_is_left_out_of_a_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "T\0",
        "items": [{"id": "a\0\ud800", "title": "A\0\ud800", "tags": ["t\0"], "content_text": "x\ud800"}],
    }
    parsed = read(json.dumps(feed), "application/feed+json")
    told = repr(parsed)
    assert "\\x00" not in told
    assert "\\ud800" not in told


@pytest.mark.parametrize("id", ["javascript:alert(1)", "file:///etc/passwd", "x:y"])
def test_an_id_that_readers_drop_is_no_name_for_ever(id: str) -> None:
    assert only(read(rss(f"<title>A</title><guid>{id}</guid>"))).id is None


def test_no_field_of_an_entry_is_endless() -> None:
    long = "a b " * 50_000
    entry = "".join(f"<{name}>{long}</{name}>" for name in ("title", "category", "rights", "description"))
    entry += f"<author>{long}@x.example ({long})</author><link>https://a.example/{'x' * 5000}</link>"
    entry += f"<enclosure url='https://a.example/a' type='{long}' length='1'/>"
    entry += f"<source url='https://b.example/'>{long}</source>"
    got = only(read(rss(entry, head=f"<copyright>{long}</copyright>")))
    assert len(json.dumps(shown(replace(got.article, content="")))) < 10_000
    assert got.article.link is None


# Fetching


def test_an_unchanged_feed_keeps_its_validators() -> None:
    client = Canned(Fetched(URL, 304, {"cache-control": "max-age=600"}, b""))
    got = fetch(RULES, client, etag='"a"', last_modified="then", now=NOW)
    assert client.asked == (URL, '"a"', "then")
    assert (got.status, got.etag, got.last_modified, got.arrivals) == ("unchanged", '"a"', "then", ())
    assert got.max_age == 600


def test_an_unchanged_feed_may_renew_its_validators() -> None:
    client = Canned(Fetched(URL, 304, {"etag": '"b"', "last-modified": "now"}, b""))
    got = fetch(RULES, client, etag='"a"', last_modified="then", now=NOW)
    assert (got.etag, got.last_modified) == ('"b"', "now")


def test_a_changed_feed_says_all_that_the_schedule_needs() -> None:
    headers = {"etag": '"a"', "last-modified": MODIFIED, "cache-control": "public, Max-Age=900, s-maxage=1"}
    body = rss("<title>A</title>", head="<ttl>30</ttl><link>https://a.example/</link>").encode()
    client = Canned(Fetched("https://new.example/feed", 200, headers, body, "https://new.example/feed"))
    got = fetch(RULES, client, etag="", last_modified="", now=NOW)
    assert (got.status, got.etag, got.last_modified) == ("ok", '"a"', MODIFIED)
    assert (got.ttl_seconds, got.max_age) == (1800, 900)
    assert got.title == "T"
    assert len(got.arrivals) == 1
    assert [problem.code for problem in got.problems] == ["W306"]
    assert "its new address https://new.example/feed" in got.problems[0].message


@pytest.fixture(scope="module")
def upstream() -> Iterator[EvilServer]:
    with evil_upstream() as server:
        yield server


def from_upstream(server: EvilServer, path: str, etag: str = "") -> tuple[str, list[str], str]:
    limits = Limits(seconds=1, max_bytes=200_000, allow_networks=("127.0.0.0/8",))
    client = Client(limits, user_agent="feedsvc-test")
    rules = UpstreamRules("wire", server.url + path)
    got = fetch(rules, client, etag=etag, last_modified="", now=NOW)
    return got.status, [arrival.article.title for arrival in got.arrivals], got.etag


def test_a_real_upstream_is_asked_again_only_for_what_changed(upstream: EvilServer) -> None:
    assert from_upstream(upstream, "/ok") == ("ok", ["Ferry returns"], ETAG)
    assert from_upstream(upstream, "/ok", ETAG) == ("unchanged", [], ETAG)


def test_a_wrong_label_does_not_spoil_a_real_feed(upstream: EvilServer) -> None:
    assert from_upstream(upstream, "/wrong-encoding")[1] == ["Ferry returns"]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/html-200", ParseError),
        ("/empty", ParseError),
        ("/truncated", FetchError),
        ("/410", Gone),
        ("/429", FetchError),
        ("/drip", FetchError),
        ("/gzip-bomb", FetchError),
        ("/private-redirect", FetchError),
    ],
)
def test_a_failing_upstream_fails_in_one_sentence(
    upstream: EvilServer, path: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        from_upstream(upstream, path)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300
