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
