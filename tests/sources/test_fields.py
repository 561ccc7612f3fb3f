"""What an author means by the fields of a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.model import Enclosure, Image, Link, Origin, Person
from feedsvc.sources import aliases
from feedsvc.sources.fields import Written, interpret, uri
from feedsvc.sources.frontmatter import Fields, read, read_data
from feedsvc.sources.problems import Report


def meant(head: str, zone: str = "Europe/Berlin") -> tuple[Written, list[tuple[str, str]]]:
    text = f"---\n{head}\n---\nText."
    fields, problems = read(text, "a.md", "items")
    report = Report("items", "a.md", text)
    written = interpret(fields, report, zone)
    return written, [(problem.code, problem.field) for problem in [*problems, *report.problems]]


@pytest.mark.parametrize(
    "key", ["date", "pubDate", "publish_date", "Publish Date", "date_published", "published"]
)
def test_a_date_has_many_names(key: str) -> None:
    written, problems = meant(f"{key}: 2026-11-24 09:30")
    assert (written.published, problems) == (datetime(2026, 11, 24, 8, 30, tzinfo=UTC), [])


@pytest.mark.parametrize(
    ("key", "attribute"),
    [
        ("name", "title"),
        ("headline", "title"),
        ("excerpt", "summary"),
        ("dek", "summary"),
        ("description", "summary"),
        ("copyright", "rights"),
        ("slug", "slug"),
    ],
)
def test_other_systems_names_are_understood(key: str, attribute: str) -> None:
    written, problems = meant(f"{key}: Some words")
    assert (getattr(written, attribute), problems) == ("Some words", [])


def test_the_best_name_wins() -> None:
    assert meant("external_url: https://a.example/\nlink: https://b.example/")[0].link == "https://b.example/"
    assert meant("name: B\ntitle: A")[0].title == "A"


def test_spellings_stay_text_where_text_is_meant() -> None:
    written, problems = meant("title: NO\nlang: no\nid: 0123\nslug: 12:30:45")
    assert (written.title, written.language, written.guid, written.slug) == ("NO", "no", "0123", "12:30:45")
    assert problems == []


@pytest.mark.parametrize(
    ("head", "draft"),
    [
        ("draft: yes", True),
        ("draft: false", False),
        ("published: false", True),
        ("published: true", False),
        ("status: Draft", True),
        ("status: published", False),
        ("draft: false\nstatus: pending", True),
        ("published: 2026-11-24\ndraft: true", True),
        ("title: x", False),
    ],
)
def test_a_draft_is_said_in_many_ways(head: str, draft: bool) -> None:
    written, problems = meant(head)
    assert (written.draft, problems) == (draft, [])


@pytest.mark.parametrize("head", ["draft: maybe", "status: almost", "draft: [yes]"])
def test_an_unclear_draft_is_never_published(head: str) -> None:
    assert [code for code, _ in meant(head)[1]] == ["E106"]


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ("date: 24/13/2026", ("E103", "date")),
        ("updated: [2026]", ("E103", "updated")),
        ("link: example.org", ("E104", "link")),
        ("link: javascript:alert(1)", ("E104", "link")),
        ("link: ftp://a.example/", ("E104", "link")),
        ('link: "https://"', ("E104", "link")),
        ("title: [a, b]", ("E106", "title")),
        ("title: {a: b}", ("E106", "title")),
        ("lang: klingon speech", ("E106", "lang")),
        ("format: docx", ("E106", "format")),
        ("author: {mail: x}", ("E106", "author")),
        ("author: {name: x, email: nobody}", ("E106", "author")),
        ("author: {name: x, url: nowhere}", ("E104", "author")),
        ("enclosure: {type: audio/mpeg}", ("E106", "enclosure")),
        ("enclosure: {url: a.mp3, length: much}", ("E106", "enclosure")),
        ("image: {alt: x}", ("E106", "image")),
        ("via: nowhere", ("E104", "via")),
    ],
)
def test_what_cannot_be_meant_is_an_error_at_its_field(head: str, problem: tuple[str, str]) -> None:
    assert meant(head)[1] == [problem]


def test_authors_are_read_in_every_shape() -> None:
    anna, tom, li = Person("Anna Berg", "anna@x.example"), Person("Tom Ode"), Person("Li Wei")
    assert meant("author: Anna Berg <anna@x.example>, Tom Ode and Li Wei")[0].authors == (anna, tom, li)
    assert meant("authors: [Anna Berg <anna@x.example>, Tom Ode]")[0].authors == (anna, tom)
    home = Person("Tom Ode", None, "https://tom.example/")
    assert meant("authors:\n - {name: Tom Ode, url: https://tom.example/}\n - Li Wei")[0].authors == (
        home,
        li,
    )
    assert meant("author: Anderson Sandström")[0].authors == (Person("Anderson Sandström"),)


def test_tags_are_lists_or_text_without_hashes_or_repetition() -> None:
    assert meant("tags: storm, '#Coast', STORM")[0].tags == ("storm", "'#Coast'")
    assert meant('tags: "storm, #Coast, STORM"')[0].tags == ("storm", "Coast")
    assert meant('tags: "#storm #coast"')[0].tags == ("storm", "coast")
    assert meant("tags: [storm, 2026]\ncategory: World")[0].tags == ("storm", "2026", "World")


def test_images_and_enclosures_are_paths_or_groups() -> None:
    assert meant("cover: pics/a.jpg")[0].image == Image("pics/a.jpg")
    written = meant("image: {src: a.jpg, alt: A wall, credit: Anna Berg}")[0]
    assert written.image == Image("a.jpg", "A wall", "Anna Berg")
    assert meant("audio: talk.mp3")[0].enclosures == (Enclosure("talk.mp3", "audio/mpeg"),)
    group = meant("enclosure: {url: https://x.example/v, type: video/mp4, length: 12, duration: 1:02:03}")[0]
    assert group.enclosures == (Enclosure("https://x.example/v", "video/mp4", 12, "", 3723),)


def test_where_an_article_comes_from_is_kept() -> None:
    written, problems = meant(
        "source: {title: Agency, url: https://agency.example/}\nvia: https://v.example/\n"
        "related:\n - {url: https://r.example/, title: R}\nfeeds: [world]\nrights: CC BY"
    )
    assert problems == []
    assert written.origin == Origin("Agency", "https://agency.example/")
    assert (written.via, written.related) == (
        (Link("https://v.example/"),),
        (Link("https://r.example/", "R"),),
    )
    assert (written.feeds, written.rights) == (("world",), "CC BY")


def test_own_fields_and_places_are_passed_on() -> None:
    written, problems = meant("x_desk: night\nX-Priority: 1\ngeo: {lat: 54.3, lon: 10.1}")
    assert (dict(written.extra), problems) == (
        {"x_desk": "night", "x_priority": "1", "geo": "lat=54.3, lon=10.1"},
        [],
    )


def test_unknown_fields_are_told_once_with_what_was_meant_and_never_published() -> None:
    text = "---\nautor: Anna\nnotes: do not print\ntitle: x\n---\n"
    report = Report("items", "a.md", text)
    written = interpret(read(text, "a.md", "items")[0], report, "UTC")
    assert [(p.code, p.line, p.severity) for p in report.problems] == [("W203", 2, "warning")]
    assert "“autor” (did you mean “author”?), “notes”" in report.problems[0].message
    assert "do not print" not in repr(written)


def test_what_other_systems_write_for_themselves_is_no_reason_to_warn() -> None:
    assert meant("layout: post\naliases: [a]\nweight: 3\ncssclasses: x\n_build: y")[1] == []


def test_a_sites_own_path_is_no_link() -> None:
    written, problems = meant("permalink: /2026/storm/")
    assert (written.link, problems) == (None, [("W208", "permalink")])


def test_links_become_ascii_uris() -> None:
    assert meant("link: https://bücher.example/straße ä?q=ö")[0].link == (
        "https://xn--bcher-kva.example/stra%C3%9Fe%20%C3%A4?q=%C3%B6"
    )


def test_language_tags_are_put_in_order() -> None:
    assert [meant(f"lang: {tag}")[0].language for tag in ("en_GB", "DE", "zh-Hant-tw")] == [
        "en-GB",
        "de",
        "zh-Hant-TW",
    ]


def test_only_a_uri_can_be_the_id_for_ever() -> None:
    assert [uri(guid) for guid in ("urn:x:1", "https://x.example/1", "storm-1", "a b: c", None)] == [
        "urn:x:1",
        "https://x.example/1",
        None,
        None,
        None,
    ]


def test_json_feed_items_work_as_they_are() -> None:
    item = {
        "id": "https://x.example/1",
        "url": "https://x.example/1",
        "title": "T",
        "content_html": "<p>H</p>",
        "summary": "S",
        "image": "https://x.example/i.jpg",
        "date_published": "2026-11-24T10:00:00Z",
        "date_modified": "2026-11-24T11:00:00Z",
        "authors": [{"name": "Anna", "avatar": "https://x.example/a"}],
        "tags": ["a"],
        "language": "en",
        "_x": {"a": 1},
        "attachments": [
            {
                "url": "https://x.example/a.mp3",
                "mime_type": "audio/mpeg",
                "size_in_bytes": 9,
                "duration_in_seconds": 6,
            }
        ],
    }
    text = json.dumps(item)
    report = Report("items", "a.json", text)
    written = interpret(read_data(text, ".json", "a.json", "items")[0], report, "UTC")
    assert report.problems == []
    assert (written.guid, written.link, written.body) == (
        "https://x.example/1",
        "https://x.example/1",
        ("html", "<p>H</p>"),
    )
    assert written.enclosures == (Enclosure("https://x.example/a.mp3", "audio/mpeg", 9, "", 6),)
    assert written.updated == datetime(2026, 11, 24, 11, tzinfo=UTC)


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.datetimes(),
        st.dates(),
        st.times(),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [*aliases.FIELDS, "published", "lang", "x_a", "content", "body", "content_html", "unknown"]
)


@settings(max_examples=200)
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.sampled_from(["yaml", "toml", "json", "headers"]))
def test_no_value_under_any_name_raises(values: dict[str, object], kind: str) -> None:
    report = Report("items", "a.md")
    interpret(Fields(values, kind=kind), report, "UTC")  # type: ignore[arg-type]
    assert all(problem.code[0] in "EW" and problem.message for problem in report.problems)


@pytest.mark.parametrize(
    "fields",
    [
        {"tags": [f"t{n}" for n in range(101)]},
        {"tags": ", ".join(f"t{n}" for n in range(101))},
        {"authors": [f"A{n}" for n in range(101)]},
        {"author": " and ".join(f"A{n}" for n in range(101))},
        {"enclosures": [f"{n}.mp3" for n in range(101)]},
        {"via": [f"https://x.example/{n}" for n in range(101)]},
        {"tags": ["t" * 201]},
        {"author": "A" * 201},
        {"rights": "r" * 10_001},
    ],
)
def test_what_is_too_much_for_a_feed_is_told(fields: dict[str, object]) -> None:
    report = Report("items", "a.json", "")
    interpret(Fields(fields), report, "UTC")
    assert [problem.code for problem in report.problems] == ["E106"]


def test_of_very_many_extra_fields_some_are_passed_on() -> None:
    report = Report("items", "a.json", "")
    written = interpret(Fields({f"x_{n}": "v" for n in range(5000)}), report, "UTC")
    assert (len(written.extra), report.problems) == (100, [])
