from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from feedsvc.errors import Conflict, Invalid, RequestError
from feedsvc.web.errors import STATUSES
from tests.web.newsroom import BROWSER, Newsroom


def test_every_error_that_the_asker_can_mend_has_a_status() -> None:
    assert set(_below(RequestError)) <= set(STATUSES)


def test_a_person_gets_a_page_and_a_program_gets_a_problem(newsroom: Newsroom) -> None:
    for path in ("/nowhere", "/items/nowhere", "/tags/nowhere", "/feeds/nowhere/"):
        reply = newsroom.ask(path)
        assert reply.status == 404
        assert reply.headers["content-type"] == "text/html; charset=utf-8"
        assert b"Page not found" in reply.body
    reply = newsroom.ask("/feeds/nowhere.json")
    assert (reply.status, reply.headers["content-type"]) == (404, "application/problem+json")
    assert json.loads(reply.body) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "there is no feed “nowhere.json”",
    }
    assert b"Page not found" in newsroom.ask("/feeds/nowhere.json", BROWSER).body
    asked = newsroom.ask("/items/nowhere", {"Accept": "application/json"})
    assert asked.headers["content-type"] == "application/problem+json"


def test_no_error_is_cached_and_all_have_the_headers_of_pages(newsroom: Newsroom) -> None:
    for reply in (
        newsroom.ask("/nowhere"),
        newsroom.ask("/", method="POST"),
        newsroom.ask("/feeds/nowhere.rss"),
    ):
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["content-security-policy"].startswith("default-src 'none'")


def test_an_invalid_value_is_named(newsroom: Newsroom) -> None:
    newsroom.app.add_url_rule("/broken.json", "broken", _raise(Invalid("title", "it is empty")))
    reply = newsroom.ask("/broken.json")
    assert reply.status == 422
    assert json.loads(reply.body)["errors"] == [{"field": "title", "reason": "it is empty"}]


def test_an_error_without_a_notice_of_its_own_is_told_as_it_is(newsroom: Newsroom) -> None:
    newsroom.app.add_url_rule("/broken", "broken", _raise(Conflict("another <item> has this slug")))
    reply = newsroom.ask("/broken")
    assert reply.status == 409
    assert b"another &lt;item&gt; has this slug" in reply.body


def test_a_fault_of_ours_is_logged_and_not_told(newsroom: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    newsroom.app.add_url_rule("/broken", "broken", _raise(RuntimeError("the password is swordfish")))
    reply = newsroom.ask("/broken")
    assert reply.status == 500
    assert b"swordfish" not in reply.body
    assert "swordfish" in caplog.text


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/rss", "/feeds/all.rss"),
        ("/feed", "/feeds/all.rss"),
        ("/feed.xml", "/feeds/all.rss"),
        ("/rss.xml", "/feeds/all.rss"),
        ("/index.xml", "/feeds/all.rss"),
        ("/atom.xml", "/feeds/all.atom"),
        ("/feed.json", "/feeds/all.json"),
        ("/feeds", "/feeds/"),
        ("/feeds/all", "/feeds/all/"),
        ("/tags", "/tags/"),
        ("/authors", "/authors/"),
    ],
)
def test_addresses_that_people_guess_lead_on_for_good(newsroom: Newsroom, path: str, target: str) -> None:
    reply = newsroom.ask(path)
    assert (reply.status, reply.headers["location"]) == (301, target)
    # For long enough to spare us, and never for ever; scripts of other sites may follow it.
    assert reply.headers["cache-control"] == "max-age=60"
    assert reply.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "/items/", "/feeds//", "/tags//", "/media/items/", "/static/"]
)
def test_odd_addresses_are_not_found_and_lead_nowhere(newsroom: Newsroom, path: str) -> None:
    reply = newsroom.ask(path)
    assert reply.status == 404 or reply.headers["location"].startswith("/tags")


def test_a_request_is_logged_in_one_line_without_an_address(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="feedsvc.web")
    newsroom.ask("/nowhere\nadmin", {"X-Forwarded-For": "203.0.113.9"})
    (line,) = [record.getMessage() for record in caplog.records if "request method" in record.getMessage()]
    assert line.startswith("request method=GET path=/nowhere%0Aadmin status=404 ms=")
    assert "203.0.113.9" not in line


def test_a_page_of_another_site_can_see_what_became_of_a_feed(newsroom: Newsroom) -> None:
    for path in ("/feeds/nowhere.rss", "/tags/nowhere.json", "/feeds/all/archive/9.atom"):
        assert newsroom.ask(path).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in newsroom.ask("/nowhere").headers


def _below(kind: type[RequestError]) -> Iterator[type[RequestError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _below(below)


def _raise(error: Exception) -> object:
    def view() -> str:
        raise error

    return view
