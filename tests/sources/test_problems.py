"""What an author reads when something is wrong."""

from __future__ import annotations

from feedsvc.model import Problem
from feedsvc.sources.problems import Mark, Report, describe


def test_a_problem_shows_file_place_sentence_line_and_caret() -> None:
    report = Report("items", "storm.md", "---\ntitle: x\ndate: 24/13/2026\n---")
    report.error("E103", "“24/13/2026” is not a date. Write 2026-11-24.", Mark(3, 7), "date")
    assert describe(report.problems[0]).split("\n") == [
        "items/storm.md:3:7: E103 date: “24/13/2026” is not a date. Write 2026-11-24.",
        "date: 24/13/2026",
        "      ^",
    ]


def test_a_problem_without_a_place_is_one_line() -> None:
    assert (
        describe(Problem("items", "a.md", "E110", "the file is empty"))
        == "items/a.md: E110 the file is empty"
    )


def test_the_caret_stands_below_wide_letters_and_tabs() -> None:
    problem = Problem("items", "a.md", "E103", "x", 1, 4, "", "暴\t: x")
    assert describe(problem).split("\n")[2] == "  \t ^"


def test_no_file_can_steer_a_terminal() -> None:
    problem = Problem("items", "a\x1b[2J.md", "E103", "\x1b]0;x\x07", 1, 1, "", "\x1b[31mred")
    assert "\x1b" not in describe(problem)


def test_names_that_turn_the_direction_of_a_line_are_shown_as_such() -> None:
    assert (
        describe(Problem("items", "a\u202egnp.md", "E103", "x\u2028y"))
        == "items/a\ufffdgnp.md: E103 x\ufffdy"
    )


def test_what_is_told_can_be_stored_whatever_the_file_holds() -> None:
    report = Report("items", "a.json", '{"\ud800": "\0"}')
    report.error("E106", "“\ud800” and “\0”" + "x" * 10_000, Mark(1, 1), "\ud800")
    told = report.problems[0]
    assert (told.field, told.excerpt) == ("\ufffd", '{"\ufffd": "\ufffd"}')
    assert told.message.startswith("“\ufffd” and “\ufffd”x")
    assert len(told.message) < 1000


def test_of_very_many_problems_some_are_told_and_an_error_among_them() -> None:
    report = Report("items", "a.md", "x")
    for number in range(1000):
        report.warn("W208", str(number))
    assert not report.broken
    for number in range(1000):
        report.error("E106", str(number))
    assert report.broken
    assert len(report.problems) <= 51


def test_a_very_long_line_is_cut_and_gets_no_caret_beyond_its_end() -> None:
    report = Report("items", "a.md", "x" * 10_000)
    report.error("E102", "y", Mark(1, 9_000))
    assert len(describe(report.problems[0])) < 500


def test_the_same_warning_is_told_once() -> None:
    report = Report("items", "a.md", "x")
    report.warn("W208", "y", Mark(1, 1))
    report.warn("W208", "y", Mark(1, 1))
    assert len(report.problems) == 1
    assert not report.broken
