"""A summary is the lead in whole sentences; a cut never splits a word or a quotation."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc import article
from feedsvc.article.sentences import open_quote, sentences

CAPTION = f"<figcaption>{'A caption of many words. ' * 4}</figcaption>"
LEAD = "The council of Vessel said on Monday that the coast road is shut. Repairs take until Friday."


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{LEAD}</p>",
        f"<h2>Storm closes road</h2><p>{LEAD}</p>",
        f"<p>By Anna Berg</p><p>24 November 2026</p><p>{LEAD}</p>",
        f"<p>Storm closes the road</p><p>{LEAD}</p>",
        f"<figure><img src='https://x.example/a.jpg'>{CAPTION}</figure><p>{LEAD}</p>",
        f"<table><tr><td>{LEAD} No.</td><td>2</td></tr></table><pre>{LEAD} No.</pre><p>{LEAD}</p>",
        f"<p>Read more: the flood of 1962 and what the town has learned from it since.</p><p>{LEAD}</p>",
        f"<p>Updated: this text was changed after it was first published on Monday.</p><p>{LEAD}</p>",
        f"<p>VESSEL (AP) — {LEAD}</p>",
        f"<p>VESSEL, England — {LEAD}</p>",
        f"<p>Vessel, Nov 23 (Reuters) - {LEAD}</p>",
        f"<p>Photo: Lia Stone, who has been on the quay since the early morning hours.</p><p>{LEAD}</p>",
    ],
)
def test_the_lead_is_found_behind_what_stands_before_it(html: str) -> None:
    assert article.summarise(html, "Storm closes the road") == LEAD


def test_no_content_gives_no_summary() -> None:
    assert article.summarise("") == ""
    assert article.summarise("<p> </p><img src='https://x.example/a.jpg'>", "Title") == ""


def test_the_title_is_not_repeated_in_the_summary() -> None:
    html = f"<p>Storm closes the road. {LEAD}</p>"
    assert article.summarise(html, "Storm closes the road") == LEAD


def test_a_second_paragraph_follows_while_it_fits() -> None:
    html = (
        f"<p>{LEAD}</p><h2>Ferry</h2><p>The ferry from Harrow to Vessel still runs every hour of the day.</p>"
    )
    assert article.summarise(html).endswith(
        "Friday. The ferry from Harrow to Vessel still runs every hour of the day."
    )
    assert article.summarise(html, max_chars=len(LEAD) + 10) == LEAD


def test_a_dash_in_a_sentence_is_no_dateline() -> None:
    text = "Москва – столица России, и в ней живёт больше двенадцати миллионов человек."
    assert article.summarise(f"<p>{text}</p>") == text


def test_a_first_sentence_that_is_too_long_is_cut_at_a_clause_and_marked() -> None:
    text = (
        "The council, which met until midnight, said that the road is shut, that the ferry runs "
        + "and so on " * 30
    )
    assert (
        article.summarise(f"<p>{text}.</p>", max_chars=80)
        == "The council, which met until midnight, said that the road is shut…"
    )


def test_text_without_spaces_has_half_the_length() -> None:
    html = f"<p>{'東京の道路は月曜日から閉鎖されている。' * 30}</p>"
    summary = article.summarise(html, language="ja")
    assert summary.endswith("。")
    assert 100 < len(summary) <= 135


def test_a_cut_in_thai_does_not_part_a_letter_from_its_marks() -> None:
    summary = article.summarise(f"<p>{'ที่นี่' * 100}</p>", language="th", max_chars=100)
    assert summary.endswith("…")
    assert summary[:-1] in "ที่นี่" * 100
    assert not "ที่นี่"[len(summary[:-1]) % 6].startswith(("่", "ี"))


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("The U.S. Senate met at 5 p.m. Friday. It voted.", "en", "The U.S. Senate met at 5 p.m. Friday."),
        ("Lt. Gov. J. R. Holt spoke. All left.", "en", "Lt. Gov. J. R. Holt spoke."),
        ("It is ranked No. 10 this year. Last year it was second.", "en", "It is ranked No. 10 this year."),
        ("Yahoo! is back. Nobody knew.", "en", "Yahoo! is back."),
        ("“We won. We did it,” she said. Then she left.", "en", "“We won. We did it,” she said."),
        (
            "Er zahlte z.B. 3,5 Mio. Euro am 3. Mai. Das ist viel.",
            "de",
            "Er zahlte z.B. 3,5 Mio. Euro am 3. Mai.",
        ),
        ("„Wir gehen. Jetzt“, sagte er. Alle gingen.", "de", "„Wir gehen. Jetzt“, sagte er."),
        ("M. Dupont est parti. Il reviendra.", "fr", "M. Dupont est parti."),
        ("Он уехал в г. Москву. Все ждали.", "ru", "Он уехал в г. Москву."),
        ("“快走。马上。”他说。雨停了。", "zh", "“快走。马上。”他说。"),
        ("सड़क बंद है। कल खुलेगी।", "hi", "सड़क बंद है।"),
        ("هل الطريق مغلق؟ نعم.", "ar", "هل الطريق مغلق؟"),
    ],
)
def test_a_sentence_ends_where_it_ends(text: str, language: str, first: str) -> None:
    found = sentences(text, language)
    assert found[0].strip() == first
    assert "".join(found) == text


def test_a_short_text_stays_as_its_author_wrote_it() -> None:
    assert article.shorten("Without a stop, “open", 40) == "Without a stop, “open"
    assert article.shorten(" two\n lines ", 40) == "two lines"


def test_a_text_is_cut_at_a_sentence_where_one_fits() -> None:
    assert article.shorten("It is short. It goes on and on without an end in sight", 30) == "It is short."


def test_a_quotation_is_left_out_or_closed() -> None:
    said = "“we will never do such a thing in this town again”"
    assert article.shorten(f"He said {said} and left the room at once.", 40).endswith("…”")
    assert article.shorten(f"After a long debate in the council he said {said} and left.", 60) == (
        "After a long debate in the council he said…"
    )


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='ab .,!?“”«»"„“「」()A1。，\u0301ה ', max_size=120), st.integers(10, 60))
def test_a_shortened_text_fits_and_leaves_no_quotation_open_that_was_closed(text: str, length: int) -> None:
    short = article.shorten(text, length)
    assert len(short) <= length
    if short != " ".join(text.split()) and open_quote(" ".join(text.split())) < 0 and length > 12:
        assert open_quote(short) < 0 or short.endswith("…")


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=400), st.sampled_from([None, "en", "de", "ja", "xx", "not a language", ""]))
def test_any_text_can_be_summarised(text: str, language: str | None) -> None:
    assert len(article.summarise(text, text[:20], language, 60)) <= 60
    assert "".join(sentences(text, language)) == text


def test_what_a_shop_says_about_its_links_is_no_lead() -> None:
    told = "<p>Products are chosen by our editors. Purchases through our links earn us a commission.</p>"
    lead = "The coast road between Vessel and Harrow is shut after the storm."
    assert article.summarise(f"{told}<p>{lead}</p>") == lead


def test_a_summary_has_no_soft_hyphens() -> None:
    found = article.summarise("<p>Die Küs&shy;ten&shy;straße nach Harrow ist seit Montag ganz gesperrt.</p>")
    assert found == "Die Küstenstraße nach Harrow ist seit Montag ganz gesperrt."
