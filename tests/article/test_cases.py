"""Each tests/cases/article/<name>.html is cleaned, or read as a page (page-*), to <name>.expected.html."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from feedsvc import article
from feedsvc.model import Article

CASES = Path(__file__).parents[1] / "cases" / "article"
NAMES = sorted(path.stem for path in CASES.glob("*.html") if not path.stem.endswith(".expected"))
BASE = "https://news.example/2026/11/storm.html"


def answer(name: str, html: str) -> str:
    if name.startswith("page-"):
        return told(article.extract(html, BASE))
    if name.startswith("no-base-"):
        return article.clean(html) + "\n"
    return article.clean(html, BASE) + "\n"


def told(found: Article) -> str:
    """Return the article as text: a comment with every field that is set, and the content."""
    shown = [(field.name, getattr(found, field.name)) for field in fields(found) if field.name != "content"]
    lines = [f"{name}: {value}" for name, value in shown if value not in (None, "", (), {}, False)]
    return "<!--\n" + "\n".join(lines) + "\n-->\n" + found.content + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_case_gives_what_stands_beside_it(name: str, request: pytest.FixtureRequest) -> None:
    html = (CASES / f"{name}.html").read_text(encoding="utf-8")
    expected = CASES / f"{name}.expected.html"
    if request.config.getoption("update_cases", default=False):
        expected.write_text(answer(name, html), encoding="utf-8")
    assert answer(name, html) == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("page-")])
def test_a_cleaned_case_stays_as_it_is(name: str) -> None:
    cleaned = (CASES / f"{name}.expected.html").read_text(encoding="utf-8").removesuffix("\n")
    assert article.clean(cleaned) == cleaned
