"""Positions of keys and values in TOML, against tomllib as the judge of what is there."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.config.complaints import toml_text
from feedsvc.config.locate import Path, line_and_column, positions

TEXT = '''\
# [not.a.table]
a = 1 # b = 2
"quoted key" = "x # y"
dotted.inner . deep = true
[table]
list = [ "one", # ]
  "two",
]
inline = { x = 1, y = [2, {z = 3}] }
long = """
[fake]
k = 1 \\""" still"""
raw = \'\'\'
\'x\' = 2\'\'\'
after = 1979-05-27 07:32:00
[[many]]
k = 1
[[many]]
k = 2
'''


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from paths(inner, (*path, key))


def test_every_key_of_a_document_has_a_place() -> None:
    assert set(positions(TEXT)) == set(paths(tomllib.loads(TEXT)))


def test_keys_and_values_are_where_they_are_said_to_be() -> None:
    found = positions(TEXT)
    spot = found[("table", "list", 1)]
    assert line_and_column(TEXT, spot.value) == (7, 3)
    assert TEXT[spot.value : spot.end] == '"two"'
    assert TEXT[found[("table", "after")].value : found[("table", "after")].end] == "1979-05-27 07:32:00"
    assert line_and_column(TEXT, found[("many", 1, "k")].key) == (19, 1)
    assert line_and_column(TEXT, found[("table", "inline", "y", 1, "z")].key) == (9, 28)


def test_windows_line_ends_do_not_move_anything() -> None:
    text = TEXT.replace("\n", "\r\n")
    lines = {path: line_and_column(text, spot.value) for path, spot in positions(text).items()}
    assert lines == {path: line_and_column(TEXT, spot.value) for path, spot in positions(TEXT).items()}


words = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
values = st.recursive(st.booleans() | st.integers() | words, lambda inner: st.lists(inner, max_size=3))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), values, max_size=5))
def test_any_document_is_walked_to_its_end(document: dict[str, object]) -> None:
    text = "".join(f"{key} = {toml_text(value)}\n" for key, value in document.items())
    assert tomllib.loads(text) == document
    assert set(positions(text)) == set(paths(document))
