"""What Obsidian hides is for nobody's eyes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.sources.comments import without_comments


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A %%secret%% wall", "A  wall"),
        ("A %%one%% and %%two%%.\n", "A  and .\n"),
        ("Wall\n%%\nsecret\n%%\nholds\n", "Wall\nholds\n"),
        ("%% secret\nmore secret %%\nholds\n", "holds\n"),
        ("Wall\n%%\nsecret, and never closed\n", "Wall\n"),
        ("It costs 5%% more", "It costs 5%% more"),
        ("`a %%b%% c` and %%secret%%", "`a %%b%% c` and "),
        ("```\n%%\nshown\n%%\n```\n%%secret%%\n", "```\n%%\nshown\n%%\n```\n\n"),
        ("~~~~\n~~~\n%%x%%\n~~~~\n", "~~~~\n~~~\n%%x%%\n~~~~\n"),
        ("no mark", "no mark"),
    ],
)
def test_comments_are_left_out_and_code_is_kept(text: str, shown: str) -> None:
    assert without_comments(text) == shown


@given(st.lists(st.sampled_from(["%%", "%", "`", "```", "~~~", "a", " ", "\n"]), max_size=60).map("".join))
def test_nothing_is_added_and_text_without_marks_stays(text: str) -> None:
    left = without_comments(text)
    assert len(left) <= len(text)
    assert "%%" in text or left == text
