from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.model import Article, Person
from feedsvc.store import words, words_of


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Storm hits the harbour", "HARBOUR storm"),
        ("Bürgermeisterin in Zürich", "zurich"),
        ("ZÜRICH", "zürich"),
        ("Strasse", "straße"),
        ("東京都の新しい港", "東京"),
        ("東京都の新しい港", "港"),
        ("서울에서 열린 회의", "서울"),
        ("ข่าวท่าเรือ", "ท่าเรือ"),
        ("हिन्दी समाचार", "समाचार"),
        ("مَدرَسة", "مدرسة"),
        ("ﬁnal oﬃce", "final office"),
        ("snake_case and 3.14", "snake_case 14"),
        ("it’s", "it"),
    ],
)
def test_a_text_is_found_by_its_words(text: str, query: str) -> None:
    assert words(query)
    assert words(query) <= words(text)


@pytest.mark.parametrize(
    ("text", "query"), [("Stormy", "storm"), ("東京都", "京東"), ("harbour", "harbour wall")]
)
def test_a_text_is_not_found_by_other_words(text: str, query: str) -> None:
    assert not words(query) <= words(text)


def test_punctuation_alone_holds_no_words() -> None:
    assert words("“—” … !? 🌊") == frozenset()


def test_an_article_is_found_by_every_part_that_is_shown() -> None:
    article = Article(
        "One",
        content="<p>two<b>three</b> &amp; f&uuml;nf</p>",
        summary="four",
        tags=("six",),
        authors=(Person("Anna Seven", email="eight@example.org"),),
    )
    assert words("one two three four funf six anna seven") == words_of(article)


@given(st.text())
def test_words_are_made_of_word_characters_only(text: str) -> None:
    """The search index quotes them without escaping anything."""
    for word in words(text):
        assert word
        assert not set(word) & set("\"'\\ &|!():*^-\x00")


@given(st.text(), st.text())
def test_more_text_has_no_fewer_words(first: str, second: str) -> None:
    assert words(first) <= words(f"{first}\n{second}")


@given(st.text())
def test_a_word_of_another_script_changes_no_other_words(text: str) -> None:
    """A text of one script takes a shorter way than one of several."""
    assert words(f"{text}\nzürich") == words(text) | {"zurich"}
    assert words(f"{text}\n港") == words(text) | {"港"}
