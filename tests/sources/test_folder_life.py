"""Whatever happens to the files of a folder, each of them is one item in the end, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.folders import Desk, item

PATHS = st.sampled_from(["a.md", "b.md", "c/d.md", "c/e.html"])
BROKEN = "---\ntitle: broken\n"
TEXTS = st.sampled_from(
    [
        item("One", "The coast road is shut after the storm. " * 3),
        item("Two", "The coast road is open again after the storm. " * 3),
        item("Three", "Eleven million euros go to schools.", id="urn:x:3"),
        item("Four", "The harbour wall needs new stones.", id="four"),
        BROKEN,
        "",
    ]
)
STEPS = st.one_of(
    st.tuples(st.just("write"), PATHS, TEXTS),
    st.tuples(st.just("replace"), PATHS, TEXTS),
    st.tuples(st.just("rename"), PATHS, PATHS),
    st.tuples(st.just("remove"), PATHS, st.just("")),
    st.tuples(st.just("look"), st.just(""), st.sampled_from(["0.1", "0.3", "0.6", "2"])),
    st.tuples(st.just("settle"), st.just(""), st.just("")),
    st.tuples(st.just("restart"), st.just(""), st.just("")),
)


def act(desk: Desk, what: str, path: str, more: str) -> None:
    place = desk.root / path
    if what == "write":
        desk.write(path, more)
    elif what == "replace":
        desk.write("new.tmp", more)
        place.parent.mkdir(exist_ok=True)
        (desk.root / "new.tmp").replace(place)
    elif what == "rename" and place.exists():
        (desk.root / more).parent.mkdir(exist_ok=True)
        place.rename(desk.root / more)
    elif what == "remove":
        place.unlink(missing_ok=True)
    elif what == "look":
        desk.look(float(more))
    elif what == "settle":
        desk.settle()
    elif what == "restart":
        desk.restart()


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, max_size=14))
def test_every_file_is_one_item_and_every_item_has_its_file(
    steps: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = Desk(Path(tmp_path_factory.mktemp("life")) / "items")
    for what, path, more in steps:
        act(desk, what, path, more)
    desk.settle()
    desk.settle()
    there = {str(path.relative_to(desk.root)) for path in desk.root.rglob("*") if path.is_file()}
    assert set(desk.known) == there
    guids = [state.guid for state in desk.known.values() if state.guid]
    assert len(guids) == len(set(guids))
    assert set(desk.live) == set(guids)
    for path, state in desk.known.items():
        text = (desk.root / path).read_text()
        if text in ("", BROKEN):
            assert desk.problems[path][0].code in ("E101", "E110")
        elif path not in desk.problems or desk.problems[path][0].severity == "warning":
            assert f"title: {desk.live[state.guid].title}\n" in text
        else:
            assert desk.problems[path][-1].code == "W206"
