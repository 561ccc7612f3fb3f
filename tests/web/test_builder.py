"""The embed builder as it is answered: nothing is lost, nothing is fetched that must not be."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from feedsvc.config import LimitSettings
from feedsvc.model import Feed, Image
from feedsvc.net import Client
from feedsvc.web import scripts
from feedsvc.web.checking import MOST, OUT_OF_REACH, Checker, read_address
from feedsvc.web.clients import Proxies
from feedsvc.web.state import EXTENSION
from tests.embed.pages import Site, serving
from tests.web.newsroom import FEEDS, SITE, Newsroom, make

PATH = "/embed/builder"
LOCAL = LimitSettings(check_networks=("127.0.0.0/8",))


@pytest.fixture
def room(newsroom: Newsroom) -> Newsroom:
    newsroom.add(make(), make("Second"))
    newsroom.publish()
    return newsroom


@pytest.fixture
def host() -> Iterator[Site]:
    with serving() as running:
        yield running


def checking(room: Newsroom) -> Checker:
    """Let the builder look at pages of this machine, as an operator may."""
    checker = Checker(LOCAL, room.site, Proxies(()))
    room.app.extensions[EXTENSION] = replace(room.app.extensions[EXTENSION], checker=checker)
    return checker


def checked(room: Newsroom, page: str, query: str = "", **headers: str) -> TestResponse:
    return room.client.post(f"{PATH}{query}", data={"page": page}, headers=headers)


def text_of(response: TestResponse) -> str:
    return unescape(re.sub(r"<[^>]+>", "", response.text))


def codes(response: TestResponse) -> list[str]:
    return [
        unescape(each) for each in re.findall(r"<textarea[^>]*>(.*?)</textarea>", response.text, re.DOTALL)
    ]


def test_the_builder_gives_away_every_way_with_todays_headlines(room: Newsroom) -> None:
    answer = room.client.get(PATH)
    assert answer.status_code == 200
    found = codes(answer)
    script = scripts.newest()
    assert f'src="{SITE.url}/embed/v1.js"' in found[0]
    assert f'integrity="{script.integrity}"' in found[1]
    assert f"{SITE.url}{script.pinned_path}" in found[1]
    assert ">Storm closes the harbour road</a>" in found[2]
    assert len(found) == 14
    assert f"{script.gzip_size:,} bytes" in answer.text
    assert answer.headers["Cache-Control"].startswith("max-age=60")


def test_the_policy_lets_the_page_show_its_previews_and_nothing_else(room: Newsroom) -> None:
    policy = room.client.get(PATH).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    preview = room.client.get("/embed/preview").headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in preview
    assert "unsafe-inline" not in preview.replace("style-src-attr 'unsafe-inline'", "")


def test_what_is_chosen_is_in_the_code_the_previews_and_the_form(room: Newsroom) -> None:
    query = "?feed=storms&count=3&show=none&show=date&show=image&layout=cards&theme=dark&look=dark&dir=rtl"
    answer = room.client.get(PATH + query)
    assert 'feed="storms" count="3" show="date image" layout="cards" theme="dark"' in " ".join(
        codes(answer)[0].split()
    )
    previews = re.findall(r'<iframe src="([^"]*)"', answer.text)
    assert len(previews) == 3
    assert set(previews) == {
        "/embed/preview?feed=storms&amp;count=3&amp;layout=cards&amp;show=date,image&amp;theme=dark"
        "&amp;look=dark&amp;dir=rtl"
    }
    assert answer.text.count(" checked") == 3
    preview = room.client.get(unescape(previews[0]))
    assert '<html lang="ar" dir="rtl" data-look="dark">' in preview.text
    assert 'layout="cards"' in preview.text


def test_wrong_choices_are_told_beside_their_fields_and_stay_in_them(room: Newsroom) -> None:
    answer = room.client.get(f"{PATH}?feed=stroms&count=99&lang=%22!&heading=Fine")
    assert answer.status_code == 422
    assert answer.headers["Cache-Control"] == "no-store"
    assert "There is no feed “stroms”. Did you mean “storms”?" in answer.text
    assert 'value="99" aria-invalid="true" aria-describedby="count-problem"' in answer.text
    assert "It must be a number from 1 to 50." in answer.text
    assert 'value="&#34;!"' in answer.text
    assert 'heading="Fine"' in codes(answer)[0]


def test_hostile_choices_stay_text(room: Newsroom) -> None:
    hostile = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%3C/textarea%3E"
    for name in (
        "heading",
        "footer",
        "tags",
        "exclude",
        "source",
        "q",
        "lang",
        "feed",
        "count",
        "look",
        "dir",
    ):
        for path in (PATH, "/embed/preview"):
            answer = room.client.get(f"{path}?{name}={hostile}")
            assert "<script>alert" not in answer.text
            assert answer.text.count("<script") == (1 if path == PATH else 2)


def test_every_spelling_of_a_wish_is_kept_once(room: Newsroom) -> None:
    one = room.client.get(f"{PATH}?count=3&tags=b,a&show=image&show=date")
    other = room.client.get(f"{PATH}?show=date,image&tags=a,%20b&count=3&look=&feed=all")
    assert one.headers["ETag"] == other.headers["ETag"]
    again = room.client.get(
        f"{PATH}?count=3&tags=b,a&show=image&show=date", headers={"If-None-Match": one.headers["ETag"]}
    )
    assert again.status_code == 304


def test_pictures_from_elsewhere_are_named_in_the_policy(newsroom: Newsroom) -> None:
    newsroom.add(make("With", image=Image("https://cdn.example/a.jpg", "", "", 6, 4)))
    newsroom.publish()
    assert f"img-src {SITE.url} https:" in text_of(newsroom.client.get(f"{PATH}?show=image"))


def test_a_feed_for_some_sites_alone_can_be_previewed_and_says_so(tmp_path: Path) -> None:
    friends = Feed("friends", "Friends", "/feeds/friends", embed_origins=("https://friend.example",))
    room = Newsroom(tmp_path, feeds=(*FEEDS, friends))
    room.publish()
    answer = room.client.get(f"{PATH}?feed=friends")
    assert "Only some sites may show this feed: https://friend.example." in answer.text
    assert answer.text.count("allow-same-origin") == 3
    assert "allow-same-origin" not in room.client.get(PATH).text
    room.close()


def test_a_page_that_is_well_is_told_so(room: Newsroom, host: Site) -> None:
    checking(room)
    good = codes(room.client.get(PATH))[0].replace("\n", "\r\n")
    answer = checked(room, host.page("good", good))
    assert answer.status_code == 200
    assert "All is well" in answer.text
    assert "1 element and 0 iframes of ours" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_wrong_with_a_page_is_told_and_its_content_is_not(room: Newsroom, host: Site) -> None:
    checking(room)
    bad = '<feed-headlines feed="stroms">SECRET</feed-headlines><script async src="https://harbour.example/embed/v1.js">'
    answer = checked(room, host.page("bad", bad, policy="script-src 'self'"), "?count=7")
    said = text_of(answer)
    assert "Something keeps the headlines away" in said
    assert "There is no feed “stroms”." in said
    assert "script-src 'self' https://harbour.example" in said
    assert "SECRET" not in answer.text
    assert 'count="7"' in codes(answer)[0]


@pytest.mark.parametrize(
    "page",
    ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/",
     "http://2130706433/", "http://nowhere.invalid/", "http://0/", "http://[::ffff:127.0.0.1]:{port}/"],
)  # fmt: skip
def test_what_is_not_public_is_out_of_reach_and_says_nothing_more(
    room: Newsroom, host: Site, page: str
) -> None:
    port = host.address.rpartition(":")[2]
    answer = checked(room, page.format(port=port))
    assert answer.status_code == 200
    assert OUT_OF_REACH in unescape(answer.text)
    assert host.asked == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Give the address"),
        ("file:///etc/passwd", "Only pages of the web"),
        ("javascript:alert(1)", "Only pages of the web"),
        ("gopher://x/", "Only pages of the web"),
        ("https://user:password@host.example/", "user name or a password"),
        ("https://", "cannot be read"),
        ("https://ex ample.org/", "cannot be read"),
        ("http://[::1", "cannot be read"),
        ("https://host.example/" + "x" * 3000, "cannot be read"),
    ],
)
def test_an_address_that_is_none_is_told_so_and_nothing_is_fetched(
    room: Newsroom, typed: str, said: str
) -> None:
    answer = checked(room, typed)
    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("host.example/news", "https://host.example/news"),
        (" HTTP://Host.example ", "http://host.example/"),
        ("host.example:8443", "https://host.example:8443/"),
        ("//host.example/x", "https://host.example/x"),
    ],
)
def test_an_address_is_understood_as_people_type_it(typed: str, meant: str) -> None:
    assert read_address(typed) == (meant, "")


def test_a_page_that_is_not_there_is_told_so(room: Newsroom, host: Site) -> None:
    checking(room)
    assert "There is no page at this address (404)." in checked(room, f"{host.address}/nowhere").text


def test_nobody_has_pages_looked_at_without_end(room: Newsroom, host: Site) -> None:
    checking(room)
    address = host.page("good", "<p>")
    assert {checked(room, address).status_code for _ in range(MOST)} == {200}
    refused = checked(room, address)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "6"
    assert "Please try again in a moment" in refused.text
    assert len(host.asked) == MOST
    room.clock.turn(seconds=6)
    assert checked(room, address).status_code == 200


def test_one_page_at_a_time_is_looked_at(room: Newsroom, host: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    checking(room)
    begun, free = threading.Event(), threading.Event()
    fetch = Client.fetch

    def slow(*given: object, **named: object) -> object:
        begun.set()
        free.wait(20)
        return fetch(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Client, "fetch", slow)
    address = host.page("good", "<p>")
    first: list[int] = []
    thread = threading.Thread(target=lambda: first.append(checked(room, address).status_code))
    thread.start()
    assert begun.wait(20)
    client = room.app.test_client()
    second = client.post(PATH, data={"page": address})
    assert second.status_code == 429
    assert second.headers["Retry-After"] == "5"
    free.set()
    thread.join()
    assert first == [200]


def test_pages_of_others_cannot_make_us_fetch(room: Newsroom, host: Site) -> None:
    checking(room)
    address = host.page("good", "<p>")
    for site in ("cross-site", "same-site"):
        assert checked(room, address, "", **{"Sec-Fetch-Site": site}).status_code == 403
    assert room.client.get(f"{PATH}?page={address}").status_code == 200
    assert host.asked == []
    assert checked(room, address, "", **{"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_networks_that_are_open_to_the_sources_are_closed_to_whoever_asks(room: Newsroom, host: Site) -> None:
    for_sources = LimitSettings(allow_networks=("127.0.0.0/8",))
    checker = Checker(for_sources, room.site, Proxies(()))
    room.app.extensions[EXTENSION] = replace(room.app.extensions[EXTENSION], checker=checker)
    assert OUT_OF_REACH in unescape(checked(room, host.page("good", "<p>")).text)
    assert host.asked == []
