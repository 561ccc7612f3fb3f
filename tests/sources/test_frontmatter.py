"""Fields at the head of a file; each file in cases/frontmatter is a case, with its expectation beside it."""

from __future__ import annotations

import json
import time
import tracemalloc
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.sources.fields import interpret
from feedsvc.sources.frontmatter import MAX_CHARS, read, read_data
from feedsvc.sources.problems import Report, describe

CASES = Path(__file__).parent.parent / "cases" / "frontmatter"
FILES = sorted(path.name for path in CASES.iterdir() if not path.name.endswith(".expected.json"))
WHOLE = (".json", ".yaml", ".toml")


@pytest.mark.parametrize("name", FILES)
def test_each_file_gives_its_fields_its_text_and_its_problems(
    name: str, request: pytest.FixtureRequest
) -> None:
    path = CASES / name
    text = path.read_text("utf-8")
    fields, problems = (
        read_data(text, path.suffix, name, "items") if path.suffix in WHOLE else read(text, name, "items")
    )
    found = {**asdict(fields), "problems": [describe(problem).split("\n") for problem in problems]}
    as_json = json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n"
    expected = CASES / f"{name}.expected.json"
    if request.config.getoption("update_cases"):
        expected.write_text(as_json, "utf-8")
    assert as_json == expected.read_text("utf-8")


def test_no_expectation_is_left_without_its_file() -> None:
    left = {path.name.removesuffix(".expected.json") for path in CASES.glob("*.expected.json")}
    assert left == set(FILES)


LINES = st.sampled_from(
    [
        "---",
        "+++",
        "...",
        "title: x",
        "title: a: b",
        "tags: [a",
        "Title: y",
        "",
        "text",
        "- x",
        "a = 1",
        "#",
        "\tz: 1",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(st.one_of(LINES, st.text(max_size=8))).map("\n".join))


@settings(max_examples=150)
@given(TEXTS)
def test_no_line_of_a_text_is_lost(text: str) -> None:
    fields, problems = read(text, "a.md", "items")
    if fields.kind == "none" or any(problem.severity == "error" for problem in problems):
        assert fields.body == text
    else:
        assert text.split("\n")[fields.body_line - 1 :] == (
            fields.body.split("\n") if fields.body_line <= text.count("\n") + 1 else []
        )
        assert set(fields.marks) <= set(fields.values)


@settings(max_examples=100)
@given(TEXTS, st.sampled_from([".json", ".yaml", ".yml", ".toml"]))
def test_a_file_of_fields_never_raises_whatever_is_in_it(text: str, suffix: str) -> None:
    read_data(text, suffix, f"a{suffix}", "items")


@pytest.mark.parametrize("depth", [14, 300, 50_000])
@pytest.mark.parametrize("suffix", [".json", ".yaml", ".toml"])
def test_deep_nesting_is_refused_and_not_followed(suffix: str, depth: int) -> None:
    start, end = {".json": ('{"tags": ', "}"), ".yaml": ("tags: ", ""), ".toml": ("tags = ", "")}[suffix]
    _, problems = read_data(start + "[" * depth + "]" * depth + end, suffix, f"a{suffix}", "items")
    assert [problem.code for problem in problems] == ["E102"]


def test_long_numbers_are_refused_and_not_computed() -> None:
    _, problems = read_data('{"x_n": ' + "9" * 10_000 + "}", ".json", "a.json", "items")
    assert [problem.code for problem in problems] == ["E102"]


def test_a_large_head_is_refused_unread() -> None:
    _, problems = read("---\ntitle: x\nsummary: " + "y" * MAX_CHARS + "\n---\n", "a.md", "items")
    assert [(problem.code, problem.line) for problem in problems] == [("E107", 1)]


def test_a_long_text_between_two_rules_is_a_text() -> None:
    text = "---\n" + 'She said: "no".\n' * 10_000 + "---\nmore"
    assert read(text, "a.md", "items")[0].body == text


def test_a_mark_points_at_the_value() -> None:
    fields, _ = read('---\ntitle: x\n"date":   2026-11-24\n---\n', "a.md", "items")
    assert (fields.marks["date"].line, fields.marks["date"].column) == (3, 11)


HOSTILE = {
    "dotted.toml": "a." * 30_000 + "b = 1\ntitle = 'x'\n",
    "dotted-quoted.toml": "x = {" + "'a' . " * 20_000 + "b = 1}\n",
    "many.toml": "".join(f"k{number} = 1\n" for number in range(60_000)),
    "many.yaml": "title: x\n" + "".join(f"k{number}: v\n" for number in range(60_000)),
    "many.md": "title: x\n" + "".join(f"k{number}: v\n" for number in range(60_000)),
    "spaces.md": f"---\ntitle: x\nauthor: '{' ' * 60_000}<'\n---\n",
    "spaces.yaml": "title: x" + " " * 900_000 + "y\n",
    "title.yaml": "title: a: b\n" * 20_000,
    "deep.toml": "a = " + "[" * 100_000,
    "deep.json": '{"a":' * 100_000,
    "deep.yaml": "a: " + "[" * 100_000,
    "words.toml": "a" * 900_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_fields_take_long_or_much_memory(name: str) -> None:
    text = HOSTILE[name]
    began = time.process_time()
    tracemalloc.start()
    fields, problems = (
        read(text, name, "items") if name.endswith(".md") else read_data(text, name[-5:], name, "items")
    )
    report = Report("items", name, text)
    interpret(fields, report, "UTC")
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - began < 10
    assert memory < 200_000_000
    assert all(len(problem.message) < 1000 for problem in (*problems, *report.problems))


def test_a_sentence_with_many_stops_is_no_deep_key() -> None:
    text = "title = 'x'\ncontent = '''" + "Stop it. Go on. " * 100 + "v1.2.3.4.5.6.7.8.9.10.11.12.13'''\n"
    assert read_data(text, ".toml", "a.toml", "items")[1] == []
