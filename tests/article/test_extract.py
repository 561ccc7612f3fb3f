"""A page gives one article: its own title, no navigation, what the page says about it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc import article

BODY = (
    "<p>The coast road between Vessel and Harrow is shut after Monday's storm, and repairs take long.</p>" * 3
)


@pytest.mark.parametrize(
    ("page", "title"),
    [
        (
            f"<title>T | Site</title><h1>Site</h1><article><h1>In the article</h1>{BODY}</article>",
            "In the article",
        ),
        (f"<title>Above it | Site</title><h1>Above it</h1><article>{BODY}</article>", "Above it"),
        (f"<title>The title | Site</title>{BODY}", "The title"),
        (f"<meta property='og:title' content='Shared'><title>Other</title>{BODY}", "Shared"),
        (
            f"<meta property='og:site_name' content='Site'><title>Site - Ferry - runs</title>{BODY}",
            "Ferry - runs",
        ),
        (
            f"<title>Road shut</title><h1>The Courier</h1><article><h2>Road shut</h2>{BODY}</article>",
            "Road shut",
        ),
    ],
)
def test_the_title_is_the_articles_own(page: str, title: str) -> None:
    found = article.extract(page)
    assert found.title == title
    assert title not in found.content


@pytest.mark.parametrize(
    ("description", "is_written"),
    [
        ("The coast road is shut after the storm and repairs take long, says Vessel.", True),
        ("The Courier: all the news from the county, every single morning, for everybody.", False),
        ("Road shut", False),
        ("Welcome to the coast road between Vessel and Harrow, shut after the storm.", False),
    ],
)
def test_the_summary_is_the_authors_where_it_describes_the_article(
    description: str, is_written: bool
) -> None:
    page = f"<meta name=description content='{description}'><h1>Road shut</h1><article>{BODY}</article>"
    found = article.extract(page)
    assert found.summary_written is is_written
    assert (found.summary == description) is is_written
    assert found.summary


def test_a_description_that_was_cut_off_is_finished_from_the_article() -> None:
    start = "The coast road between Vessel and Harrow is shut after Monday's …"
    found = article.extract(f'<meta name=description content="{start}"><article>{BODY}</article>')
    assert (
        found.summary
        == "The coast road between Vessel and Harrow is shut after Monday's storm, and repairs take long."
    )


def test_a_description_is_decoded_and_loses_markup_and_dateline() -> None:
    said = "VESSEL (AP) &amp;mdash; The &lt;b&gt;coast road&lt;/b&gt; between Vessel and Harrow is shut "
    said += "after the storm."
    found = article.extract(f'<meta name=description content="{said}"><article>{BODY}</article>')
    assert found.summary == "The coast road between Vessel and Harrow is shut after the storm."


def test_a_page_beyond_every_bound_still_has_its_title_and_its_text() -> None:
    found = article.extract(f"<title>Road shut</title>{'<div>' * 200}{BODY}")
    assert found.title == "Road shut"
    assert found.summary.startswith("The coast road between Vessel")


def test_relative_addresses_use_the_pages_base() -> None:
    page = f'<base href="/deep/"><article>{BODY}<p><a href="x">x</a><img src="y.jpg"></p></article>'
    content = article.extract(page, "https://news.example/a/b").content
    assert 'href="https://news.example/deep/x"' in content
    assert 'src="https://news.example/deep/y.jpg"' in content


def test_broken_json_ld_does_not_matter() -> None:
    page = f'<script type="application/ld+json">{{"@type": </script><h1>Road</h1><article>{BODY}</article>'
    assert article.extract(page).title == "Road"


def test_an_article_named_by_its_classes_is_kept() -> None:
    post = f'<div class="post tags-storm comments-open"><h1>Road</h1>{BODY}</div>'
    page = f'<body class="no-sidebar menu-open">{post}</body>'
    assert "coast road" in article.extract(page).content


@pytest.mark.parametrize(
    "page",
    [
        "",
        " ",
        "\x00",
        "<?xml version='1.0'?><html>",
        "not html",
        "https://news.example/",
        "<" * 100_000,
        "<div>" * 20_000 + "x",
    ],
)
def test_every_page_gives_an_article(page: str) -> None:
    before = time.process_time()
    article.extract(page, "https://news.example/")
    assert time.process_time() - before < 5


FRAGMENTS = (
    "<article>",
    "</article>",
    "<h1>T",
    "<p>text. ",
    "</p>",
    "<meta property=og:title content=x>",
    "<title>a | b</title>",
    """<script type='application/ld+json'>[[{"@type":"Article","author":[{}],"image":[[]]}]]</script>""",
    "<base href='//['>",
    "<nav>",
    "</nav>",
    "<div class=byline>By X",
    "</div>",
    "<time>",
    "<header>",
    "<ul><li><a href=x>",
    "<html lang=en>",
    "\ud800",
    "<body>",
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
def test_any_page_gives_clean_content(page: str) -> None:
    found = article.extract(page, "https://news.example/a")
    assert article.clean(found.content) == found.content
    assert found.title == article.sendable(found.title)


def test_a_page_that_lists_news_keeps_its_list() -> None:
    teasers = "".join(
        f'<div class="teaser"><h3><a href="/n/{n}.html">Headline {n} of the day</a></h3>'
        f"<p>What headline {n} is about, in one short sentence.</p></div>"
        for n in range(8)
    )
    found = article.extract(f"<html><body><h1>All news</h1>{teasers}<a href='?p=2'>Older</a></body></html>")
    assert found.title == "All news"
    assert all(f"Headline {n} of the day" in found.content for n in range(8))
    assert found.summary.startswith("What headline 0 is about")


def test_a_block_around_the_headline_is_no_standfirst() -> None:
    lede = '<p>Essay</p><h1>The clock</h1><p class="dek">In 1911 Marrin sold it.</p>'
    head = f'<section class="lede">{lede}</section>'
    text = "<p>Nobody alive remembers the day, but the ledger in the town hall does, in brown ink.</p>"
    found = article.extract(f"<html><body><main>{head}{text}</main></body></html>")
    assert found.title == "The clock"
    assert "The clock" not in found.summary


def test_of_several_headings_the_title_is_the_one_that_the_page_names() -> None:
    days = f"<h1>Day 1</h1>{BODY}<h1>Day 2</h1>{BODY}"
    page = f"<title>Seven days of storm | Site</title><article>{days}</article>"
    assert article.extract(page).title == "Seven days of storm"
    assert article.extract(page.replace("<h1>Day 2</h1>", "")).title == "Day 1"


def test_a_title_that_was_escaped_twice_is_read_twice() -> None:
    found = article.extract(f"<h1>Fish &amp;amp; chips &amp;#x26; tea</h1>{BODY}")
    assert found.title == "Fish & chips & tea"


def test_text_that_is_folded_away_belongs_to_the_article() -> None:
    folded = "<div role=region style='display:none'><p>The second step takes a day.</p></div>"
    hidden = "<div style='display:none'><p>Nobody is to see this text here.</p></div>"
    found = article.extract(f"<article><h1>Steps</h1>{BODY}{folded}{hidden}</article>")
    assert "second step" in found.content
    assert "Nobody" not in found.content


def test_a_table_of_contents_is_no_part_of_the_article() -> None:
    toc = "<div class='toc'><ul><li><a href=#a>First part of it</a></li></ul></div>"
    section = f"<section id=toc_first><p>The first part tells how it began.</p>{BODY}</section>"
    found = article.extract(f"<article><h1>Parts</h1>{toc}{section}</article>")
    assert "First part of it" not in found.content
    assert "how it began" in found.content


def test_a_page_whose_article_is_nothing_but_comments_gives_all_its_text() -> None:
    comments = "".join(f"<li class=comment><p>{'I do not think so at all. ' * 8}</p></li>" for _ in range(9))
    page = f"<div>The story itself stands in no paragraph.</div><ul id=commentlisting>{comments}</ul>"
    found = article.extract(page)
    assert "The story itself" in found.content
    assert "I do not think so" not in found.content


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        ("en-US", "Die Küstenstraße nach Harrow ist nach dem Sturm vom Montag gesperrt. " * 4, "de"),
        ("en-US", "The coast road to Harrow is shut after the storm on Monday. " * 4, "en-US"),
        ("en", "Kurz gesagt: gesperrt.", "en"),
        ("nb", "Kystveien mellom Vessel og Harrow er stengt etter stormen på mandag. " * 4, "nb"),
    ],
)
def test_a_page_in_another_language_is_not_believed_to_be_english(
    declared: str, text: str, language: str
) -> None:
    assert article.extract(f"<html lang={declared}><article><h1>T</h1><p>{text}</p>").language == language


@pytest.mark.parametrize(
    ("description", "summary"),
    [
        ("Road shut – The coast road is shut since Monday, and repairs take long.", "The coast road is"),
        ("The coast road between Vessel and Harrow is shut after [&hellip;]", "The coast road between"),
        ("By Anna Berg Courier VESSEL (AP) — The coast road to Harrow is shut.", "The coast road between"),
        ("(EFE).- The coast road between Vessel and Harrow is shut for long.", "The coast road between"),
        ("The co&shy;ast road between Vessel and Harrow is shut for long.", "The coast road between"),
    ],
)
def test_a_description_is_taken_without_what_is_no_part_of_it(description: str, summary: str) -> None:
    found = article.extract(f"<meta name=description content='{description}'><h1>Road shut</h1>{BODY}")
    assert found.summary.startswith(summary)
    assert found.summary.endswith(".")
