from __future__ import annotations

import pytest
from lxml import etree

from feedsvc import formats
from feedsvc.model import Origin
from tests.formats.samples import NOON, SITE, item

NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}


def test_a_sitemap_has_every_address_with_when_it_changed() -> None:
    body = formats.sitemap(
        [("https://herald.example/items/ä b?a&b", NOON), ("https://herald.example/", NOON)]
    )
    root = etree.fromstring(body)
    assert root.tag == "{http://www.sitemaps.org/schemas/sitemap/0.9}urlset"
    assert root.xpath("s:url/s:loc/text()", namespaces=NAMES) == [
        "https://herald.example/items/%C3%A4%20b?a&b",
        "https://herald.example/",
    ]
    assert set(root.xpath("s:url/s:lastmod/text()", namespaces=NAMES)) == {"2026-11-25T12:00:00Z"}


def test_a_sitemap_stays_within_the_protocols_limit() -> None:
    body = formats.sitemap([(f"https://herald.example/{number}", NOON) for number in range(50_010)])
    assert body.count(b"<loc>") == 50_000


def test_a_news_sitemap_holds_what_we_published_ourselves() -> None:
    own = item(1, title="Storm <now> & later", language="zh-Hant-HK")
    others = (item(2, link="https://agency.example/"), item(3, origin=Origin("Agency")))
    root = etree.fromstring(formats.news_sitemap(SITE, [own, *others]))
    assert root.xpath("s:url/s:loc/text()", namespaces=NAMES) == ["https://herald.example/items/item-1"]
    assert root.xpath("s:url/n:news//text()[normalize-space()]", namespaces=NAMES) == [
        "Harbour Herald",
        "zh-tw",
        "2026-11-25T11:00:00Z",
        "Storm <now> & later",
    ]


@pytest.mark.parametrize(
    ("language", "said"), [(None, "en"), ("en-GB", "en"), ("zh", "zh-cn"), ("zh-TW", "zh-tw"), ("fi", "fi")]
)
def test_a_news_sitemap_says_languages_as_google_wants_them(language: str | None, said: str) -> None:
    body = formats.news_sitemap(SITE, [item(language=language)])
    assert f"<news:language>{said}</news:language>".encode() in body


def test_a_long_list_is_cut_into_sitemaps_that_hold_each_address_once() -> None:
    entries = [(f"https://herald.example/{number}", NOON) for number in range(100_001)]
    portions = list(formats.sitemap_portions(entries))
    assert [len(portion) for portion in portions] == [50_000, 50_000, 1]
    assert [entry for portion in portions for entry in portion] == entries


def test_a_sitemap_of_long_addresses_stays_within_50_mebibytes() -> None:
    address = "https://herald.example/" + "&" * 2_000
    portions = list(formats.sitemap_portions([(address, NOON)] * 6_000))
    assert len(portions) == 2
    for portion in portions:
        assert len(formats.sitemap(portion)) <= 50 * 1024 * 1024
    assert len(formats.sitemap(portions[0])) > 48 * 1024 * 1024


def test_an_address_that_is_too_long_for_a_sitemap_is_left_out() -> None:
    entries = [(f"https://herald.example/{'x' * 2_100}", NOON), ("https://herald.example/a", NOON)]
    assert list(formats.sitemap_portions(entries)) == [[("https://herald.example/a", NOON)]]
    assert formats.sitemap(entries).count(b"<loc>") == 1
    assert list(formats.sitemap_portions([])) == []
    assert formats.sitemap([]).count(b"<loc>") == 0


def test_an_index_names_its_sitemaps_with_when_each_changed() -> None:
    root = etree.fromstring(formats.sitemap_index([("https://herald.example/sitemap-1.xml?a&b", NOON)]))
    assert root.tag == "{http://www.sitemaps.org/schemas/sitemap/0.9}sitemapindex"
    assert root.xpath("s:sitemap/s:loc/text()", namespaces=NAMES) == [
        "https://herald.example/sitemap-1.xml?a&b"
    ]
    assert root.xpath("s:sitemap/s:lastmod/text()", namespaces=NAMES) == ["2026-11-25T12:00:00Z"]
    many = formats.sitemap_index([(f"https://herald.example/{number}", NOON) for number in range(50_010)])
    assert many.count(b"<loc>") == 50_000


def test_a_news_sitemap_holds_a_thousand_at_most() -> None:
    assert formats.news_sitemap(SITE, [item(number) for number in range(1_010)]).count(b"<loc>") == 1_000
