"""Plain text from HTML, HTML from plain text and Markdown, names in URLs, pictures, and languages."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc import article
from feedsvc.article.language import Moves, Weights
from feedsvc.model import Image

CASES = Path(__file__).parent.parent / "cases"


def test_blocks_become_lines_apart_and_breaks_lines() -> None:
    html = "<h2>Head</h2><p>One <b>bold</b>,\nfolded<br>and a line</p><ul><li>a</li><li>b</li></ul>"
    assert article.to_text(html) == "Head\n\nOne bold, folded\nand a line\n\na\n\nb"


def test_a_table_row_is_one_line_and_code_keeps_its_spaces() -> None:
    html = "<table><tr><th>Place</th><th>Level</th></tr><tr><td><p>Harbour</p></td><td>4 m</td></tr></table>"
    html += "<pre>a\n  b</pre>"
    assert article.to_text(html) == "Place\tLevel\n\nHarbour\t4 m\n\na\n  b"


def test_readings_beside_a_word_are_not_its_text() -> None:
    assert (
        article.to_text("<p><ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>の道</p>") == "東京の道"
    )


def test_plain_text_becomes_paragraphs_with_links() -> None:
    html = article.plain(
        "A <b> & c\nsecond\r\n\r\n\nSee https://x.example/a_(b)?c=d&e, or (https://y.example)."
    )
    assert html == (
        "<p>A &lt;b&gt; &amp; c<br>second</p>\n"
        '<p>See <a href="https://x.example/a_(b)?c=d&amp;e">https://x.example/a_(b)?c=d&amp;e</a>, or '
        '(<a href="https://y.example">https://y.example</a>).</p>'
    )


@given(st.text())
def test_plain_text_survives_the_way_through_html(text: str) -> None:
    cleaned = article.clean(article.plain(text))
    seen = "".join(article.to_text(cleaned).split())
    assert seen == "".join(article.sendable(text).split()) or not seen


def test_markdown_has_tables_footnotes_tasks_definitions_and_struck_text() -> None:
    text = "# T\n\nText[^1] ~~x~~ <u>raw</u>\n\n- [x] done\n- [ ] open\n\nTerm\n: Meaning\n\n|a|\n|-|\n|1|"
    text += "\n\n[^1]: Note"
    assert article.clean(article.markdown(text)).split("\n") == [
        "<h2>T</h2>",
        "<p>Text<sup>[1]</sup> <s>x</s> <u>raw</u></p>",
        "<ul><li>☑ done</li><li>☐ open</li></ul>",
        "<dl><dt>Term</dt><dd>Meaning</dd></dl>",
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
        "<hr>",
        "<ol><li>Note</li></ol>",
    ]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Storm closes the coast road", "storm-closes-the-coast-road"),
        ("Größte Flut: “Anna’s” 東京 2026!", "größte-flut-annas-東京-2026"),
        ("हिन्दी समाचार", "हिन्दी-समाचार"),
        ("../../etc/passwd?x#y", "etc-passwd-x-y"),
        ("!!! …", ""),
        ("word " * 40, "-".join(["word"] * 16)),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_slug_keeps_letters_of_every_script(title: str, name: str) -> None:
    assert article.slug(title) == name


@given(st.text())
def test_a_slug_of_a_slug_is_the_same(title: str) -> None:
    name = article.slug(title)
    assert article.slug(name) == name
    assert len(name) <= 80
    assert not set(name) & set("/?#% .\\")


def test_the_first_picture_is_no_icon() -> None:
    html = '<p><img src="https://x.example/i.png" width="16">'
    html += '<img src="https://x.example/p.jpg" alt="P" height="400"></p>'
    assert article.first_image(html) == Image("https://x.example/p.jpg", "P", height=400)
    assert article.first_image("<p>none</p>") is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The council said on Monday that the road would stay shut until further notice.", "en"),
        ("Der Rat sagte am Montag, dass die Straße bis auf Weiteres gesperrt bleibt.", "de"),
        ("قال المجلس يوم الاثنين إن الطريق الساحلي سيبقى مغلقا حتى إشعار آخر بسبب العاصفة.", "ar"),
        ("日本政府は月曜日に新しい法案を発表した。", "ja"),
        ("Hello there", None),
        ("", None),
        ("12345 67890 " * 20, None),
    ],
)
def test_the_language_is_told_only_where_sure(text: str, language: str | None) -> None:
    assert article.language(text) == language


def test_the_smaller_model_says_what_the_librarys_own_says(monkeypatch: pytest.MonkeyPatch) -> None:
    langid = importlib.import_module("py3langid.langid")
    whole = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    ours = importlib.import_module("feedsvc.article.language")
    # Nor does it need a place for files.
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    classify = ours._classifier.__wrapped__()
    for path in sorted((CASES / "article").glob("*.html"))[::4]:
        text = article.to_text(path.read_text(encoding="utf-8"))
        assert classify(text) == whole.classify(text)


def test_the_language_model_is_not_loaded_before_it_is_asked() -> None:
    code = "import sys, feedsvc.article; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  A\n\tB\x00 ", "A B"),
        ("abc\u202edef", "abcdef"),
        ("\u2067مرفأ\u2069 in Marrin", "\u2067مرفأ\u2069 in Marrin"),
        ("\u2067مرفأ in Marrin", "مرفأ in Marrin"),
        ("مرفأ\u200f (2)", "مرفأ\u200f (2)"),
    ],
)
def test_a_line_does_not_turn_the_direction_of_what_follows(text: str, expected: str) -> None:
    assert article.line(text) == expected


@given(st.lists(st.sampled_from((0, 7, 2**31)), max_size=80))
def test_moves_that_are_kept_once_are_the_same(numbers: list[int]) -> None:
    moves = Moves(array("I", numbers))
    assert [moves[at] for at in range(len(numbers))] == numbers


@given(
    st.lists(st.lists(st.sampled_from((-14.5, -9.0, 0.0)), min_size=3, max_size=3), min_size=1, max_size=9)
)
def test_weights_of_which_the_least_are_left_out_are_the_same(rows: list[list[float]]) -> None:
    table = importlib.import_module("numpy").array(rows, dtype="float16")
    asked = [at for at in range(len(rows)) if at % 3 != 1] * 2
    assert Weights(table)[asked].tolist() == table[asked].tolist()
