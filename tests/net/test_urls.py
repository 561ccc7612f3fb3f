"""Addresses become absolute, encoded and comparable."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.net import absolute, canonical

BASE = "https://harbour.example/news/today?page=2#top"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("storm", "https://harbour.example/news/storm"),
        ("/storm", "https://harbour.example/storm"),
        ("//cdn.example/a.png", "https://cdn.example/a.png"),
        ("../a b/ä.png", "https://harbour.example/a%20b/%C3%A4.png"),
        ("?page=3&q=ä", "https://harbour.example/news/today?page=3&q=%C3%A4"),
        ("#part", "https://harbour.example/news/today?page=2#part"),
        ("  https://a.example/\n x ", "https://a.example/%20x"),
        ("HTTP://A.Example", "http://a.example/"),
        ("https://a.example/100%", "https://a.example/100%25"),
        ("https://a.example/%c3%a4", "https://a.example/%c3%a4"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ("https://me:pw@a.example:81/", "https://me:pw@a.example:81/"),
        ("https://[2001:DB8::1]:80/", "https://[2001:db8::1]:80/"),
        ("https://a.example/x[1]?y={2}", "https://a.example/x%5B1%5D?y=%7B2%7D"),
    ],
)
def test_an_address_becomes_an_absolute_uri(url: str, expected: str) -> None:
    assert absolute(url, BASE) == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "mailto:a@b.example",
        "data:,x",
        "http://",
        "http://[::1",
        "http://a..b/",
        "ftp://a/",
    ],
)
def test_what_is_no_web_address_is_none(url: str) -> None:
    assert absolute(url, BASE) is None


def test_a_relative_address_without_a_base_is_none() -> None:
    assert absolute("storm", None) is None
    assert absolute("storm", "not a base") is None


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/a?b=1",
        "HTTPS://News.Example:443/a?b=1",
        "https://news.example./a?b=1#part",
        "https://news.example/%61?b=%31",
    ],
)
def test_spellings_of_one_address_have_one_canonical_form(url: str) -> None:
    assert canonical(url) == "https://news.example/a?b=1"


def test_different_addresses_keep_different_canonical_forms() -> None:
    urls = [
        "http://a.example/",
        "https://a.example/",
        "https://a.example/A",
        "https://a.example/a?",
        "urn:x:1",
    ]
    assert len({canonical(url) for url in urls}) == len(urls)
    assert canonical("https://a.example/a%2Fb") != canonical("https://a.example/a/b")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=50), st.sampled_from([None, BASE, "http://[::1]/"]))
def test_absolute_is_total_ascii_and_settled(text: str, base: str | None) -> None:
    url = absolute(text, base)
    if url is not None:
        assert url.isascii()
        assert not set(url) & set(' <>"{}|\\^`')
        assert absolute(url, None) == url
        assert canonical(canonical(url)) == canonical(url)
