"""Headlines for other people's sites: what is in them, who gets them, and for how long."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from feedsvc.model import Image, Origin
from tests.web.newsroom import FEEDS, NOON, Newsroom, Reply, make

FORMS = (
    "/embed/all.json",
    "/embed/all.html",
    "/embed/all.html?shadow=1",
    "/embed/all/",
    "/embed/all.svg?count=5",
)
SHOW_ALL = "count=4&show=date,summary,image,source,tags,author&heading=%3Cb%3E"
HOSTILE = "</title></style></script><img src=x onerror=alert(1)>\"'&<b>"


def titles(answer: Reply) -> list[str]:
    return [item["title"] for item in json.loads(answer.body)["items"]]


@pytest.mark.parametrize("form", FORMS)
def test_only_what_is_public_is_in_an_embed(newsroom: Newsroom, form: str) -> None:
    newsroom.add(make("Open to all"))
    newsroom.add(make("Under embargo", published=NOON + timedelta(hours=1)))
    newsroom.add(make("Only a draft", state="draft"))
    newsroom.add(make("Taken back", state="withdrawn", withdrawn_at=NOON))
    newsroom.add(make("Over already", expires=NOON - timedelta(minutes=1)))
    newsroom.publish()
    text = newsroom.ask(form).body.decode()
    assert "Open to all" in text
    for hidden in ("Under embargo", "Only a draft", "Taken back", "Over already"):
        assert hidden not in text


@pytest.mark.parametrize("form", FORMS)
def test_an_embargo_ends_in_every_embed_at_its_moment_and_no_cache_outlives_it(
    newsroom: Newsroom, form: str
) -> None:
    newsroom.add(make("Under embargo", published=NOON + timedelta(seconds=40)))
    newsroom.publish()
    before = newsroom.ask(form)
    assert "Under embargo" not in before.body.decode()
    assert before.headers["cache-control"].startswith("max-age=40")
    assert "stale-while-revalidate" not in before.headers["cache-control"]
    newsroom.clock.turn(seconds=41)
    assert "Under embargo" in newsroom.ask(form).body.decode()


def test_caches_let_go_of_a_withdrawn_item_within_five_minutes(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    for form in FORMS:
        control = dict(
            part.partition("=")[::2] for part in newsroom.ask(form).headers["cache-control"].split(", ")
        )
        assert int(control["max-age"]) + int(control["stale-while-revalidate"]) <= 300


def test_every_form_is_answered_conditionally_packed_and_the_same_to_a_head(newsroom: Newsroom) -> None:
    for number in range(6):
        newsroom.add(make(f"The sea wall held {number}"))
    newsroom.publish()
    for form in FORMS:
        whole = newsroom.ask(form)
        assert whole.status == 200
        assert newsroom.ask(form, {"If-None-Match": whole.headers["etag"]}).status == 304
        assert newsroom.ask(form, method="HEAD").headers == whole.headers
        packed = newsroom.ask(form, {"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "set-cookie" not in whole.headers
        assert whole.headers["x-content-type-options"] == "nosniff"
        assert whole.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("tags=storm", ["Storm"]),
        ("tags=storm,sport", ["Storm", "Final"]),
        ("exclude=storm", ["Final", "Market"]),
        ("q=final", ["Final"]),
        ("source=Sea%20Wire", ["Market"]),
        ("source=ITEMS&tags=sport", ["Final"]),
        ("count=1", ["Market"]),
        ("tags=nothing", []),
    ],
)
def test_an_embed_can_be_narrowed(newsroom: Newsroom, query: str, wanted: list[str]) -> None:
    newsroom.add(make("Final", tags=("sport",)))
    newsroom.add(make("Storm", tags=("storm",)))
    newsroom.add(make("Market", tags=(), origin=Origin("Sea Wire", "https://wire.example/")))
    newsroom.publish()
    answer = newsroom.ask(f"/embed/all.json?{query}")
    assert sorted(titles(answer)) == sorted(wanted)
    assert answer.headers["etag"]


def test_spellings_of_the_same_options_share_one_answer(newsroom: Newsroom) -> None:
    newsroom.add(make())
    newsroom.publish()
    first = newsroom.ask("/embed/all.json?tags=a,b&count=3")
    for query in ("count=3&tags=b,a", "tags=%20b%20,a&count=3&utm_source=x", "count=3&lang=en-GB&tags=a,b"):
        answer = newsroom.ask(f"/embed/all.json?{query}")
        assert (answer.body, answer.headers["etag"]) == (first.body, first.headers["etag"])
    default = newsroom.ask("/embed/all.json")
    assert newsroom.ask("/embed/all.json?lang=en").headers["etag"] == default.headers["etag"]


def test_a_change_is_in_every_spelling_at_once(newsroom: Newsroom) -> None:
    newsroom.add(make("First"))
    newsroom.publish()
    queries = ("", "?lang=en", "?count=3", "?count=3&lang=en-GB")
    for query in queries:
        assert titles(newsroom.ask(f"/embed/all.json{query}")) == ["First"]
    newsroom.add(make("Second"))
    newsroom.publish()
    newsroom.front._look()
    for query in queries:
        assert set(titles(newsroom.ask(f"/embed/all.json{query}"))) == {"First", "Second"}


def test_a_bad_option_and_an_unknown_feed_are_told(newsroom: Newsroom) -> None:
    bad = newsroom.ask("/embed/all.json?count=99", {"Accept": "application/json"})
    assert (bad.status, bad.headers["access-control-allow-origin"]) == (400, "*")
    assert "a number from 1 to 50" in json.loads(bad.body)["detail"]
    for path in ("/embed/nope.json", "/embed/nope/", "/embed/nope", "/embed/items/nope/"):
        assert newsroom.ask(path).status == 404
    assert newsroom.ask("/embed/all").headers["location"] == "/embed/all/"


@pytest.mark.parametrize("form", FORMS)
def test_nothing_of_an_item_is_markup(newsroom: Newsroom, form: str) -> None:
    newsroom.add(
        make(
            HOSTILE,
            tags=(HOSTILE,),
            summary=HOSTILE,
            origin=Origin(HOSTILE, "javascript:alert(1)"),
            id="urn:x",
            slug="x",
        )
    )
    newsroom.publish()
    mark = "&" if "?" in form else "?"
    text = newsroom.ask(f"{form}{mark}{SHOW_ALL}").body.decode()
    if form.endswith(".json"):
        item = json.loads(text)["items"][0]
        assert not item["url"].startswith("javascript")
        assert "url" not in item["_source"]
        return
    assert "<img" not in text
    assert "<b>" not in text
    assert "javascript:" not in text
    if form.startswith("/embed/all.svg"):
        ElementTree.fromstring(text)


def test_an_allow_list_names_who_may_read_and_frame(tmp_path: Path) -> None:
    feeds = tuple(replace(feed, embed_origins=("https://paper.example",)) for feed in FEEDS)
    with closing(Newsroom(tmp_path, feeds=feeds)) as newsroom:
        newsroom.add(make())
        newsroom.publish()
        _check_the_list(newsroom)


def _check_the_list(newsroom: Newsroom) -> None:
    frame = newsroom.ask("/embed/all/")
    assert frame.headers["content-security-policy"].endswith("frame-ancestors https://paper.example")
    for path in ("/embed/all.json", "/embed/all.json?count=2", "/embed/all.html"):
        mine = newsroom.ask(path, {"Origin": "https://paper.example"})
        assert mine.headers["access-control-allow-origin"] == "https://paper.example"
        assert mine.headers["vary"] == "Accept-Encoding, Origin"
        for origin in ("https://evil.example", "https://paper.example.evil.example", "null"):
            other = newsroom.ask(path, {"Origin": origin})
            assert "access-control-allow-origin" not in other.headers
            assert other.headers["vary"] == "Accept-Encoding, Origin"


def test_oembed_has_the_one_shape_that_wordpress_lets_through(newsroom: Newsroom) -> None:
    newsroom.add(make("Tom & “Jerry” <live>", slug="tom"))
    newsroom.publish()
    site = newsroom.site.url
    for url, title, frame in (
        (f"{site}/", newsroom.site.title, "/embed/all/"),
        (f"{site}/feeds/all/", newsroom.site.title, "/embed/all/"),
        (f"{site}/feeds/all.rss", newsroom.site.title, "/embed/all/"),
        (f"{site}/items/tom", "Tom & “Jerry” <live>", "/embed/items/tom/"),
    ):
        answer = json.loads(newsroom.ask(f"/oembed?url={url}&maxwidth=500&maxheight=300").body)
        assert (answer["type"], answer["version"], answer["title"]) == ("rich", "1.0", title)
        assert (answer["width"], answer["height"] <= 300) == (500, True)
        assert re.fullmatch(
            r'<blockquote><a href="[^"]+">[^<]+</a></blockquote><iframe src="'
            + re.escape(site + frame)
            + r'" width="500" height="\d+" frameborder="0" marginwidth="0" marginheight="0" scrolling="no" '
            r'title="[^"]+"></iframe>',
            answer["html"],
        )
        assert newsroom.ask(frame).status == 200
    xml = ElementTree.fromstring(newsroom.ask(f"/oembed?url={site}/items/tom&format=xml").body)
    assert xml.findtext("title") == "Tom & “Jerry” <live>"


def test_oembed_refuses_what_it_must(newsroom: Newsroom) -> None:
    newsroom.add(make("Secret", slug="secret", published=NOON + timedelta(hours=1)))
    newsroom.publish()
    site = newsroom.site.url
    for query, status in (
        ("", 400),
        ("url=https://other.example/", 404),
        (f"url={site}/nothing", 404),
        (f"url={site}/items/secret", 404),
        (f"url={site}/&format=yaml", 501),
        ("url=http://[", 404),
        ("url=%00", 404),
    ):
        assert newsroom.ask(f"/oembed?{query}").status == status, query
    assert newsroom.ask("/embed/items/secret/").status == 404


def test_images_have_their_size_where_no_style_gives_them_one(newsroom: Newsroom) -> None:
    newsroom.add(make(image=Image("https://news.example/a.png", width=640, height=400)))
    newsroom.publish()
    assert 'width="640" height="400"' in newsroom.ask("/embed/all.html?show=image").body.decode()
    # The style says how large they are: an attribute would stretch them.
    assert 'height="400"' not in newsroom.ask("/embed/all/?show=image").body.decode()
