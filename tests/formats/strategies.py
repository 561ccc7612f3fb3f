"""Selections with any text in any field."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from feedsvc.model import Article, Enclosure, Feed, Image, Link, Origin, Person, Selection, Site
from tests.formats.samples import item

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

texts = st.text(st.characters(), max_size=30)
markup = st.sampled_from(["<b>", "&amp;", "&", "]]>", "<![CDATA[", "</title>", "<!--", "\x00", "'\"", " "])
wild = st.lists(st.one_of(texts, markup), max_size=4).map("".join)
moments = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
people = st.builds(Person, wild, st.none() | wild, st.none() | wild)
articles = st.builds(
    Article,
    title=wild,
    content=wild,
    summary=wild,
    link=st.none() | wild,
    authors=st.lists(people, max_size=2).map(tuple),
    tags=st.lists(wild, max_size=3).map(tuple),
    language=st.none() | wild,
    image=st.none() | st.builds(Image, wild, wild, wild),
    enclosures=st.lists(st.builds(Enclosure, wild, wild, st.integers(0), wild), max_size=2).map(tuple),
    rights=wild,
    origin=st.none() | st.builds(Origin, wild, wild, wild, wild, st.none() | moments, wild),
    via=st.lists(st.builds(Link, wild, wild), max_size=1).map(tuple),
)
items = st.lists(
    st.builds(lambda article, published, updated: (article, published, updated), articles, moments, moments),
    max_size=3,
).map(
    lambda made: tuple(
        item(number, article=article, published=published, updated=updated)
        for number, (article, published, updated) in enumerate(made)
    )
)
selections = st.builds(
    Selection,
    st.builds(Site, st.just("https://herald.example"), wild, wild, wild, st.none() | people, wild),
    st.builds(
        Feed,
        st.just("x"),
        wild,
        wild,
        wild,
        wild,
        content=st.sampled_from(["full", "summary"]),
        image=st.none() | st.builds(Image, wild),
        license=wild,
    ),
    items,
    moments,
    st.lists(wild, max_size=2).map(tuple),
)
