"""Run the cases: a document in tests/cases/lint/, and beside it what the lint must find there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.feeds.lint import FAMILIES, RULES, Report, lint
from feedsvc.feeds.lint.rule import Rule

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "lint"
DOCUMENTS = sorted(path for path in CASES.iterdir() if not path.name.endswith(".expected.txt"))
DOCS = ROOT / "docs" / "lint.md"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def lines(report: Report) -> list[str]:
    """What was found, one line each: severity, code, place, item, and the value that is wrong."""
    return [
        f"{each.severity} {each.code} {each.line}:{each.column} [{each.item}] {each.told}".rstrip()
        for each in report.findings
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_lint_finds_what_is_expected(document: Path, request: pytest.FixtureRequest) -> None:
    expected = document.with_name(f"{document.name}.expected.txt")
    found = "\n".join(lines(lint(document.read_bytes(), now=NOW))) + "\n"
    if request.config.getoption("update_cases"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


def test_good_documents_have_no_findings() -> None:
    good = [document for document in DOCUMENTS if document.name.startswith("good")]
    assert len(good) >= 3
    assert [line for document in good for line in lines(lint(document.read_bytes(), now=NOW))] == []


def test_every_code_that_a_document_alone_can_have_is_in_a_case() -> None:
    found = {finding.code for each in DOCUMENTS for finding in lint(each.read_bytes(), now=NOW).findings}
    # Too large to lie in a folder of cases, about an answer's headers, or about several documents.
    elsewhere = {"F004", "F005", "F006", "F007", "F323", "F511", "F512", "F513", *FAMILIES["HTTP"]}
    assert set(RULES) - found - elsewhere == set()


def test_the_page_explains_every_code(request: pytest.FixtureRequest) -> None:
    before = DOCS.read_text(encoding="utf-8")
    text = before.partition("\n## The document")[0] + "".join(map(section, FAMILIES))
    if request.config.getoption("update_cases"):
        DOCS.write_text(text, encoding="utf-8")
    assert DOCS.read_text(encoding="utf-8") == text, (
        "./run test tests/feeds/test_lint_cases.py --update-cases"
    )


def section(family: str) -> str:
    columns = "| Code | | What is wrong | Why it matters | What to do |\n| --- | --- | --- | --- | --- |\n"
    return f"\n## {family}\n\n{columns}" + "".join(row(code, rule) for code, rule in FAMILIES[family].items())


def row(code: str, rule: Rule) -> str:
    return f"| {code} | {rule.severity} | {rule.what} | {rule.why} | {rule.cure} |\n"


def test_a_rule_says_everything_in_one_line_of_a_table() -> None:
    texts = [text for rule in RULES.values() for text in (rule.what, rule.why, rule.cure)]
    assert all(text and "|" not in text and "\n" not in text for text in texts)
    assert sorted(RULES) == list(RULES), "the codes stand in their order"
