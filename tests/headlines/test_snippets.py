"""The code that is given away: whatever a feed or a form holds, it stays text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.headlines import (
    SCRIPT_LAYOUTS,
    SHOWN,
    Headlines,
    Options,
    Place,
    Snippet,
    headlines,
    read_form,
    snippets,
)
from feedsvc.headlines.coding import css_string, jsx_attribute, php_string, script_string
from tests.web.newsroom import FEEDS, SITE, make

PLACE = Place(
    "https://harbour.example/embed/v1.js",
    "https://harbour.example/embed/v1.1.aaaaaaaaaa.js",
    "sha384-x",
    "18rem",
    ("https://harbour.example",),
)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)
HOSTILE = "\"'><script>alert(1)</script><!-- --> ]]> ${x} {y} \\ \u2028 ?> `"


def made(options: Options, title: str = "Harbour News") -> Headlines:
    feed = replace(FEEDS[0], title=title)
    return headlines(SITE, feed, [make(f"Item {number}") for number in range(3)], options)


def by_key(options: Options, title: str = "Harbour News") -> dict[str, Snippet]:
    return {each.key: each for each in snippets(made(options, title), PLACE)}


class Seen(HTMLParser):
    """Keeps the tags of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_every_way_is_there_and_says_what_a_policy_needs() -> None:
    found = by_key(Options())
    assert list(found) == [
        "script", "pinned", "snapshot", "unstyled", "frame", "wordpress", "fragment", "react", "json",
    ]  # fmt: skip
    own = "https://harbour.example"
    assert found["script"].needs == f"script-src {own}; connect-src {own}; style-src-attr 'unsafe-inline'"
    assert found["unstyled"].needs == f"script-src {own}; connect-src {own}"
    assert found["frame"].needs == f"frame-src {own}"
    assert found["json"].needs == f"connect-src {own}"
    assert found["fragment"].needs == ""
    assert "img-src" in by_key(Options(show=("image",)))["script"].needs


def test_the_usual_code_is_short() -> None:
    assert by_key(Options(show=("date", "source"), layout="cards"))["script"].codes[0].text == (
        "<!-- Harbour News headlines -->\n"
        '<feed-headlines feed="all" count="5" show="date source" layout="cards"\n'
        '                style="display:block;min-height:18rem">\n'
        '  <a href="https://harbour.example/">Headlines from Harbour News</a>\n'
        "</feed-headlines>\n"
        '<script async src="https://harbour.example/embed/v1.js"></script>'
    )


@given(TEXT, TEXT, st.sampled_from(SCRIPT_LAYOUTS))
def test_whatever_is_written_into_the_form_stays_the_value_of_an_attribute(
    heading: str, title: str, layout: str
) -> None:
    form = read_form({"heading": heading, "layout": layout})
    found = by_key(form.options, title)
    for key in ("script", "pinned", "snapshot", "unstyled"):
        seen = Seen(found[key].codes[0].text)
        assert {tag for tag, _ in seen.tags} <= {"feed-headlines", "a", "script", "ul", "li"}
        (given_,) = [attributes for tag, attributes in seen.tags if tag == "feed-headlines"]
        assert (given_.get("heading") or "") == form.options.heading
        assert set(given_) <= {"feed", "count", "heading", "layout", "style"}
    frame = Seen(found["frame"].codes[0].text)
    assert [tag for tag, _ in frame.tags] == ["iframe"]


def test_hostile_words_stay_words_in_every_code() -> None:
    options = replace(
        Options(), heading=HOSTILE[:60], q=HOSTILE[:60], footer=HOSTILE[:60], tags=(HOSTILE[:20],)
    )
    for snippet in by_key(options, HOSTILE).values():
        for code in snippet.codes:
            if code.name == "HTML":
                assert [tag for tag, _ in Seen(code.text).tags if tag == "script"] in ([], ["script"])
                assert "alert(1)" not in "".join(re.findall(r"<script.*?</script>", code.text, re.DOTALL))
            elif code.name.startswith("Address"):
                assert re.fullmatch(r"https://harbour\.example/[!-~]*", code.text)
            elif code.name in ("JSX", "JavaScript"):
                assert "</script" not in code.text


@given(TEXT)
def test_a_string_of_a_script_is_read_back_as_it_was(text: str) -> None:
    assert json.loads(script_string(text)) == text
    assert "<" not in script_string(text)
    written = jsx_attribute("a", text)
    assert written == f'a="{text}"' or json.loads(written[3:-1]) == text


@given(TEXT)
def test_a_string_of_css_or_php_ends_where_it_should(text: str) -> None:
    assert re.fullmatch(r'"(?:[^"\\\n<]|\\.)*"', css_string(text), re.DOTALL)
    assert re.fullmatch(r"'(?:[^'\\]|\\.)*'", php_string(text), re.DOTALL)


def test_a_ticker_stands_still_where_no_script_runs() -> None:
    found = by_key(Options(layout="ticker"))
    assert 'layout="ticker"' in found["script"].codes[0].text
    assert "layout=compact" in found["frame"].codes[0].text
    assert "layout=compact" in found["fragment"].codes[0].text
    assert "compact list" in found["frame"].note


def test_the_address_for_wordpress_says_that_choices_stay_behind() -> None:
    assert by_key(Options())["wordpress"].note == ""
    assert "do not come along" in by_key(Options(count=3))["wordpress"].note


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("count", "0", "it must be a number from 1 to 50"),
        ("count", "many", "it must be a number from 1 to 50"),
        ("layout", "grid", "one of list, cards, compact, ticker"),
        ("show", "date smell", "holds “smell”"),
        ("lang", "!", "it must be a language"),
        ("summary", "0", "untick “Summary”"),
        ("heading", "x" * 300, "200 are the most"),
    ],
)
def test_one_wrong_field_costs_that_field_alone(name: str, text: str, said: str) -> None:
    form = read_form({"count": "7", "theme": "dark", name: text})
    assert said.lower() in form.problems[name].lower()
    assert list(form.problems) == [name]
    assert form.values[name] == text
    assert form.options.theme == "dark"


@given(
    st.dictionaries(st.sampled_from(("count", "show", "layout", "tags", "lang", "summary", "theme")), TEXT)
)
def test_whatever_a_form_holds_there_are_options(query: dict[str, str]) -> None:
    form = read_form(query)
    assert 1 <= form.options.count <= 50
    assert set(form.options.show) <= set(SHOWN)
    assert form.options.layout in SCRIPT_LAYOUTS
