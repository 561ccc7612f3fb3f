from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag

from feedsvc.errors import StoreError
from feedsvc.model import Enclosure, Image, Item, Link, Origin, Person
from feedsvc.store import meta
from feedsvc.web import Front, create_app
from tests.web.newsroom import NOON, SITE, Newsroom, ask, make

PAGES = (
    "/",
    "/items/budget-agreed",
    "/tags/",
    "/tags/storm",
    "/authors/",
    "/authors/Anna Berg",
    "/feeds/",
    "/feeds/all/",
)
HOSTILE = '"><script>alert(1)</script>&<b>'


@pytest.fixture
def filled(newsroom: Newsroom) -> Newsroom:
    newsroom.add(
        make("Budget agreed", authors=(Person("Anna Berg"), Person("Idris Cole"))),
        make("ميناء جديد", language="ar", tags=("مرفأ",)),
        make(HOSTILE, slug="hostile", summary=HOSTILE, tags=(HOSTILE,), authors=(Person(HOSTILE),)),
        make("Older", published=NOON - timedelta(days=2)),
    )
    return newsroom


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_named_and_announces_the_feeds(filled: Newsroom, path: str) -> None:
    page = _page(filled, path)
    html = page.html
    assert isinstance(html, Tag)
    assert html["lang"] == "en"
    assert page.title and page.title.text.strip()
    assert len(page.find_all("h1")) == 1
    assert len(page.find_all("main")) == 1
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    links = [link for link in page.find_all("link") if "alternate" in link["rel"]]
    kinds = [link["type"] for link in links[:3]]
    assert kinds == ["application/rss+xml", "application/atom+xml", "application/feed+json"]
    assert len({link["title"] for link in links}) == len(links)
    assert all(str(link["href"]).startswith("https://harbour.example/") for link in links)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_loads_nothing_from_elsewhere_and_no_inline_code(filled: Newsroom, path: str) -> None:
    reply = filled.ask(path)
    page = BeautifulSoup(reply.body, "html.parser")
    assert not page.find_all("style")
    assert not page.find_all(style=True)
    for script in page.find_all("script"):
        assert script.get("type") == "application/ld+json" or str(script["src"]).startswith("/static/")
    for sheet in page.select("link[rel=stylesheet]"):
        assert str(sheet["href"]).startswith("/static/")
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'")
    assert "connect-src https://harbour.example/robots.txt;" in policy
    assert "unsafe" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("path", PAGES)
def test_links_within_the_site_lead_somewhere(filled: Newsroom, path: str) -> None:
    for link in _page(filled, path).find_all(["a", "link"], href=True):
        href = str(link["href"]).removeprefix("https://harbour.example").partition("#")[0]
        if href.startswith("/") and not href.startswith("//"):
            reply = filled.client.get(href)
            assert reply.status_code == 200, href
            reply.close()


def test_no_address_on_a_page_comes_from_the_host_that_was_asked(filled: Newsroom) -> None:
    for path in (*PAGES, "/feeds.opml", "/sitemap.xml", "/robots.txt", "/nowhere"):
        assert b"evil.example" not in filled.ask(path).body, path


