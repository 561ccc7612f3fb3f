"""What another site, a search engine and a messenger are told of a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from feedsvc.model import Image, Origin, Person
from tests.web.newsroom import FEEDS, NOON, SITE, Newsroom, make

LOGO = Image("https://harbour.example/media/items/logo.png", "The harbour lights", width=512, height=512)
COVER = Image("https://harbour.example/media/items/storms.png", "A wave")
PHOTO = Image("https://harbour.example/media/items/hall ä.jpg", "The hall", "Photo: I. Cole", 1200, 800)
DRAWING = Image("https://harbour.example/media/items/hall.svg", "A drawing")
ITEM = "/items/storm-closes-the-harbour-road"


@pytest.fixture
def branded(tmp_path: Path) -> Iterator[Newsroom]:
    feeds = (FEEDS[0], replace(FEEDS[1], image=COVER))
    opened = Newsroom(tmp_path, replace(SITE, image=LOGO), feeds)
    yield opened
    opened.close()


@pytest.mark.parametrize("path", ["/", ITEM, "/feeds/storms/"])
def test_other_sites_find_out_how_to_embed_a_page(newsroom: Newsroom, path: str) -> None:
    newsroom.add(make())
    page = _page(newsroom, path)
    told = {}
    for kind in ("application/json+oembed", "text/xml+oembed"):
        (link,) = page.select(f'link[rel=alternate][type="{kind}"]')
        reply = newsroom.ask(str(link["href"]).removeprefix(SITE.url))
        assert reply.status == 200
        told[kind] = (reply.headers["content-type"].partition(";")[0], reply.body)
    assert {kind: each[0] for kind, each in told.items()} == {
        "application/json+oembed": "application/json",
        "text/xml+oembed": "text/xml",
    }
    canonical = str(page.select_one("link[rel=canonical]")["href"])  # type: ignore[index]
    assert canonical in json.loads(told["application/json+oembed"][1])["html"]


@pytest.mark.parametrize("path", ["/tags/", "/tags/storm", "/feeds/", "/search", "/nowhere"])
def test_a_page_that_nobody_can_embed_does_not_say_so(newsroom: Newsroom, path: str) -> None:
    newsroom.add(make())
    assert b"oembed" not in newsroom.ask(path).body


def test_a_shared_item_shows_its_picture_with_size_and_words(branded: Newsroom) -> None:
    branded.add(make(image=PHOTO, tags=("storm", "roads"), updated=NOON, expires=NOON + timedelta(days=1)))
    page = _page(branded, ITEM)
    assert _meta(page) == {
        "og:site_name": ["Harbour News"],
        "og:url": [f"https://harbour.example{ITEM}"],
        "og:title": ["Storm closes the harbour road"],
        "og:description": ["Storm closes the harbour road: what we know."],
        "og:type": ["article"],
        "og:image": ["https://harbour.example/media/items/hall%20%C3%A4.jpg"],
        "og:image:width": ["1200"],
        "og:image:height": ["800"],
        "og:image:alt": ["The hall"],
        "twitter:card": ["summary_large_image"],
        "article:published_time": ["2026-11-24T11:00:00Z"],
        "article:modified_time": ["2026-11-24T12:00:00Z"],
        "article:expiration_time": ["2026-11-25T12:00:00Z"],
        "article:author": ["https://harbour.example/authors/Anna%20Berg"],
        "article:section": ["storm"],
        "article:tag": ["storm", "roads"],
    }


@pytest.mark.parametrize(
    ("path", "image", "alt"),
    [
        ("/", LOGO, "The harbour lights"),
        ("/tags/storm", LOGO, "The harbour lights"),
        ("/feeds/all/", LOGO, "The harbour lights"),
        ("/feeds/storms/", COVER, "A wave"),
        ("/items/none", LOGO, "The harbour lights"),
        ("/items/drawn", LOGO, "The harbour lights"),
        ("/items/unnamed", replace(PHOTO, url="https://a.example/b.jpg"), "Unnamed"),
    ],
)
def test_every_shared_page_has_a_picture_that_can_be_shown(
    branded: Newsroom, path: str, image: Image, alt: str
) -> None:
    branded.add(
        make("None"),
        make("Drawn", image=DRAWING),
        make("Unnamed", image=Image("https://a.example/b.jpg")),
    )
    meta = _meta(_page(branded, path))
    assert (meta["og:image"], meta["og:image:alt"]) == ([image.url], [alt])
    assert meta["twitter:card"] == ["summary_large_image"]


def test_a_site_without_pictures_is_shared_without(newsroom: Newsroom) -> None:
    newsroom.add(make(image=DRAWING))
    for path in ("/", ITEM):
        meta = _meta(_page(newsroom, path))
        assert meta["twitter:card"] == ["summary"]
        assert not [name for name in meta if name.startswith("og:image")]


def test_search_engines_are_told_all_that_is_known_of_an_item(branded: Newsroom) -> None:
    words = "word " * 500
    anna, idris = Person("Anna Berg", url="https://anna.example/"), Person("Idris Cole")
    branded.add(
        make(content=f"<p>{words}</p>", image=PHOTO, authors=(anna, idris), language="en-IE", updated=NOON)
    )
    publisher = {
        "@type": "NewsMediaOrganization",
        "@id": "https://harbour.example/#publisher",
        "name": "Harbour News",
        "url": "https://harbour.example/",
        "logo": {
            "@type": "ImageObject",
            "url": LOGO.url,
            "width": 512,
            "height": 512,
            "caption": "The harbour lights",
        },
    }
    assert _json_ld(branded, ITEM) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": f"https://harbour.example{ITEM}"},
        "url": f"https://harbour.example{ITEM}",
        "identifier": "urn:test:storm-closes-the-harbour-road",
        "headline": "Storm closes the harbour road",
        "description": "Storm closes the harbour road: what we know.",
        "datePublished": "2026-11-24T11:00:00Z",
        "dateModified": "2026-11-24T12:00:00Z",
        "inLanguage": "en-IE",
        "keywords": ["storm"],
        "articleSection": "storm",
        "wordCount": 500,
        "timeRequired": "PT2M",
        "author": [
            {
                "@type": "Person",
                "name": "Anna Berg",
                "url": "https://harbour.example/authors/Anna%20Berg",
                "sameAs": "https://anna.example/",
            },
            {"@type": "Person", "name": "Idris Cole", "url": "https://harbour.example/authors/Idris%20Cole"},
        ],
        "publisher": publisher,
        "image": [
            {
                "@type": "ImageObject",
                "url": "https://harbour.example/media/items/hall%20%C3%A4.jpg",
                "width": 1200,
                "height": 800,
                "caption": "The hall",
                "creditText": "Photo: I. Cole",
            }
        ],
        "isAccessibleForFree": True,
    }
    assert _json_ld(branded, "/") == {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "@id": "https://harbour.example/#website",
        "url": "https://harbour.example/",
        "name": "Harbour News",
        "description": "News from the waterfront",
        "inLanguage": "en",
        "publisher": publisher,
    }


def test_an_item_that_names_nobody_is_its_first_publishers_else_the_sites(newsroom: Newsroom) -> None:
    agency = Origin("The Agency", "https://agency.example/")
    newsroom.add(make("Own", authors=()), make("Taken", authors=(), origin=agency))
    own, taken = (_json_ld(newsroom, path)["author"] for path in ("/items/own", "/items/taken"))
    assert own == [
        {"@type": "NewsMediaOrganization", "name": "Harbour News", "url": "https://harbour.example/"}
    ]
    assert taken == [{"@type": "Organization", "name": "The Agency", "url": "https://agency.example/"}]


def test_the_time_to_read_an_item_is_told_if_it_is_a_minute(newsroom: Newsroom) -> None:
    newsroom.add(
        make("Short"),
        make("Long", content=f"<p>{'word ' * 720}</p>"),
        make("新港", slug="cjk", content=f"<p>{'新港開通。' * 200}</p>", language="zh"),
    )
    said = {
        slug: _page(newsroom, f"/items/{slug}").select_one(".byline .meta")
        for slug in ("short", "long", "cjk")
    }
    assert said["short"] is not None and "min read" not in said["short"].text
    assert said["long"] is not None and "3 min read" in said["long"].text
    assert said["cjk"] is not None and "2 min read" in said["cjk"].text


def test_an_item_is_shared_by_plain_links_and_by_buttons_only_where_a_script_shows_them(
    newsroom: Newsroom,
) -> None:
    newsroom.add(make())
    (share,) = _page(newsroom, ITEM).select("section.share")
    assert [link.text for link in share.select("a")] == ["Mail", "WhatsApp", "Telegram", "Bluesky"]
    assert all("noreferrer" in link["rel"] for link in share.select("a"))
    assert share["data-url"] == f"https://harbour.example{ITEM}"
    assert all("hidden" in button.parent.attrs for button in share.select("button") if button.parent)
    assert not share.select("img, iframe, script, form")


def _meta(page: BeautifulSoup) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in page.find_all("meta"):
        name = str(tag.get("property") or tag.get("name") or "")
        if name.startswith(("og:", "article:", "twitter:")):
            found.setdefault(name, []).append(str(tag["content"]))
    return found


def _json_ld(newsroom: Newsroom, path: str) -> dict[str, object]:
    (block,) = _page(newsroom, path).select('script[type="application/ld+json"]')
    facts = json.loads(block.text)
    assert isinstance(facts, dict)
    return facts


def _page(newsroom: Newsroom, path: str) -> BeautifulSoup:
    return BeautifulSoup(newsroom.ask(path).body, "html.parser")


def test_a_lead_image_in_the_text_has_its_room_whatever_else_it_says(newsroom: Newsroom) -> None:
    url = f"{SITE.url}/a.png"
    content = f'<p><img src="{url}" alt="A bridge" title="It turns"></p>'
    newsroom.add(make(slug="a", content=content, image=Image(url, width=640, height=400)))
    newsroom.publish()
    assert 'title="It turns" width="640" height="400">' in newsroom.ask("/items/a").body.decode()
