"""Whose item a file holds, whatever happens to names, ids and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.model import FileState
from feedsvc.sources.fingerprint import SKETCH, Fingerprint, MediaState, digest, load, sketch
from feedsvc.sources.ownership import Claim, Verdict, decide, moves

LONG = "The coast road is shut after the storm, and nobody knows for how long it will stay so. "


def print_of(text: str) -> Fingerprint:
    return Fingerprint(digest(text.encode()), "r", sketch(text.encode()))


def state(path: str, text: str, guid: str, inode: int = 1) -> FileState:
    return FileState(path, len(text), 1, inode, print_of(text).dump(), guid)


def test_the_same_content_prefers_the_same_inode_then_the_same_name() -> None:
    known = {p: state(p, LONG, p, i) for p, i in (("a/x.md", 1), ("b/x.md", 2), ("c/y.md", 3))}
    by_inode = moves([Claim("z.md", None, print_of(LONG), 3)], known, set(known))
    assert by_inode == {"z.md": "c/y.md"}
    by_name = moves([Claim("d/y.md", None, print_of(LONG), 9)], known, set(known))
    assert by_name == {"d/y.md": "c/y.md"}


def test_an_id_weighs_more_than_the_same_content() -> None:
    known = {"a.md": state("a.md", LONG, "urn:1"), "b.md": state("b.md", "else", "urn:2")}
    assert moves([Claim("c.md", "urn:2", print_of(LONG), 1)], known, {"a.md", "b.md"}) == {"c.md": "b.md"}


def test_half_written_crashes_do_not_lose_an_item() -> None:
    known = {"a.md": state("a.md", LONG, "a.md"), "b.md": state("b.md", LONG, "a.md")}
    assert moves([], known, {"a.md"}) == {}
    edited = [Claim("b.md", None, print_of(LONG * 2), 1)]
    assert decide(edited, known, {}, absent={"a.md"}) == Verdict({"b.md": "a.md"})
    again = [Claim("a.md", None, print_of("else"), 2)]
    assert decide(again, known, {}) == Verdict({"a.md": "a.md#2"})


def says(path: str, guid: str | None, *, sound: bool = True) -> Claim:
    return Claim(path, guid, print_of(path), 1, sound)


def holds(**guids: str) -> dict[str, FileState]:
    return {f"{name}.md": state(f"{name}.md", name, guid) for name, guid in guids.items()}


def test_files_exchange_ids_also_in_a_ring_and_where_others_want_them_too() -> None:
    known = holds(a="urn:3", i="urn:2", e="urn:1", f="", j="")
    claims = [says("a.md", "urn:2"), says("i.md", "urn:3"), says("f.md", "urn:2"), says("j.md", "urn:3")]
    verdict = decide(claims, known, {})
    assert verdict.guids == {"a.md": "urn:2", "i.md": "urn:3", "f.md": "", "j.md": ""}
    assert verdict.refused == {"f.md": "a.md", "j.md": "i.md"}
    ring = [says("a.md", "urn:2"), says("i.md", "urn:1"), says("e.md", "urn:3")]
    assert decide(ring, known, {}) == Verdict({"a.md": "urn:2", "i.md": "urn:1", "e.md": "urn:3"})


def test_an_id_that_is_given_up_goes_to_the_first_by_path_that_says_it() -> None:
    claims = [says("z.md", "urn:9"), says("c.md", "urn:1"), says("b.md", "urn:1")]
    assert decide(claims, holds(z="urn:1"), {}) == Verdict(
        {"b.md": "urn:1", "c.md": "", "z.md": "urn:9"}, {"c.md": "b.md"}
    )


def test_ids_are_passed_on_from_file_to_file() -> None:
    claims = [says("a.md", "urn:2"), says("b.md", "urn:3"), says("c.md", "urn:4"), says("d.md", "urn:1")]
    verdict = decide(claims, holds(a="urn:1", b="urn:2", c="urn:3"), {})
    assert verdict == Verdict({"a.md": "urn:2", "b.md": "urn:3", "c.md": "urn:4", "d.md": "urn:1"})


def test_who_is_refused_keeps_what_it_had() -> None:
    known = holds(a="urn:1", b="urn:2")
    verdict = decide([says("a.md", "urn:2"), says("c.md", "urn:1")], known, {})
    assert verdict == Verdict({"a.md": "urn:1", "c.md": ""}, {"a.md": "b.md", "c.md": "a.md"})


def test_a_file_without_an_id_or_with_a_fault_keeps_its_own() -> None:
    claims = [
        says("a.md", None),
        says("b.md", None, sound=False),
        says("c.md", "urn:1"),
        says("d.md", "urn:2"),
    ]
    verdict = decide(claims, holds(a="urn:1", b="urn:2"), {})
    assert verdict.guids == {"a.md": "urn:1", "b.md": "urn:2", "c.md": "", "d.md": ""}


def test_an_id_is_free_only_once_its_file_is_removed_for_good() -> None:
    known = holds(a="urn:1", b="urn:2")
    assert decide([says("a.md", "urn:2")], known, {}, absent={"b.md"}).refused == {"a.md": "b.md"}
    assert decide([says("a.md", "urn:2")], known, {}, removed={"b.md"}) == Verdict({"a.md": "urn:2"})


def test_a_copy_that_waits_for_an_id_is_not_its_renamed_owner() -> None:
    wish = replace(print_of("copy"), wish="urn:1").dump()
    known = holds(b="urn:1") | {"a.md": FileState("a.md", 4, 1, 1, wish, "")}
    touched, new = says("a.md", "urn:1"), says("c.md", "urn:1")
    assert moves([touched, new], known, {"b.md"}) == {"c.md": "b.md"}
    assert moves([touched], known, {"b.md"}) == {}
    assert moves([replace(touched, inode=9)], known, {"b.md"}, {"a.md"}) == {"a.md": "b.md"}


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


def known_of(before: Mapping[str, tuple[str, str | None, int]]) -> dict[str, FileState]:
    known: dict[str, FileState] = {}
    for path, (text, guid, inode) in before.items():
        wanted = guid or path
        owned = {one.guid for one in known.values()}
        known[path] = state(path, text, "" if wanted in owned else wanted, inode)
    return known


@given(
    st.dictionaries(PATHS, st.tuples(TEXTS, IDS, st.integers(1, 3))),
    st.dictionaries(PATHS, st.tuples(TEXTS, IDS, st.integers(1, 3), st.booleans())),
    st.booleans(),
)
def test_no_two_files_ever_hold_one_item(
    before: dict[str, tuple[str, str | None, int]],
    after: dict[str, tuple[str, str | None, int, bool]],
    is_sure: bool,
) -> None:
    known = known_of(before)
    claims = [Claim(p, guid if ok else None, print_of(t), i, ok) for p, (t, guid, i, ok) in after.items()]
    missing = {path for path in known if path not in after}
    moved = moves(claims, known, missing)
    assert set(moved.values()) <= missing
    assert len(set(moved.values())) == len(moved)
    missing -= set(moved.values())
    verdict = decide(claims, known, moved, *(((), missing) if is_sure else (missing, ())))
    absent = [] if is_sure else [known[path].guid for path in missing if known[path].guid]
    guids = [*(guid for guid in verdict.guids.values() if guid), *absent]
    assert len(guids) == len(set(guids))
    assert set(verdict.guids) == {claim.path for claim in claims}
    for claim in claims:
        assert not claim.sound or verdict.guids[claim.path] or claim.path in verdict.refused


def settled(known: Mapping[str, FileState], looks: Sequence[Sequence[Claim]]) -> dict[str, tuple[str, str]]:
    """Return guid and unfulfilled wish of each file after some looks, each of which reads some files."""
    states = dict(known)
    for claims in looks:
        read = {claim.path for claim in claims}
        prints = {path: print_ for path, one in states.items() if (print_ := load(one.hash)) is not None}
        waiting = [says(path, one.wish) for path, one in prints.items() if one.wish and path not in read]
        verdict = decide([*waiting, *claims], states, {})
        for claim in [*waiting, *claims]:
            path = claim.path
            wish = (claim.guid or "") if path in verdict.refused else ""
            print_ = replace(print_of(path), wish=wish)
            states[path] = FileState(path, 1, 1, 1, print_.dump(), verdict.guids[path])
    found = {path: (one.guid, load(one.hash)) for path, one in states.items()}
    return {path: (guid, print_.wish if print_ else "") for path, (guid, print_) in found.items()}


NAMES = ["a.md", "b.md", "c.md", "d.md", "e.md"]
WRITTEN = st.sampled_from([None, "urn:1", "urn:2", "urn:3", "urn:4"])


@given(
    st.lists(WRITTEN, min_size=5, max_size=5),
    st.lists(st.tuples(WRITTEN, st.booleans()), min_size=5, max_size=5),
    st.permutations(range(5)),
    st.integers(0, 4),
)
def test_who_has_which_id_depends_on_no_order_and_is_decided_once(
    before: list[str | None], after: list[tuple[str | None, bool]], order: list[int], cut: int
) -> None:
    known = known_of({path: (path, guid, 1) for path, guid in zip(NAMES, before, strict=True)})
    claims = [
        says(path, guid if ok else None, sound=ok) for path, (guid, ok) in zip(NAMES, after, strict=True)
    ]
    said = [claim.guid for claim in claims if claim.guid]
    if len(said) > len(set(said)):
        # Who comes first has it: of those that come at once, the first by path.
        order = sorted(order)
    once = settled(known, [claims])
    assert settled(known, [claims, []]) == once
    assert settled(known, [claims, claims]) == once
    assert settled(known, [[claims[number]] for number in order]) == once
    shuffled = [claims[number] for number in order]
    assert settled(known, [shuffled[:cut], shuffled[cut:]]) == once
