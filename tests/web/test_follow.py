"""A feed is followed in a reader of one's own, and nobody is led anywhere else under this site's name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from bs4 import BeautifulSoup

from feedsvc.web import follow
from tests.web.newsroom import FEEDS, SITE, Newsroom, Reply

FEED = quote("https://harbour.example/feeds/storms.rss", safe="")


@pytest.mark.parametrize(
    ("asked", "stands"),
    [
        ("reader.example", "https://reader.example"),
        ("https://reader.example/", "https://reader.example"),
        ("HTTPS://Reader.Example", "https://reader.example"),
        ("http://192.168.1.5:8080", "http://192.168.1.5:8080"),
        ("localhost:8080", "https://localhost:8080"),
        ("http://[fd00::5]:8080/rss/", "http://[fd00::5]:8080/rss"),
        ("example.org/FreshRSS/p", "https://example.org/FreshRSS/p"),
        ("bücher.example", "https://xn--bcher-kva.example"),
        ("https://reader.example:443", "https://reader.example:443"),
    ],
)
def test_the_address_of_a_reader_is_read_as_people_write_it(asked: str, stands: str) -> None:
    assert follow.base(asked) == stands


@pytest.mark.parametrize(
    "asked",
    [
        "javascript:alert(1)",
        "javascript://reader.example/%0aalert(1)",
        "data:text/html,x",
        "ftp://reader.example",
        "//reader.example",
        "https://",
        "https:///path",
        "https://anna:secret@reader.example",
        "https://harbour.example@evil.example",
        "https://reader.example\\@evil.example",
        "https://reader.example/\r\nSet-Cookie: a=b",
        "https://reader.example/?next=//evil.example",
        "https://reader.example/#x",
        "https://reader.example/%2e%2e",
        "https://reader.example//evil.example",
        "https://reader.example:99999",
        "https://reader.example:x",
        "https://[::1",
        "reader example",
        "reader\u202e.example",
        "-reader.example",
        "reader..example",
        "a" * 64 + ".example",
        "x" * 400,
        '"><script>alert(1)</script>',
    ],
)
def test_what_is_no_address_of_a_reader_is_refused(asked: str) -> None:
    with pytest.raises(follow.BadAddress):
        follow.base(asked)


@pytest.mark.parametrize(
    ("reader", "page"),
    [
        ("miniflux", "/bookmarklet?uri="),
        ("freshrss", "/i/?c=feed&a=add&url_rss="),
        ("nextcloud", "/index.php/apps/news/?subscribe_to="),
        ("ttrss", "/public.php?op=bookmarklets--subscribe&feed_url="),
    ],
)
def test_a_press_on_follow_tells_where_it_leads_and_goes_nowhere(
    newsroom: Newsroom, reader: str, page: str
) -> None:
    reply = _asked(newsroom, reader, "reader.example/rss")
    assert reply.status == 200
    assert not {"location", "refresh", "set-cookie"} & set(reply.headers)
    assert reply.headers["cache-control"] == "no-store"
    assert "form-action 'self'" in reply.headers["content-security-policy"]
    html = BeautifulSoup(reply.body, "html.parser")
    (link,) = html.select("main a.go")
    assert link["href"] == f"https://reader.example/rss{page}{FEED}"
    assert "at reader.example" in link.text
    assert "noreferrer" in link["rel"]
    assert html.select_one("meta[name=robots]")["content"] == "noindex"  # type: ignore[index]
    assert html.select_one("link[rel=canonical]") is None


def test_a_wrong_address_is_told_beside_its_field_and_leads_nowhere(newsroom: Newsroom) -> None:
    hostile = '"><a href="https://evil.example">'
    reply = _asked(newsroom, "freshrss", hostile)
    assert reply.status == 422
    html = BeautifulSoup(reply.body, "html.parser")
    (field,) = html.select("input[name=host]")
    assert (field["value"], field["aria-invalid"]) == (hostile, "true")
    assert html.select_one(f"#{field['aria-describedby']}") is not None
    assert html.select_one("option[selected]")["value"] == "freshrss"  # type: ignore[index]
    assert not html.select("a.go")
    assert b'href="https://evil.example"' not in reply.body


@pytest.mark.parametrize(
    "query", ["", "?reader=miniflux", "?host=reader.example", "?reader=x&host=a.example"]
)
def test_a_form_that_says_too_little_leads_back_to_the_feeds_page(newsroom: Newsroom, query: str) -> None:
    reply = newsroom.ask(f"/feeds/storms/follow{query}")
    assert (reply.status, reply.headers["location"]) == (302, "/feeds/storms/")


def test_only_feeds_can_be_followed(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path, replace(SITE), FEEDS, ended={"olympics": "", "old": "storms"})
    assert newsroom.ask("/feeds/nowhere/follow").status == 404
    assert newsroom.ask("/feeds/olympics/follow").status == 410
    assert newsroom.ask("/feeds/old/follow").headers["location"] == "/feeds/storms/"
    newsroom.close()


def test_the_form_on_a_feeds_page_asks_for_its_own_site_alone(newsroom: Newsroom) -> None:
    (form,) = BeautifulSoup(newsroom.ask("/feeds/storms/").body, "html.parser").select("form.own")
    assert form["action"] == "/feeds/storms/follow"
    assert "method" not in form.attrs
    assert [option["value"] for option in form.select("option")] == [each.key for each in follow.READERS]


def _asked(newsroom: Newsroom, reader: str, host: str) -> Reply:
    return newsroom.ask(f"/feeds/storms/follow?{urlencode({'reader': reader, 'host': host})}")
