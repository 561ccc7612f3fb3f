"""Whose item a file holds, whatever happens to names, ids and texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.model import FileState
from feedsvc.sources.fingerprint import SKETCH, Fingerprint, MediaState, digest, load, sketch
from feedsvc.sources.ownership import Claim, decide

LONG = "The coast road is shut after the storm, and nobody knows for how long it will stay so. "


def print_of(text: str) -> Fingerprint:
    return Fingerprint(digest(text.encode()), "r", sketch(text.encode()))


def state(path: str, text: str, guid: str, inode: int = 1) -> FileState:
    return FileState(path, len(text), 1, inode, print_of(text).dump(), guid)


def test_the_same_content_prefers_the_same_inode_then_the_same_name() -> None:
    known = {p: state(p, LONG, p, i) for p, i in (("a/x.md", 1), ("b/x.md", 2), ("c/y.md", 3))}
    by_inode = decide([Claim("z.md", None, print_of(LONG), 3)], known, set(known))
    assert dict(by_inode.moved) == {"z.md": "c/y.md"}
    by_name = decide([Claim("d/y.md", None, print_of(LONG), 9)], known, set(known))
    assert dict(by_name.moved) == {"d/y.md": "c/y.md"}


def test_an_id_weighs_more_than_the_same_content() -> None:
    known = {"a.md": state("a.md", LONG, "urn:1"), "b.md": state("b.md", "else", "urn:2")}
    verdict = decide([Claim("c.md", "urn:2", print_of(LONG), 1)], known, {"a.md", "b.md"})
    assert dict(verdict.moved) == {"c.md": "b.md"}


def test_half_written_crashes_do_not_lose_an_item() -> None:
    known = {"a.md": state("a.md", LONG, "a.md"), "b.md": state("b.md", LONG, "a.md")}
    verdict = decide([], known, {"a.md"})
    assert (dict(verdict.guids), dict(verdict.moved)) == ({}, {})


def test_likeness_survives_an_edit_and_not_a_rewrite() -> None:
    edited = print_of(LONG * 3 + "One more sentence was added at the end of the text today.")
    assert print_of(LONG * 3).resembles(edited) > 0.5
    assert print_of(LONG).resembles(print_of("Eleven million euros go to schools and libraries.")) < 0.1
    assert print_of("").resembles(print_of("")) == 0.0
    chinese = "道路因暴风雨封闭，没有人知道要多久。"
    assert print_of(chinese).resembles(print_of(chinese + "海港的墙也开了。")) > 0.25


@given(
    st.binary(max_size=300),
    st.lists(st.tuples(st.text(max_size=5), st.integers(), st.integers()), max_size=3),
)
def test_a_fingerprint_is_read_back_as_it_was(data: bytes, media: list[tuple[str, int, int]]) -> None:
    found = sketch(data)
    assert len(found) <= SKETCH * 4
    print_ = Fingerprint(digest(data), "r", found, True, tuple(MediaState(*one) for one in media), 7)
    assert load(print_.dump()) == print_


@given(st.text())
def test_any_other_text_is_no_fingerprint(text: str) -> None:
    assert load(text) is None or text.startswith("[")


PATHS = st.sampled_from(["a.md", "b.md", "c.md", "d/a.md"])
IDS = st.sampled_from([None, "urn:1", "urn:2", "a.md"])
TEXTS = st.sampled_from([LONG, LONG * 2, "other"])


@given(
    st.dictionaries(PATHS, st.tuples(TEXTS, IDS, st.integers(1, 3))),
    st.dictionaries(PATHS, st.tuples(TEXTS, IDS, st.integers(1, 3), st.booleans())),
)
def test_no_two_files_ever_hold_one_item(
    before: dict[str, tuple[str, str | None, int]], after: dict[str, tuple[str, str | None, int, bool]]
) -> None:
    known: dict[str, FileState] = {}
    for path, (text, guid, inode) in before.items():
        wanted = guid or path
        owned = {one.guid for one in known.values()}
        known[path] = state(path, text, "" if wanted in owned else wanted, inode)
    claims = [Claim(p, guid if ok else None, print_of(t), i, ok) for p, (t, guid, i, ok) in after.items()]
    missing = {path for path in known if path not in after}
    verdict = decide(claims, known, missing)
    guids = [guid for guid in verdict.guids.values() if guid]
    assert len(guids) == len(set(guids))
    assert set(verdict.guids) == {claim.path for claim in claims}
    assert set(verdict.moved.values()) <= missing
    assert len(set(verdict.moved.values())) == len(verdict.moved)
    for claim in claims:
        assert not claim.sound or verdict.guids[claim.path] or claim.path in verdict.refused
