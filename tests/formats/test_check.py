from __future__ import annotations

import json

import pytest

from feedsvc import formats
from feedsvc.errors import ParseError
from feedsvc.model import FORMATS, Format
from tests.formats.samples import RICH, item, selection


@pytest.mark.parametrize("format_", FORMATS)
def test_what_we_render_passes(format_: Format) -> None:
    formats.check(formats.render(selection(item(1, article=RICH), item(2)), format_), format_)


@pytest.mark.parametrize("format_", FORMATS)
def test_half_a_document_does_not_pass(format_: Format) -> None:
    body = formats.render(selection(item(article=RICH)), format_)
    with pytest.raises(ParseError):
        formats.check(body[: len(body) // 2], format_)


@pytest.mark.parametrize("format_", FORMATS)
def test_one_format_is_no_other(format_: Format) -> None:
    for other in set(FORMATS) - {format_}:
        with pytest.raises(ParseError):
            formats.check(formats.render(selection(item()), other), format_)


@pytest.mark.parametrize("format_", FORMATS)
def test_an_id_must_not_be_there_twice(format_: Format) -> None:
    with pytest.raises(ParseError, match="is there twice"):
        formats.check(formats.render(selection(item(1), item(1)), format_), format_)


@pytest.mark.parametrize(
    ("format_", "gone"),
    [
        ("rss", b"<title>World</title>"),
        ("rss", b"<link>https://herald.example/feeds/world/</link>"),
        ("rss", b'<guid isPermaLink="false">urn:uuid:00000000-0000-5000-8000-000000000001</guid>'),
        ("rss", b' version="2.0"'),
        ("atom", b"<id>urn:uuid:00000000-0000-5000-8000-000000000001</id>"),
        ("atom", b"<updated>2026-11-25T11:00:00Z</updated>"),
        ("atom", b"<name>News desk</name>"),
        ("json", b'"content_html":"<p>Content 1</p>",'),
        ("json", b'"title":"World",'),
    ],
)
def test_what_the_specification_requires_must_be_there(format_: Format, gone: bytes) -> None:
    body = formats.render(selection(item()), format_)
    assert gone in body
    with pytest.raises(ParseError):
        formats.check(body.replace(gone, b""), format_)


@pytest.mark.parametrize("change", [{"items": None}, {"items": [{}]}, {"items": [1]}, {"items": [{"id": 1}]}])
def test_a_json_feed_of_another_shape_does_not_pass(change: dict[str, object]) -> None:
    feed = json.loads(formats.render(selection(), "json")) | change
    for body in (json.dumps(feed).encode(), b"[]", b'"\xff"'):
        with pytest.raises(ParseError):
            formats.check(body, "json")


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE rss [<!ENTITY a "xx">]><rss version="2.0"><channel><title>&a;</title></channel></rss>'
    with pytest.raises(ParseError):
        formats.check(bomb, "rss")
