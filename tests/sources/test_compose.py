"""From the bytes of one file to an article: bodies, titles, pictures, whole pages."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedsvc.model import Article, Enclosure, Image, Person
from feedsvc.sources import aliases
from feedsvc.sources.compose import Composed, compose
from feedsvc.sources.rules import FolderRules
from feedsvc.sources.shelf import Shelf
from tests.sources.folders import NOW, item, png

TEXT = "The coast road is shut after the storm, and nobody knows for how long it will stay so."
MEDIA = "https://news.example/media/items/"


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("items")
    (root / "world" / "pics").mkdir(parents=True)
    (root / "world" / "pics" / "wave 1.png").write_bytes(png(30, 20))
    (root / "world" / "talk.mp3").write_bytes(b"x" * 12)
    (root / "world" / "plan.pdf").write_bytes(b"x")
    (root / "images").mkdir()
    (root / "images" / "map.png").write_bytes(png(4, 3))
    (root / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (root.parent / "outside.png").write_bytes(png(1, 1))
    return root


def composed(root: Path, path: str, text: str | bytes) -> Composed:
    rules = FolderRules("items", root, "https://news.example", "UTC", "en", subfolder_tags=True)
    data = text if isinstance(text, bytes) else text.encode()
    return compose(data, path, rules, Shelf(rules), NOW)


def made(root: Path, path: str, text: str | bytes) -> Article:
    result = composed(root, path, text)
    assert result.article is not None, result.problems
    return result.article


def codes(result: Composed) -> list[str]:
    return [problem.code for problem in result.problems]


def test_markdown_becomes_clean_html(root: Path) -> None:
    article = made(root, "a.md", item("Storm", "One *two*.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"))
    assert "<em>two</em>" in article.content
    assert "<td>2</td>" in article.content


def test_the_suffix_says_how_the_body_is_written_and_a_field_may_say_it_better(root: Path) -> None:
    assert made(root, "a.txt", item("T", "One *two* <b>")).content == "<p>One *two* &lt;b&gt;</p>"
    assert made(root, "a.html", item("T", "<p>One <em>two</em></p>")).content == "<p>One <em>two</em></p>"
    assert made(root, "a.md", item("T", "One *two*", format="text")).content == "<p>One *two*</p>"


@pytest.mark.parametrize(
    ("path", "text", "title"),
    [
        ("a.md", f"# Storm *shuts* road\n\n{TEXT}", "Storm shuts road"),
        ("a.md", f"Storm\n=====\n\n{TEXT}", "Storm"),
        ("a.html", f"<h1>Storm &amp; wind</h1><p>{TEXT}</p>", "Storm & wind"),
        ("a.txt", f"# Storm\n{TEXT}", "Storm"),
        ("a.md", f"{TEXT}\n\n# The only heading\n", "The only heading"),
    ],
)
def test_the_heading_is_the_title_and_leaves_the_text(root: Path, path: str, text: str, title: str) -> None:
    article = made(root, path, text)
    assert article.title == title
    assert "<h1" not in article.content
    assert article.content == f"<p>{TEXT}</p>"


def test_a_heading_that_repeats_the_title_leaves_the_text(root: Path) -> None:
    assert made(root, "a.md", item("Storm", f"# Storm\n\n{TEXT}")).content == f"<p>{TEXT}</p>"


def test_without_a_title_the_first_sentence_or_the_name_serves(root: Path) -> None:
    by_text = composed(root, "a.md", "The road is shut. Nobody knows for how long.")
    assert by_text.article
    assert (by_text.article.title, codes(by_text)) == ("The road is shut.", ["W204"])
    by_name = composed(root, "2026-11-24-storm_road.md", "---\nlink: https://a.example/\n---\n")
    assert by_name.article
    assert by_name.article.title == "Storm road"
    assert len(made(root, "a.md", "word " * 60).title) <= 91


def test_a_date_in_the_name_serves_where_no_field_has_one(root: Path) -> None:
    article = made(root, "_posts/2026-11-24-storm.md", item("Storm"))
    assert article.published == datetime(2026, 11, 24, tzinfo=UTC)
    assert made(root, "2026-11-24-x.md", item("x", date="2026-01-02")).published == datetime(
        2026, 1, 2, tzinfo=UTC
    )


def test_pictures_beside_an_item_get_their_served_address_and_size(root: Path) -> None:
    result = composed(root, "world/a.md", item("Storm", f"![A wave](<pics/wave 1.png>)\n\n{TEXT}"))
    article = result.article
    assert article
    assert article.image == Image(f"{MEDIA}world/pics/wave%201.png", "A wave", "", 30, 20)
    assert f'src="{MEDIA}world/pics/wave%201.png"' in article.content
    assert (result.media, codes(result)) == (("world/pics/wave 1.png",), [])


@pytest.mark.parametrize(
    "reference", ["/images/map.png", "../images/map.png", "..\\images\\map.png", "./../images/map.png?v=2"]
)
def test_references_start_from_the_item_or_the_root(root: Path, reference: str) -> None:
    result = composed(root, "world/a.html", f'<h1>x</h1><p>{TEXT}</p><img src="{reference}">')
    assert result.article
    assert f'src="{MEDIA}images/map.png' in result.article.content
    assert result.media == ("images/map.png",)


@pytest.mark.parametrize(
    "reference", ["../../outside.png", "../../../../etc/passwd", "/../outside.png", ".hidden/x.png"]
)
def test_no_reference_leads_out_of_the_folder(root: Path, reference: str) -> None:
    result = composed(root, "world/a.md", item("x", f"![y]({reference}) {TEXT}", image=reference))
    assert result.media == ()


def test_no_link_on_the_disk_leads_out_of_the_folder(root: Path) -> None:
    if not (root / "leak.png").is_symlink():
        (root / "leak.png").symlink_to(root.parent / "outside.png")
    result = composed(root, "a.md", item("x", f"![y](leak.png) {TEXT}", audio="leak.png"))
    assert (result.media, codes(result)) == ((), ["E109", "E109"])


def test_sets_of_pictures_are_served_whole(root: Path) -> None:
    sizes = "/images/map.png 1x, pics/wave%201.png 2x"
    result = composed(
        root, "world/a.html", f'<h1>x</h1><p>{TEXT}</p><img src="/images/map.png" srcset="{sizes}">'
    )
    assert result.article
    assert set(result.media) <= {"images/map.png", "world/pics/wave 1.png"}
    assert '"pics' not in result.article.content
    assert '"/images' not in result.article.content


def test_a_missing_picture_is_told_and_costs_nothing_else(root: Path) -> None:
    result = composed(root, "world/a.md", item("Storm", f"{TEXT}\n\n![x](Wave.png) ![y](pics/Wave%201.PNG)"))
    assert result.article
    assert result.article.content == f"<p>{TEXT}</p>"
    assert codes(result) == ["E109", "E109"]
    assert all(problem.severity == "warning" for problem in result.problems)
    assert (result.problems[0].line, result.problems[0].column) == (7, 6)
    assert "Is it “wave 1.png”?" in result.problems[1].message
    assert result.wanted == ("world/Wave.png", "world/pics/Wave 1.PNG")


def test_links_to_files_are_served_and_links_to_nothing_leave_their_words(root: Path) -> None:
    text = "[Plan](plan.pdf), [other](other.md), [note](#below), [mail](mailto:desk@news.example), [far](https://a.example/)"
    result = composed(root, "world/a.md", item("Storm", text))
    assert result.article
    assert f'<a href="{MEDIA}world/plan.pdf">Plan</a>, other, note, ' in result.article.content
    assert 'href="https://a.example/"' in result.article.content
    assert (codes(result), result.media) == (["W208"], ("world/plan.pdf",))


def test_a_damaged_picture_has_no_size(root: Path) -> None:
    assert made(root, "a.md", item("x", TEXT, image="broken.png")).image == Image(f"{MEDIA}broken.png")


def test_enclosures_beside_an_item_are_measured(root: Path) -> None:
    result = composed(root, "world/a.md", item("Talk", TEXT, audio="talk.mp3"))
    assert result.article
    assert result.article.enclosures == (Enclosure(f"{MEDIA}world/talk.mp3", "audio/mpeg", 12),)
    assert result.media == ("world/talk.mp3",)
    missing = composed(root, "world/a.md", item("Talk", TEXT, audio="none.mp3"))
    assert missing.article
    assert (missing.article.enclosures, codes(missing)) == ((), ["E109"])


def test_an_image_elsewhere_must_be_on_the_web(root: Path) -> None:
    assert made(root, "a.md", item("x", TEXT, image="https://a.example/b.jpg")).image == Image(
        "https://a.example/b.jpg"
    )
    assert codes(composed(root, "a.md", item("x", TEXT, image="javascript:alert(1)"))) == ["E104"]


def test_obsidians_brackets_are_understood_but_not_in_code(root: Path) -> None:
    text = f"{TEXT} [[Other note|the other]] ![[map.png]] `[[ -f x ]]` [[folder/Third#part]]"
    (root / "attachments").mkdir(exist_ok=True)
    (root / "attachments" / "map.png").write_bytes(png(4, 3))
    result = composed(root, "world/a.md", item("x", text))
    assert result.article
    assert "the other" in result.article.content
    assert "<code>[[ -f x ]]</code>" in result.article.content
    assert " Third" in result.article.content
    assert result.media == ("attachments/map.png",)


PAGE = f"""<?xml version="1.0"?><!DOCTYPE html>
<html lang="de"><head><title>Sturm | Blatt</title><meta name="author" content="Anna Berg">
<link rel="stylesheet" href="x.css"></head><body><nav><a href="/">Start</a> <a href="/sport">Sport</a></nav>
<article><h1>Sturm sperrt Straße</h1><p>{TEXT}</p><p><img src="pics/wave 1.png"> {TEXT} {TEXT}</p></article>
<footer>Impressum</footer></body></html>"""


def test_a_whole_page_is_an_article_without_its_navigation(root: Path) -> None:
    result = composed(root, "world/page.html", PAGE)
    article = result.article
    assert article
    assert (article.title, article.language) == ("Sturm sperrt Straße", "de")
    assert TEXT in article.content
    assert "Sport" not in article.content
    assert "Impressum" not in article.content
    assert TEXT in article.summary
    assert (result.media, codes(result)) == (("world/pics/wave 1.png",), [])


def test_fields_above_a_whole_page_say_it_better(root: Path) -> None:
    page = "---\ntitle: Storm\nauthor: Tom Ode\nlang: en\ntags: [storm]\n---\n" + PAGE
    article = made(root, "world/page.html", page)
    assert (article.title, article.language, article.authors) == ("Storm", "en", (Person("Tom Ode"),))
    assert article.tags == ("storm", "world")


def test_a_saved_pages_links_start_from_where_it_lives(root: Path) -> None:
    head = (
        '<html><head><link rel="canonical" href="https://a.example/news/1"></head><body><article><h1>T</h1>'
    )
    page = f'{head}<p>{TEXT}</p><p>{TEXT} <a href="2">next</a></p></article></body></html>'
    result = composed(root, "page.html", page)
    assert result.article
    assert 'href="https://a.example/news/2"' in result.article.content
    assert (result.article.link, codes(result)) == ("https://a.example/news/1", [])


def test_unsafe_html_is_left_out_and_told(root: Path) -> None:
    result = composed(root, "a.md", item("x", f"{TEXT}\n\n<script>alert(1)</script><p onclick=x>y</p>"))
    assert result.article
    assert "script" not in result.article.content
    assert codes(result) == ["W207"]


def test_ordinary_markdown_is_no_reason_to_warn(root: Path) -> None:
    text = f"{TEXT}[^1]\n\n- [ ] a\n- [x] b\n\n```python\nx\n```\n\n> q\n\n[^1]: Note.\n"
    assert codes(composed(root, "a.md", item("x", text))) == []


def test_summaries_are_the_authors_or_cut_from_the_text(root: Path) -> None:
    own = made(root, "a.md", item("x", TEXT, summary="In short."))
    assert (own.summary, own.summary_written) == ("In short.", True)
    cut = made(root, "a.md", item("x", TEXT))
    assert (cut.summary, cut.summary_written) == (TEXT, False)
    assert len(made(root, "a.md", item("x", TEXT, summary="A sentence. " * 100)).summary) <= 500


def test_data_files_are_items(root: Path) -> None:
    assert made(root, "a.json", '{"title": "T", "content": "<p>a <b>b</b></p>"}').content.startswith("<p>a <")
    assert made(root, "a.json", '{"title": "T", "body": "a *b*"}').content == "<p>a <em>b</em></p>"
    assert made(root, "a.yaml", "title: T\ncontent: a *b*\n").content == "<p>a <em>b</em></p>"
    assert made(root, "a.toml", 'title = "T"\nbody = "a *b*"\n').content == "<p>a <em>b</em></p>"


def test_an_item_may_be_a_title_only_but_not_nothing(root: Path) -> None:
    assert made(root, "a.md", "---\ntitle: Only this\n---\n").content == ""
    assert codes(composed(root, "a.md", "---\ntags: [a]\n---\n")) == ["E110"]
    assert codes(composed(root, "a.md", " \n\n")) == ["E110"]


def test_too_much_is_refused(root: Path) -> None:
    assert codes(composed(root, "a.md", b"x" * 1_048_577)) == ["E107"]
    assert codes(composed(root, "a.md", "# x\n\n" + ("word " * 20 + "\n\n") * 3_000)) == ["E107"]


def test_other_encodings_are_read_and_told(root: Path) -> None:
    result = composed(root, "a.md", "# Straße\n\nGesperrt – für „immer“.".encode("windows-1252"))
    assert result.article
    assert (result.article.title, codes(result)) == ("Straße", ["W202"])
    assert made(root, "a.md", item("Straße").encode("utf-8-sig")).title == "Straße"
    assert made(root, "a.md", item("Straße").encode("utf-16")).title == "Straße"


def test_right_to_left_text_is_left_as_it_is(root: Path) -> None:
    article = made(
        root, "a.md", "---\ntitle: عاصفة تغلق الطريق\nlang: ar\n---\nأُغلق الطريق الساحلي بعد العاصفة.\n"
    )
    assert (article.title, article.language) == ("عاصفة تغلق الطريق", "ar")


PARTS = st.sampled_from(
    [
        *(
            b"---\n",
            b"title: x\n",
            b"+++\n",
            b"# ",
            b"<p>",
            b"</div>",
            b"<html>",
            b"![a](b.png)",
            b"[[x]]",
            b"![[",
        ),
        *(
            b'<img srcset=", ,">',
            b'<a href="http://[">',
            b"\xff",
            b"\x00",
            b"&#0;",
            b"<?xml?>",
            b"<!--",
            b"]]>",
            b"\n",
        ),
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.binary(max_size=200), st.lists(st.one_of(PARTS, st.binary(max_size=5))).map(b"".join)),
    st.sampled_from(["a.md", "a.html", "a.txt", "a.json", "a.yaml", "a.toml"]),
)
def test_any_bytes_give_an_article_or_a_reason(root: Path, data: bytes, path: str) -> None:
    result = composed(root, path, data)
    errors = [problem for problem in result.problems if problem.severity == "error"]
    assert (result.article is None) == bool(errors)


def test_text_beyond_the_bounds_of_markup_is_published_plain_and_told(root: Path) -> None:
    rows = "| a | b | c | d |\n|---|---|---|---|\n" + "| 1 | 2 | 3 | 4 |\n" * 1300
    result = composed(root, "a.md", item("Results", rows))
    assert codes(result) == ["W210"]
    assert result.article is not None
    assert "<table" not in result.article.content
    assert codes(composed(root, "a.md", item("Results", rows[:10_000]))) == []


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_text_that_is_too_long_is_refused_before_it_is_read_as_markdown(root: Path, name: str) -> None:
    began = time.process_time()
    result = composed(root, name, item("T", "- [ ] task\n" * 60_000))
    assert codes(result) == ["E107"]
    assert time.process_time() - began < 2


def test_a_list_of_tasks_takes_no_longer_than_any_other_list(root: Path) -> None:
    began = time.process_time()
    assert codes(composed(root, "a.md", item("T", "- [ ] a\n" * 8000))) == ["W210"]
    assert time.process_time() - began < 10


def test_text_that_needs_no_preparation_is_published_the_same_way(root: Path) -> None:
    assert made(root, "a.md", item("T", "A [link](https://x.example/?a=1&b=2).")).content == (
        '<p>A <a href="https://x.example/?a=1&amp;b=2">link</a>.</p>'
    )


FIELDS = (*aliases.FIELDS, "x_note", "content", "content_html", "published")
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=30),
        st.sampled_from(
            [
                "\ud800",
                "\0",
                "javascript:alert(1)",
                "//x",
                "../../x",
                "9" * 400,
                "2026-02-30",
                "<b>",
            ]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["url", "src", "name", "\ud800"]), inner)
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.dictionaries(st.one_of(st.sampled_from(FIELDS), st.text(max_size=6)), VALUES, max_size=6))
def test_whatever_the_fields_hold_the_file_is_an_item_or_told_and_can_be_stored(
    root: Path, fields: dict[str, object]
) -> None:
    result = composed(root, "a.json", json.dumps(fields))
    assert result.article is not None or any(problem.severity == "error" for problem in result.problems)
    for text in texts(asdict(result)):
        text.encode()
        assert "\0" not in text


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for part in pair for text in texts(part))
    elif isinstance(value, list | tuple):
        yield from (text for part in value for text in texts(part))


def test_plain_text_in_json_keeps_its_angle_brackets(root: Path) -> None:
    article = made(root, "text.json", json.dumps({"title": "Pier", "content_text": "Line <two> & three."}))
    assert article.content == "<p>Line &lt;two&gt; &amp; three.</p>"


def warned(root: Path, text: str) -> list[tuple[str, str, int]]:
    rules = FolderRules("items", root, "https://news.example", "UTC", "en", True, ("all", "harbour"))
    told = compose(text.encode(), "a.md", rules, Shelf(rules), NOW).problems
    assert {problem.severity for problem in told} <= {"warning"}
    return [(problem.code, problem.field, problem.line) for problem in told]


def test_a_feed_that_is_not_there_is_told(root: Path) -> None:
    assert warned(root, item("T", TEXT, feeds="[harbour, All]")) == []
    assert warned(root, item("T", TEXT, channel="[harbour, harbor]")) == [("W212", "channel", 3)]
    told = composed(root, "a.md", item("T", TEXT, feeds="whatever"))
    assert codes(told) == []


def test_an_item_that_nobody_will_see_is_told(root: Path) -> None:
    assert warned(root, item("T", TEXT, expires="2026-11-26")) == []
    assert warned(root, item("T", TEXT, expires="2026-11-24")) == [("W211", "expires", 3)]
    both = item("T", TEXT, date="2026-12-02", unpublish="2026-12-01")
    assert warned(root, both) == [("W205", "date", 3), ("W211", "unpublish", 4)]


def test_comments_for_authors_are_left_out_of_markdown_and_told(root: Path) -> None:
    text = item("T", f"{TEXT} %%Ask the mayor first.%%")
    assert "mayor" not in made(root, "a.md", text).content
    assert warned(root, text) == [("W213", "", 5)]
    assert "mayor" in made(root, "a.txt", text).content
