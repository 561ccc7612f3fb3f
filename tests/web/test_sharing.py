from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from feedsvc.model import Image
from feedsvc.web import sharing

DRAWING = Image("https://harbour.example/media/items/Hall.SVG?v=2")
PHOTOGRAPH = Image("https://harbour.example/media/items/hall.jpg")
TITLE = "Storm & tide: 100 % high? “ميناء”"
URL = "https://harbour.example/items/storm-%26-tide"


def test_the_first_picture_that_other_sites_show_stands_for_a_page() -> None:
    assert sharing.picture(None, None) is None
    assert sharing.picture(DRAWING, None) is None
    assert sharing.picture(DRAWING, PHOTOGRAPH) == PHOTOGRAPH
    assert sharing.picture(PHOTOGRAPH, Image("https://harbour.example/logo.png")) == PHOTOGRAPH


def test_each_way_to_share_carries_title_and_address_whole() -> None:
    asked = {name: _query(link) for name, link in sharing.ways(TITLE, URL)}
    assert asked == {
        "Mail": {"subject": [TITLE], "body": [URL]},
        "WhatsApp": {"text": [f"{TITLE} {URL}"]},
        "Telegram": {"url": [URL], "text": [TITLE]},
        "Bluesky": {"text": [f"{TITLE} {URL}"]},
    }


def test_nothing_in_a_title_adds_a_line_or_a_field_to_a_letter() -> None:
    (_, link), *_ = sharing.ways("A\r\nBcc: x@evil.example&bcc=y", URL)
    assert set(_query(link)) == {"subject", "body"}
    assert "\n" not in link


def _query(link: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(link).query)
