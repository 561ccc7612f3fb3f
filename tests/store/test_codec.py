from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.errors import StoreError
from feedsvc.model import Article, Enclosure, Image, Link, Origin, Person
from feedsvc.podcast import Episode, Transcript
from feedsvc.store.codec import decode, decode_texts, encode, encode_texts
from feedsvc.store.times import from_ms

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)

texts = st.text(st.characters(codec="utf-8"), max_size=20)
maybe = st.none() | texts
moments = st.integers(0, 4 * 10**12).map(from_ms)
sizes = st.none() | st.integers(1, 10**6)


def lists(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, max_size=3).map(tuple)


articles = st.builds(
    Article,
    title=texts,
    content=texts,
    summary=texts,
    summary_written=st.booleans(),
    link=maybe,
    authors=lists(st.builds(Person, texts, maybe, maybe)),
    tags=lists(texts),
    language=maybe,
    image=st.none() | st.builds(Image, texts, texts, texts, sizes, sizes),
    enclosures=lists(st.builds(Enclosure, texts, texts, st.integers(0, 10**12), texts, sizes)),
    published=st.none() | moments,
    updated=st.none() | moments,
    expires=st.none() | moments,
    rights=texts,
    origin=st.none() | st.builds(Origin, texts, maybe, maybe, maybe, st.none() | moments, texts),
    via=lists(st.builds(Link, texts, texts)),
    related=lists(st.builds(Link, texts, texts)),
    feeds=lists(texts),
    extra=st.dictionaries(texts, texts, max_size=3),
    license=maybe,
    episode=st.none()
    | st.builds(
        Episode,
        sizes,
        sizes,
        st.sampled_from(["full", "trailer", "bonus"]),
        st.none() | st.booleans(),
        maybe,
        lists(st.builds(Transcript, texts, texts, maybe)),
        maybe,
    ),
)


@given(articles)
@settings(max_examples=150)
def test_an_article_comes_back_as_it_was(article: Article) -> None:
    assert decode(encode(article)) == article


def test_every_field_is_kept() -> None:
    """An article without any default, so that a field that is added and forgotten shows."""
    full = Article(
        "Tide", "<p>Tide</p>", "Tide.", True, "https://example.org/tide",
        (Person("Anna Berg", "anna@example.org", "https://example.org/anna"),), ("Sea",), "en-GB",
        Image("https://example.org/a.jpg", "A wall", "B. Okri", 640, 480),
        (Enclosure("https://example.org/a.mp3", "audio/mpeg", 9, "Listen", 61),),
        MOMENT, MOMENT, MOMENT, "CC BY",
        Origin("Agency", "https://agency.example/", "https://agency.example/feed", "urn:x", MOMENT, "©"),
        (Link("https://example.org/via", "Via"),), (Link("https://example.org/related", "More"),),
        ("world",), {"x_desk": "sea"}, "https://example.org/terms",
        Episode(2, 1, "bonus", True, "https://example.org/b.jpg",
                (Transcript("https://example.org/a.vtt", "text/vtt", "en"),), "https://example.org/a.json"),
    )  # fmt: skip
    assert not [field.name for field in fields(full) if getattr(full, field.name) == field.default]
    assert decode(encode(full)) == full


def test_equal_articles_give_equal_text() -> None:
    assert encode(Article("a", extra={"x": "1", "y": "2"})) == encode(
        Article("a", extra={"y": "2", "x": "1"})
    )


def test_what_is_not_told_takes_no_room() -> None:
    assert encode(Article("Tide")) == '{"v":1,"title":"Tide"}'


def test_an_article_of_a_newer_version_is_refused_with_advice() -> None:
    with pytest.raises(StoreError, match=r"version 2.*install the newer feedsvc"):
        decode(json.dumps({"v": 2, "title": "Tide"}))


@given(lists(texts))
def test_a_list_of_texts_comes_back_as_it_was(values: tuple[str, ...]) -> None:
    assert decode_texts(encode_texts(values)) == values
