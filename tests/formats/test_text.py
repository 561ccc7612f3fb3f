from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.formats.text import line, opening, path_uri, sendable, uri

anything = st.text(st.characters(), max_size=60)


@given(anything)
def test_sendable_text_fits_into_xml_and_changes_no_more(text: str) -> None:
    sent = sendable(text)
    assert re.fullmatch("[\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*", sent)
    assert sendable(sent) == sent


@given(anything)
def test_a_line_has_no_breaks_and_no_space_around_it(text: str) -> None:
    one = line(text)
    assert not re.search("[\t\r\n]|  ", one)
    assert one == line(one) == one.strip()


@given(anything)
def test_any_text_becomes_a_uri_and_stays_it(text: str) -> None:
    made = uri(text)
    assert re.fullmatch(r"(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*", made)
    assert made.count("#") <= 1
    assert uri(made) == made


@pytest.mark.parametrize(
    ("address", "made"),
    [
        ("https://herald.example/a?b=c&d#e", "https://herald.example/a?b=c&d#e"),
        ("https://herald.example/a%20b%zz", "https://herald.example/a%20b%25zz"),
        ("https://herald.example/ä[1]", "https://herald.example/%C3%A4%5B1%5D"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ("mailto:anna@herald.example", "mailto:anna@herald.example"),
        ("tag:herald.example,2026:ä", "tag:herald.example,2026:%C3%A4"),
        ("https://[::1/ä", "https://%5B::1/%C3%A4"),
        ("  https://herald.example/\x00 ", "https://herald.example/"),
    ],
)
def test_addresses_become_the_uris_that_they_mean(address: str, made: str) -> None:
    assert uri(address) == made


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("/tags/AC/DC", "/tags/AC/DC"),
        ("/tags/100%?#", "/tags/100%25%3F%23"),
        ("/tags/C++ ä", "/tags/C%2B%2B%20%C3%A4"),
    ],
)
def test_paths_are_encoded_but_for_their_slashes(path: str, made: str) -> None:
    assert path_uri(path) == made


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Short", "Short"),
        ("One two three, four five", "One two…"),
        ("One two,\nthree", "One two, three"),
        ("港口明早重新开放，渡轮恢复航行", "港口明早重新开放，渡轮恢复…"),
        ("Supercalifragilistic", "Supercalifrag…"),
    ],
)
def test_an_opening_is_cut_at_a_word_where_there_are_words(text: str, first: str) -> None:
    assert opening(text, 14) == first