def test_pages_are_conditional_and_compressed(filled: Newsroom) -> None:
    plain = filled.ask("/")
    packed = filled.ask("/", {"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] != plain.headers["etag"]
    assert plain.headers["cache-control"] == "max-age=60"
    assert plain.headers["vary"] == "Accept-Encoding"
    again = filled.ask("/", {"If-None-Match": plain.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_a_page_that_changed_within_the_second_is_sent_again_by_every_process(filled: Newsroom) -> None:
    other = Front(filled.service, create_app(filled.service))
    before = filled.ask("/")
    assert "last-modified" not in before.headers
    filled.add(make("One more"))
    since = {"If-Modified-Since": format_datetime(NOON, usegmt=True)}
    for condition in ({"If-None-Match": before.headers["etag"]}, since):
        for process in (filled.front, other):
            reply = ask(process, "/", condition)
            assert reply.status == 200
            assert b"One more" in reply.body


def test_a_page_is_made_once_for_each_state_of_the_store(
    filled: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = filled.ask("/").body
    monkeypatch.setattr("feedsvc.web.render.render_template", _bug)
    assert filled.ask("/").body == first
    assert filled.ask("/?utm_source=elsewhere").body == first


def test_pages_last_known_are_served_while_the_database_is_away(
    filled: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = filled.ask("/")
    monkeypatch.setattr(type(filled.store), "read", _fail)
    assert filled.ask("/").body == first.body
    other = filled.ask("/items/budget-agreed")
    assert (other.status, other.headers["retry-after"]) == (503, "5")
    assert b"Back in a moment" in other.body


def test_all_news_is_by_day_in_the_sites_time_zone(newsroom: Newsroom) -> None:
    late = NOON.replace(day=23, hour=23, minute=30)
    newsroom.add(
        *(make(title) for title in ("Fourth", "Third", "Second", "Lead")),
        make("After midnight", published=late),
        make("Before", published=late - timedelta(hours=1)),
    )
    page = _page(newsroom, "/")
    days = {
        time["datetime"]: section
        for section in page.select("section.day")
        for time in section.select("h2 time")
    }
    assert "After midnight" in days["2026-11-24"].text
    assert "Before" in days["2026-11-23"].text
    assert days["2026-11-24"].select_one("h2").text.strip() == "Tuesday 24 November 2026"  # type: ignore[union-attr]
    lead = page.select_one("article.lead h2")
    assert lead is not None
    assert lead.text.strip() == "Lead"


def test_pages_of_news_hold_every_item_once_and_know_their_neighbours(newsroom: Newsroom) -> None:
    made = [make(f"Item {n:03}", published=NOON - timedelta(minutes=n + 1)) for n in range(55)]
    newsroom.add(*made)
    titles: list[str] = []
    path, pages = "/", 0
    while path:
        page = _page(newsroom, path)
        titles += [link.text.strip() for link in page.select("a.cover")]
        following = page.select_one("a[rel=next]")
        in_head = page.select_one("link[rel=next]")
        assert (following is None) == (in_head is None)
        path = str(following["href"]) if following else ""
        pages += 1
    assert titles == [item.article.title for item in made]
    assert pages == 3
    assert _page(newsroom, "/?page=2").select_one("a[rel=prev]")["href"] == "/"  # type: ignore[index]
    assert _canonical(_page(newsroom, "/?page=2")) == "https://harbour.example/?page=2"
    for beyond in ("/?page=4", "/?page=0", "/?page=-1"):
        assert newsroom.ask(beyond).status == 404
    assert newsroom.ask("/?page=x").status == 200


def test_an_empty_site_says_so(newsroom: Newsroom) -> None:
    assert "No news yet" in _page(newsroom, "/").text
    assert newsroom.ask("/feeds/quiet/").status == 200


def test_an_items_page_tells_people_and_machines_what_it_is(newsroom: Newsroom) -> None:
    newsroom.add(
        make(
            "Budget agreed",
            summary="All of it, in one line.",
            summary_written=True,
            updated=NOON,
            tags=("council", "money"),
            image=Image(
                "https://harbour.example/media/items/hall.jpg", "The hall", "Photo: I. Cole", 1200, 800
            ),
            related=(Link("https://council.example/minutes", "The minutes"),),
        )
    )
    page = _page(newsroom, "/items/budget-agreed")
    assert _canonical(page) == "https://harbour.example/items/budget-agreed"
    meta = {str(tag.get("property") or tag.get("name")): tag.get("content") for tag in page.find_all("meta")}
    assert meta["og:type"] == "article"
    assert meta["og:title"] == "Budget agreed"
    assert meta["og:image"] == "https://harbour.example/media/items/hall.jpg"
    assert meta["article:published_time"] == "2026-11-24T11:00:00Z"
    assert meta["description"] == "All of it, in one line."
    facts = _json_ld(page)
    assert facts["@type"] == "NewsArticle"
    assert facts["headline"] == "Budget agreed"
    assert facts["datePublished"] == "2026-11-24T11:00:00Z"
    assert facts["dateModified"] == "2026-11-24T12:00:00Z"
    assert facts["author"] == [
        {"@type": "Person", "name": "Anna Berg", "url": "https://harbour.example/authors/Anna%20Berg"}
    ]
    assert facts["publisher"]["name"] == "Harbour News"
    assert page.select_one("a[rel=author]")["href"] == "/authors/Anna%20Berg"  # type: ignore[index]
    assert [tag["href"] for tag in page.select("a[rel=tag]")] == ["/tags/council", "/tags/money"]
    assert "Updated 24 November 2026, 13:00" in " ".join(page.text.split())
    assert "Photo: I. Cole" in page.text
    assert page.select_one("figure.hero img")["width"] == "1200"  # type: ignore[index]


def test_an_item_that_was_not_corrected_does_not_say_so(newsroom: Newsroom) -> None:
    newsroom.add(make())
    assert "Updated" not in _page(newsroom, "/items/storm-closes-the-harbour-road").text


def test_a_republished_item_names_where_it_was_published_first(newsroom: Newsroom) -> None:
    origin = Origin("The Agency", "https://agency.example/", rights="© The Agency")
    newsroom.add(make(origin=origin, link="https://agency.example/1"))
    page = _page(newsroom, "/items/storm-closes-the-harbour-road")
    text = " ".join(page.text.split())
    assert "First published by The Agency. Read the original." in text
    assert "© The Agency" in text
    assert _json_ld(page)["isBasedOn"] == "https://agency.example/1"


def test_sound_can_be_played_and_files_can_be_fetched(newsroom: Newsroom) -> None:
    url = "https://harbour.example/media/items/talk.mp3"
    newsroom.add(make(enclosures=(Enclosure(url, "audio/mpeg", 3_400_000, "The talk", 245),)))
    page = _page(newsroom, "/items/storm-closes-the-harbour-road")
    assert page.select_one("audio[controls]")["src"] == url  # type: ignore[index]
    assert "4:05" in page.text
    assert "MP3 audio, 3.4 MB" in page.text


def test_each_item_has_its_language_and_direction(filled: Newsroom) -> None:
    article = _page(filled, "/items/ميناء-جديد").select_one("article")
    assert article is not None
    assert (article["lang"], article["dir"]) == ("ar", "rtl")
    in_list = {card["lang"]: card["dir"] for card in _page(filled, "/").select("article")}
    assert in_list == {"ar": "rtl", "en": "auto"}


def test_content_is_cleaned_once_more_and_text_is_escaped(newsroom: Newsroom) -> None:
    newsroom.add(
        make(
            HOSTILE,
            slug="hostile",
            content='<p onclick="x()">Fine</p><script>alert(2)</script>',
            summary=HOSTILE,
            tags=(HOSTILE,),
            authors=(Person(HOSTILE),),
        )
    )
    for path in ("/", "/items/hostile", "/tags/", "/authors/", "/feeds/all/"):
        body = newsroom.ask(path).body
        assert b"<script>alert" not in body, path
        assert b"onclick" not in body, path
    facts = _json_ld(_page(newsroom, "/items/hostile"))
    assert facts["headline"] == HOSTILE


def test_an_old_slug_leads_to_the_new_one(newsroom: Newsroom) -> None:
    (stored,) = newsroom.add(make())
    newsroom.change(replace(stored, slug="storm-closes-two-roads", hash="x"))
    reply = newsroom.ask("/items/storm-closes-the-harbour-road")
    assert (reply.status, reply.headers["location"]) == (301, "/items/storm-closes-two-roads")
    assert newsroom.ask("/items/storm-closes-two-roads").status == 200


def test_a_withdrawn_item_is_gone_with_a_notice_and_without_its_text(newsroom: Newsroom) -> None:
    (stored,) = newsroom.add(make())
    newsroom.change(replace(stored, state="withdrawn", withdrawn_at=NOON, hash="x"))
    reply = newsroom.ask("/items/storm-closes-the-harbour-road")
    assert reply.status == 410
    assert b"withdrawn" in reply.body
    assert b"sea wall" not in reply.body
    assert reply.headers["cache-control"] == "no-store"


def test_an_item_whose_time_is_over_is_gone_and_says_so(newsroom: Newsroom) -> None:
    newsroom.add(make(expires=NOON + timedelta(seconds=30)))
    path = "/items/storm-closes-the-harbour-road"
    assert newsroom.ask(path).status == 200
    newsroom.clock.turn(seconds=30)
    reply = newsroom.ask(path)
    assert reply.status == 410
    assert b"no longer available" in reply.body
    assert b"withdrawn" not in reply.body
    assert b"sea wall" not in reply.body
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "hidden",
    [
        {"state": "draft"},
        {"published": NOON + timedelta(hours=1)},
        {"expires": NOON - timedelta(hours=1)},
        {"expires": NOON - timedelta(seconds=1), "first_seen": NOON},
        {"expires": NOON - timedelta(seconds=1), "state": "draft"},
        {"state": "withdrawn", "withdrawn_at": NOON, "published": NOON + timedelta(hours=1)},
        {"state": "withdrawn", "withdrawn_at": None},
    ],
)
def test_what_the_public_may_not_see_does_not_exist_in_any_answer(
    newsroom: Newsroom, hidden: dict[str, object]
) -> None:
    newsroom.add(make("Open news"), _canary(**hidden))
    newsroom.publish()
    newsroom.front.start()
    absent = newsroom.ask("/items/never-written")
    found = newsroom.ask("/items/canary")
    assert (found.status, found.headers) == (
        404,
        absent.headers | {"content-length": found.headers["content-length"]},
    )
    assert found.body == absent.body
    for path in (
        "/", "/feeds/", "/feeds/all/", "/feeds/storms/", "/tags/", "/authors/", "/tags/storm",
        "/authors/Anna Berg",
        "/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/feeds/storms.rss", "/tags/storm.rss",
        "/authors/Anna Berg.json", "/feeds.opml", "/sitemap.xml", "/robots.txt",
    ):  # fmt: skip
        reply = newsroom.ask(path)
        assert reply.status == 200, path
        assert b"anary" not in reply.body, path
    for path in (
        "/tags/canarytag",
        "/tags/canarytag.rss",
        "/authors/Canary Writer",
        "/media/items/canary.jpg",
    ):
        assert newsroom.ask(path).status == 404, path


def test_a_scheduled_item_appears_on_every_page_at_its_second(newsroom: Newsroom) -> None:
    newsroom.add(make("Open news"), _canary(published=NOON + timedelta(seconds=20)))
    early = newsroom.ask("/")
    assert early.headers["cache-control"] == "max-age=20"
    newsroom.clock.turn(seconds=19, milliseconds=999)
    assert newsroom.ask("/items/canary").status == 404
    assert b"anary" not in newsroom.ask("/").body
    newsroom.clock.turn(milliseconds=1)
    assert newsroom.ask("/items/canary").status == 200
    reply = newsroom.ask("/", {"If-None-Match": early.headers["etag"]})
    assert reply.status == 200
    assert b"Canary" in reply.body


def test_a_tag_is_found_however_it_is_written_and_has_one_canonical_address(newsroom: Newsroom) -> None:
    newsroom.add(make(tags=("Storm",)))
    page = _page(newsroom, "/tags/Storm")
    assert _canonical(page) == "https://harbour.example/tags/Storm"
    assert page.h1 is not None
    assert page.h1.text == "Storm"
    for path in ("/tags/storm", "/tags/STORM", "/tags/Storm/"):
        reply = newsroom.ask(path)
        assert (reply.status, reply.headers["location"]) == (301, "/tags/Storm")
    assert newsroom.ask("/tags/STORM.atom").headers["location"] == "/tags/Storm.atom"


def test_a_tag_that_looks_like_a_feeds_address_still_has_its_page(newsroom: Newsroom) -> None:
    newsroom.add(make(tags=("package.json", "arts/music")))
    assert newsroom.ask("/tags/package.json").status == 200
    assert newsroom.ask("/tags/arts/music").status == 200
    assert newsroom.ask("/tags/arts/music.rss").status == 200


def test_a_feeds_page_shows_its_address_to_copy(filled: Newsroom) -> None:
    page = _page(filled, "/feeds/storms/")
    assert _to_copy(page) == [
        f"https://harbour.example/feeds/storms{end}" for end in (".rss", ".atom", ".json")
    ]
    hrefs = [str(link["href"]) for link in page.select(".buttons a")]
    assert hrefs[0] == "feed:https://harbour.example/feeds/storms.rss"
    assert (
        hrefs[1]
        == "https://feedly.com/i/subscription/feed/https%3A%2F%2Fharbour.example%2Ffeeds%2Fstorms.rss"
    )
    assert _canonical(page) == "https://harbour.example/feeds/storms/"


def test_a_feeds_page_leads_to_the_builder_of_its_embeds(filled: Newsroom) -> None:
    (link,) = [
        link for link in _page(filled, "/feeds/storms/").find_all("a") if link.text == "Embed these headlines"
    ]
    assert link["href"] == "/embed/builder?feed=storms"


@pytest.mark.parametrize("path", ["/tags/storm", "/authors/Anna Berg"])
def test_a_tags_and_an_authors_page_show_their_addresses_to_copy(filled: Newsroom, path: str) -> None:
    address = "https://harbour.example" + quote(path)
    assert _to_copy(_page(filled, path)) == [f"{address}{end}" for end in (".rss", ".atom", ".json")]


@pytest.mark.parametrize("path", PAGES)
def test_no_link_leads_to_a_feeds_address_from_where_a_browser_is_sent_back(
    filled: Newsroom, path: str
) -> None:
    links = newsroom_links(_page(filled, path))
    assert not [link for link in links if link.startswith("/") and link.endswith((".rss", ".atom", ".json"))]


@pytest.mark.parametrize("path", ["/feeds/storms/", "/tags/storm", "/authors/Anna Berg"])
def test_the_source_of_each_format_is_linked_by_its_name(filled: Newsroom, path: str) -> None:
    sources = _page(filled, path).select("a[href$='?view=source']")
    assert [link.text for link in sources] == ["RSS source", "Atom source", "JSON Feed source"]


@pytest.mark.parametrize(
    ("path", "section", "current"),
    [
        ("/", "Latest", "page"),
        ("/?page=2", "Latest", "true"),
        ("/tags/", "Topics", "page"),
        ("/tags/storm", "Topics", "true"),
        ("/tags/storm?page=2", "Topics", "true"),
        ("/authors/Anna Berg", "Authors", "true"),
        ("/feeds/", "Follow", "page"),
        ("/feeds/storms/", "Follow", "true"),
    ],
)
def test_the_navigation_says_where_a_page_belongs(
    filled: Newsroom, path: str, section: str, current: str
) -> None:
    filled.add(*(make(f"Storm {n}") for n in range(30)))
    (marked,) = _page(filled, path).select("header nav a[aria-current]")
    assert (marked.text, marked["aria-current"]) == (section, current)


@pytest.mark.parametrize("path", ["/items/budget-agreed", "/nowhere"])
def test_the_navigation_marks_nothing_where_nothing_fits(filled: Newsroom, path: str) -> None:
    assert b"aria-current" not in filled.ask(path).body


@pytest.mark.parametrize("path", ["/tags/storm", "/feeds/storms/"])
def test_a_page_of_one_topic_does_not_name_it_in_every_row(newsroom: Newsroom, path: str) -> None:
    newsroom.add(make("One", tags=("Storm", "council")), make("Two", tags=("storm",)))
    assert [tag.text for tag in _page(newsroom, path).select("article .kicker")] == ["council"]


def test_the_front_page_leads_to_all_topics_and_all_feeds(newsroom: Newsroom) -> None:
    newsroom.add(*(make(f"Item {n}", tags=(f"topic {n}",)) for n in range(30)))
    side = _page(newsroom, "/").select("aside a")
    assert {"All feeds": "/feeds/", "All topics": "/tags/"}.items() <= {
        link.text: link["href"] for link in side
    }.items()


def test_the_topics_of_an_item_run_as_its_text_does(filled: Newsroom) -> None:
    (topics,) = _page(filled, "/items/ميناء-جديد").select("footer nav")
    assert topics["dir"] == "rtl"


@pytest.mark.parametrize("path", PAGES)
def test_before_the_first_look_every_page_says_that_the_news_is_being_read(
    newsroom: Newsroom, path: str
) -> None:
    with newsroom.store.write() as tx:
        meta.put(tx.connection, meta.LOOKED, "0")
    reply = newsroom.ask(path)
    assert (reply.status, reply.headers["retry-after"], reply.headers["refresh"]) == (503, "2", "2")
    assert reply.headers["cache-control"] == "no-store"
    assert b"The news is being read" in reply.body


def test_a_restart_shows_the_news_that_was_read_before(filled: Newsroom) -> None:
    filled.publish()
    with filled.store.write() as tx:
        meta.put(tx.connection, meta.LOOKED, "0")
    assert b"Budget agreed" in filled.ask("/").body
    assert b"Budget agreed" in filled.ask("/tags/storm.rss").body


def test_an_address_with_a_slash_too_many_leads_to_the_right_one(filled: Newsroom) -> None:
    for path in ("/items/budget-agreed", "/feeds/all.rss", "/feeds/storms.json"):
        reply = filled.ask(f"{path}/")
        assert (reply.status, reply.headers["location"]) == (301, path)
    assert filled.ask("/feeds/nowhere.rss/").status == 404


def test_an_items_page_ends_with_what_shares_its_topics_then_with_the_newest(newsroom: Newsroom) -> None:
    newsroom.add(
        make("Read this", tags=("storm", "roads")),
        make("Storm", published=NOON - timedelta(days=8)),
        make("Stormy roads", tags=("Roads", "Storm"), published=NOON - timedelta(days=9)),
        *(make(f"Other {n}", tags=("sport",)) for n in range(5)),
        make("Embargoed", published=NOON + timedelta(hours=1)),
    )
    related, more = _page(newsroom, "/items/read-this").select("section.more")
    assert _titles(related) == ["Stormy roads", "Storm"]
    assert _titles(more) == ["Other 4", "Other 3"]
    (only,) = _page(newsroom, "/items/other-1").select("section.more")
    assert _titles(only) == ["Other 4", "Other 3", "Other 2", "Other 0"]


def test_a_page_holds_no_character_that_html_forbids_and_no_address_that_is_none(newsroom: Newsroom) -> None:
    newsroom.add(make("Bell \x07 and \ufdd0 rung", slug="bell", link="https://a.example/ä b?x=[1]"))
    page = _page(newsroom, "/items/bell")
    assert page.h1 is not None
    assert page.h1.text == "Bell  and  rung"
    assert "https://a.example/%C3%A4%20b?x=%5B1%5D" in newsroom_links(page)
    assert "\ufdd0" not in str(page)


def test_markup_in_an_attribute_stays_there(newsroom: Newsroom) -> None:
    text = "<table ><pre ><p><img src=x onerror=alert(1)></p>"
    newsroom.add(make("Sly", slug="sly", content=f"<p><img src='https://a.example/a.png' alt='{text}'></p>"))
    (image,) = _page(newsroom, "/items/sly").select(".prose img")
    assert image["alt"] == text


def test_an_image_that_stands_alone_is_a_figure(newsroom: Newsroom) -> None:
    image = '<img src="https://a.example/a.png" alt="A">'
    newsroom.add(make("One", slug="one", content=f"<p>{image}</p><p>Beside {image}</p>"))
    page = _page(newsroom, "/items/one")
    assert [found.parent.name for found in page.select(".prose img") if found.parent] == ["figure", "p"]


def test_the_room_of_an_image_in_the_text_is_kept_where_its_size_is_known(newsroom: Newsroom) -> None:
    url, other = "https://a.example/a.png?x=1&y=2", "https://a.example/b.png"
    alone, sized, strange = (
        f'<img src="{url}" alt="A > b">',
        f'<img src="{url}" width="3" height="2">',
        f'<img src="{other}">',
    )
    images = f"<p>{alone}</p><p>Beside {sized} and {strange}</p>"
    newsroom.add(make("One", slug="one", content=images, image=Image(url, width=640, height=400)))
    sizes = [
        (image.get("width"), image.get("height"))
        for image in _page(newsroom, "/items/one").select(".prose img")
    ]
    assert sizes == [("640", "400"), ("3", "2"), (None, None)]


def test_our_own_words_are_in_their_language_on_a_site_of_any(tmp_path: Path) -> None:
    for language, shown in (("de", "en"), ("en-IE", "en-IE"), ("ar", "en")):
        newsroom = Newsroom(tmp_path / language, replace(SITE, language=language))
        newsroom.add(make(language=None))
        page = _page(newsroom, "/items/storm-closes-the-harbour-road")
        newsroom.close()
        assert page.html is not None
        assert page.html["lang"] == shown
        assert [tag["lang"] for tag in page.select(".brand, article.item")] == [language, language]
        assert [tag["lang"] for tag in page.select(".byline, .after")] == [shown, shown]


def test_the_time_of_an_item_is_the_sites_and_says_so(newsroom: Newsroom) -> None:
    newsroom.add(make(published=NOON.replace(month=7)))
    times = _page(newsroom, "/items/storm-closes-the-harbour-road").select(".byline time")
    assert times[0].text.strip() == "24 July 2026, 14:00 CEST"
    assert times[0]["datetime"] == "2026-07-24T12:00:00Z"


def _to_copy(page: BeautifulSoup) -> list[str]:
    fields = page.select(".addresses .field")
    assert all(field.select("label input[readonly]") and field.select("button") for field in fields)
    return [str(tag["value"]) for tag in page.select(".addresses input")]


def newsroom_links(page: BeautifulSoup) -> set[str]:
    return {str(link["href"]) for link in page.find_all("a", href=True)}


def _titles(section: Tag) -> list[str]:
    return [heading.text.strip() for heading in section.find_all("h3")]


def _canary(**changes: object) -> Item:
    made: dict[str, object] = {
        "slug": "canary",
        "content": "<p>The canary sang.</p>",
        "summary": "The canary sang.",
        "tags": ("storm", "canarytag"),
        "authors": (Person("Anna Berg"), Person("Canary Writer")),
        "media": ("canary.jpg",),
    }
    return make("Canary", **(made | changes))


def _page(newsroom: Newsroom, path: str) -> BeautifulSoup:
    reply = newsroom.ask(path)
    assert reply.status == 200, path
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    return BeautifulSoup(reply.body, "html.parser")


def _canonical(page: BeautifulSoup) -> str:
    link = page.select_one("link[rel=canonical]")
    assert link is not None
    return str(link["href"])


def _json_ld(page: BeautifulSoup) -> dict[str, object]:
    block = page.select_one('script[type="application/ld+json"]')
    assert block is not None
    facts = json.loads(block.text)
    assert isinstance(facts, dict)
    return facts


def _fail(self: object) -> object:
    raise StoreError("the disk is gone")


def _bug(*_: object, **__: object) -> str:
    raise AssertionError("this page was there already")
