"""A podcast's RSS is what Apple and PSP-1 ask for, and each of their rules is told when it is broken."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from feedsvc import formats
from feedsvc.formats.podcast import guid, holder
from feedsvc.formats.podcast_check import RULES, check_podcast
from feedsvc.model import FORMATS, Enclosure, Feed, Format, Image, Item, Selection
from feedsvc.podcast import APPLE_CATEGORIES, Episode, Podcast, category
from tests.formats.samples import FEED, item, load, selection
from tests.formats.test_render import ids

CASE = load(Path(__file__).parents[1] / "cases" / "formats" / "podcast.toml")
NAMES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
}
SHOW = Podcast((("News",),), False, "https://herald.example/art.jpg", "Herald", email="a@herald.example")
SOUND = Enclosure("https://herald.example/1.mp3", "audio/mpeg", 9000, duration=60)
TALK: Feed = replace(FEED, podcast=SHOW)


def find(body: bytes, path: str) -> list[str]:
    return [str(found) for found in etree.fromstring(body).xpath(path, namespaces=NAMES)]


def rss(*items: Item, feed: Feed = TALK) -> bytes:
    return formats.render(selection(*items, feed=feed), "rss")


def codes(body: bytes) -> list[str]:
    return [found.code for found in check_podcast(body)]


def test_a_podcast_breaks_no_rule() -> None:
    assert check_podcast(formats.render(CASE, "rss")) == ()
    assert check_podcast(rss(item(enclosures=(SOUND,)))) == ()


def test_the_guid_is_the_one_that_psp_1_computes() -> None:
    assert guid("https://podnews.net/rss") == "9b024349-ccf0-5f69-a609-6b82873eab3c"
    assert guid("http://podnews.net/rss//") == guid("https://podnews.net/rss")


def test_the_guid_is_the_feeds_address_until_it_is_pinned() -> None:
    sound = item(enclosures=(SOUND,))
    assert find(rss(sound), "channel/podcast:guid/text()") == [guid("https://herald.example/feeds/world.rss")]
    pinned = replace(TALK, podcast=replace(SHOW, guid="9b024349-ccf0-5f69-a609-6b82873eab3c"))
    assert find(rss(sound, feed=pinned), "channel/podcast:guid/text()") == [
        "9b024349-ccf0-5f69-a609-6b82873eab3c"
    ]


@pytest.mark.parametrize(
    ("rights", "name"),
    [
        ("© 2026 Harbour Herald", "Harbour Herald"),
        ("Copyright (c) 2020-2026, Harbour Herald.", "Harbour Herald"),
        ("Harbour Herald", "Harbour Herald"),
        ("© 2026", "© 2026"),
    ],
)
def test_the_holder_of_the_rights_is_a_name(rights: str, name: str) -> None:
    assert holder(rights) == name


@pytest.mark.parametrize("format_", FORMATS)
def test_only_what_can_be_heard_or_seen_is_an_episode_in_every_format(format_: Format) -> None:
    paper = item(2, enclosures=(Enclosure("https://herald.example/a.pdf", "application/pdf", 9),))
    film = item(3, enclosures=(Enclosure("https://herald.example/a.mp4", "video/mp4", 9),))
    heard = item(4, enclosures=(*paper.article.enclosures, SOUND))
    chosen = selection(item(1), paper, film, heard, feed=TALK)
    assert ids(formats.render(chosen, format_), format_) == [film.id, heard.id]
    ordinary = replace(chosen, feed=FEED)
    assert len(ids(formats.render(ordinary, format_), format_)) == 4


def test_the_sound_is_the_enclosure_whatever_else_is_attached() -> None:
    paper = Enclosure("https://herald.example/a.pdf", "application/pdf", 9)
    body = rss(item(enclosures=(paper, SOUND)))
    assert find(body, "channel/item/enclosure/@url") == [SOUND.url]


def test_an_ordinary_feed_says_nothing_of_podcasts() -> None:
    body = rss(item(enclosures=(SOUND,), episode=Episode(1)), feed=FEED)
    assert b"itunes" not in body
    assert b"podcast" not in body


def test_long_texts_are_cut_to_what_directories_take() -> None:
    long = item(1, title="word " * 100, summary="A <b> & c. " * 400, enclosures=(SOUND,))
    other = replace(SOUND, url="https://herald.example/2.mp3")
    unsaid = item(2, summary="", content=f"<p>{'x' * 5000}</p>", enclosures=(other,))
    body = rss(long, unsaid)
    assert check_podcast(body) == ()
    assert find(body, "channel/item[2]/description/text()") == ["Item 2"]
    assert "x" * 5000 in body.decode()


def test_an_explicit_episode_says_so_and_others_are_as_the_podcast_is() -> None:
    body = rss(
        item(1, enclosures=(SOUND,), episode=Episode(explicit=True)),
        item(2, enclosures=(SOUND,), episode=Episode(explicit=False)),
        item(3, enclosures=(SOUND,)),
    )
    assert find(body, "channel/item/itunes:explicit/text()") == ["true", "false"]
    assert find(body, "channel/itunes:explicit/text()") == ["false"]


def test_the_artwork_is_the_feeds_image_where_it_has_none() -> None:
    assert find(rss(item(enclosures=(SOUND,))), "channel/image/url/text()") == [SHOW.image]
    own = replace(TALK, image=Image("https://herald.example/small.png"))
    assert find(rss(item(enclosures=(SOUND,)), feed=own), "channel/image/url/text()") == [
        "https://herald.example/small.png"
    ]


def test_apples_categories_are_found_whatever_their_case() -> None:
    assert category("news > daily news") == ("News", "Daily News")
    assert category("Daily News") == ("News", "Daily News")
    assert category("TV & film") == ("TV & Film",)
    assert category("Arts > Daily News") is None
    names = [part for parts in APPLE_CATEGORIES.values() for part in parts]
    assert len(names) == len(set(names))


def test_a_reader_finds_the_podcast() -> None:
    found = feedparser.parse(formats.render(CASE, "rss"))
    assert not found.bozo
    assert found.feed.image.href == "https://herald.example/media/items/talk%201400.jpg"
    assert found.feed.publisher_detail.email == "talk@herald.example"
    first, trailer = found.entries
    assert (first.itunes_duration, first.itunes_season, first.itunes_episode) == ("1801", "2", "1")
    assert first.enclosures[0].href == "https://herald.example/media/items/talk%201.mp3"
    assert trailer.itunes_episodetype == "trailer"


def test_a_program_for_podcasts_finds_the_podcast() -> None:
    podcastparser = pytest.importorskip("podcastparser")
    found = podcastparser.parse("https://herald.example/feeds/talk.rss", BytesIO(formats.render(CASE, "rss")))
    assert found["title"] == "Tide & Time"
    assert found["type"] == "serial"
    assert found["itunes_owner"] == {"name": "News desk", "email": "talk@herald.example"}
    first = next(each for each in found["episodes"] if each["guid"] == CASE.items[0].id)
    assert (first["number"], first["total_time"], first["explicit"]) == (1, 1801, True)
    assert first["link"] == "https://herald.example/items/item-1"
    assert first["enclosures"][0]["file_size"] == 24986000


GOOD = rss(item(1, enclosures=(SOUND,), episode=Episode(1, 1)))
TWICE = rss(item(1, enclosures=(SOUND,)), item(2, enclosures=(SOUND,)))
BREAKS: list[tuple[str, bytes, bytes]] = [
    ("P101", rb"<rss ", b"<feed>"),
    ("P101", rb'version="2.0"', b'version="0.92"'),
    ("P102", rb'xmlns:atom="[^"]*"', b'xmlns:atom="urn:x"'),
    ("P103", rb"<language>.*?</language>", b""),
    ("P104", rb"(<channel>.*?<description>)[^<]*", rb"\g<1>" + b"x" * 4001),
    ("P105", rb'rel="self"', b'rel="alternate"'),
    ("P106", rb'text="News"', b'text="Tidings"'),
    ("P106", rb"<itunes:category[^>]*/>", b""),
    ("P106", rb'text="News"/>', b'text="News"><itunes:category text="Books"/></itunes:category>'),
    ("P107", rb"<itunes:explicit>false", b"<itunes:explicit>no"),
    ("P108", rb'art\.jpg"/>', b'art.jpg?s=1400"/>'),
    ("P110", rb">episodic<", b">weekly<"),
    ("P111", rb"(<podcast:guid>)[^<]*", rb"\1abc"),
    ("P112", rb"<item>.*</item>", b""),
    ("P121", rb"<itunes:author>.*?</itunes:author>", b""),
    ("P122", rb"a@herald", b"herald"),
    ("P123", rb"<podcast:locked[^>]*>yes", b"<podcast:locked>maybe"),
    ("P124", rb"<docs>", "<copyright>© 2026 H</copyright><docs>".encode()),
    ("P201", rb"<title>Item 1</title>", b""),
    ("P202", rb"<enclosure [^>]*/>", b'<enclosure url="https://h.example/1.mp3"/>'),
    ("P203", rb"https://herald.example/1.mp3", "https://herald.example/ä.mp3".encode()),
    ("P204", rb'length="9000"', b'length="0"'),
    ("P205", rb"audio/mpeg", b"audio/ogg"),
    ("P206", rb"<guid .*?</guid>", b""),
    ("P207", rb"GMT</pubDate>", b"heure</pubDate>"),
    ("P208", rb">60<", b">1:00<"),
    ("P209", rb"<itunes:season>1", b"<itunes:season>0"),
    ("P210", rb">full<", b">half<"),
    ("P211", rb">episodic<(.*)<itunes:episode>1</itunes:episode>", rb">serial<\1"),
    ("P212", rb"</item>", b'<podcast:transcript url="https://h.example/1.pdf" type="a/pdf"/></item>'),
    ("P213", rb"<title>Item 1", b"<title> Item 1"),
    ("P213", rb"<title>Item 1", b"<title>" + b"x" * 256),
    ("P221", rb"<pubDate>.*?</pubDate>", b""),
    ("P222", rb"1\.mp3", b"1.mp3?x=1"),
]


@pytest.mark.parametrize(("code", "pattern", "instead"), BREAKS, ids=lambda value: str(value)[:24])
def test_a_broken_rule_is_told(code: str, pattern: bytes, instead: bytes) -> None:
    broken, count = re.subn(pattern, instead, GOOD, count=1, flags=re.DOTALL)
    assert count == 1
    assert code not in codes(GOOD)
    assert code in codes(broken)


def test_artwork_of_a_known_size_must_be_square_and_of_the_right_size() -> None:
    for size, told in (((3000, 3000), []), ((1400, 1300), ["P109"]), ((600, 600), ["P109"])):
        assert [found.code for found in check_podcast(GOOD, {SHOW.image: size})] == told


def test_two_episodes_cannot_share_a_file() -> None:
    (found,) = check_podcast(TWICE)
    assert (found.code, found.item, found.level) == ("P203", item(2).id, "error")
    assert found.message.endswith("(found “https://herald.example/1.mp3”)")


def test_every_rule_has_a_break_that_it_tells() -> None:
    assert set(RULES) == {code for code, _, _ in BREAKS} | {"P109"}


def test_any_bytes_are_checked_without_an_error() -> None:
    for body in (b"", b"<rss version='2.0'/>", b"<!--", b"<rss version='2.0'><channel/></rss>"):
        assert check_podcast(body)
    empty: Selection = replace(CASE, items=())
    assert [found.code for found in check_podcast(formats.render(empty, "rss"))] == ["P112"]
