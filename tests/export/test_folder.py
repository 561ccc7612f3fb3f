"""A folder holds what it should, is never half of anything, and nothing of anybody else's is touched."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.errors import Conflict, ExportError
from feedsvc.export.folder import LOCK, MANIFEST, File, _part, bring
from tests.rights import nobody

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
OURS = {MANIFEST, LOCK}


def file(name: str, body: str = "x", modified: datetime | None = NOON) -> File:
    return File(name, f"mark of {body}", lambda: [body.encode()], modified)


def there(root: Path) -> dict[str, str]:
    """Everything in a folder but what says which files are ours."""
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in root.rglob("*")
        if path.is_file() and path.name not in OURS
    }


def test_files_are_written_changed_and_removed_with_their_folders(tmp_path: Path) -> None:
    first = bring(tmp_path, [file("a/b/one", "1"), file("a/two", "2"), file("three", "3")])
    assert set(first.written) == {"a/b/one", "a/two", "three"}
    second = bring(tmp_path, [file("a/two", "2"), file("three", "changed")])
    assert (second.written, second.removed) == (("three",), ("a/b/one",))
    assert there(tmp_path) == {"a/two": "2", "three": "changed"}
    assert not (tmp_path / "a" / "b").exists()


def test_with_nothing_changed_nothing_is_touched(tmp_path: Path) -> None:
    bring(tmp_path, [file("a/one"), file("two", modified=None)])
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.name != LOCK}
    done = bring(tmp_path, [file("a/one"), file("two", modified=None)])
    assert (done.written, done.removed) == ((), ())
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.name != LOCK}


def test_a_file_has_the_time_of_its_document_and_everybody_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        bring(tmp_path, [file("a/one")])
    finally:
        os.umask(before)
    found = (tmp_path / "a" / "one").stat()
    assert found.st_mtime == NOON.timestamp()
    assert found.st_mode & 0o777 == 0o644
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_text("edited")])
def test_what_somebody_did_to_our_files_is_mended(tmp_path: Path, harm: object) -> None:
    bring(tmp_path, [file("one")])
    harm(tmp_path / "one")  # type: ignore[operator]
    assert bring(tmp_path, [file("one")]).written == ("one",)
    assert there(tmp_path) == {"one": "x"}


def test_files_that_are_not_ours_stay_and_are_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("a/theirs", "a/both", "folder"):
        (tmp_path / name).write_text("theirs")
    wanted = [file("a/both"), file("a/ours"), file("folder/inside")]
    done = bring(tmp_path, wanted)
    assert (done.written, done.foreign) == (("a/ours",), ("a/both", "folder/inside"))
    done = bring(tmp_path, [])
    assert done.removed == ("a/ours",)
    assert there(tmp_path) == {"a/theirs": "theirs", "a/both": "theirs", "folder": "theirs"}


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    bring(root, [file("a/kept"), file("b/one")])
    (root / "a" / "kept").unlink()
    (root / "a").rmdir()
    (root / "a").symlink_to(outside)
    done = bring(root, [file("a/kept", "changed"), file("b/one")])
    assert done.foreign == ("a/kept",)
    bring(root, [])
    assert there(outside) == {"kept": "kept"}


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    bring(tmp_path / "link", [file("a/one")])
    assert there(tmp_path / "real") == {"a/one": "x"}


def test_a_manifest_that_leads_out_of_the_folder_removes_nothing_there(tmp_path: Path) -> None:
    root = tmp_path / "root"
    bring(root, [file("one")])
    (tmp_path / "theirs").write_text("theirs")
    listed = {"version": 1, "files": {"../theirs": "x", str(tmp_path / "theirs"): "x"}}
    (root / MANIFEST).write_text(json.dumps(listed))
    bring(root, [])
    assert (tmp_path / "theirs").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"version": 2, "files": {}}', '{"version": 1, "files": []}']
)
def test_a_manifest_that_is_not_ours_stops_everything(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(ExportError):
        bring(tmp_path, [file("one")])
    assert there(tmp_path) == {}


def test_two_at_a_time_do_not_meet(tmp_path: Path) -> None:
    def meanwhile() -> Iterator[bytes]:
        with pytest.raises(Conflict):
            bring(tmp_path, [])
        yield b"x"

    bring(tmp_path, [File("one", "mark", meanwhile)])
    assert there(tmp_path) == {"one": "x"}


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_cut_off_anywhere_the_next_run_puts_all_in_order(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("cut")
    names = st.dictionaries(
        st.sampled_from(["a", "b/c", "b/d", "e/f/g", "h"]), st.sampled_from("12"), max_size=5
    )
    (root / "theirs").write_text("theirs")
    for wanted in data.draw(st.lists(names, min_size=2, max_size=3)):
        bad = data.draw(st.sampled_from([None, *wanted]))

        def cut() -> Iterator[bytes]:
            yield b"half"
            raise Killed

        files = [file(name, body) for name, body in wanted.items()]
        broken = [File(each.name, each.mark, cut, NOON) if each.name == bad else each for each in files]
        before = there(root)
        try:
            bring(root, broken)
        except Killed:
            now = there(root)
            assert all(now[name] in (before.get(name), wanted.get(name)) for name in now)
            continue
    final = data.draw(names)
    assert bring(root, [file(name, body) for name, body in final.items()]).foreign == ()
    assert there(root) == {**final, "theirs": "theirs"}


def test_what_a_killed_run_left_behind_is_removed(tmp_path: Path) -> None:
    def die() -> Iterator[bytes]:
        # A process that dies removes nothing: what it had written is put back.
        (left,) = [path for path in (tmp_path / "a").iterdir() if path.name.startswith(".")]
        yield b"half"
        os.link(left, tmp_path / "kept")
        raise Killed

    with pytest.raises(Killed):
        bring(tmp_path, [File("a/one", "mark", die)])
    (tmp_path / "kept").rename(_part(tmp_path / "a" / "one"))
    bring(tmp_path, [file("a/two")])
    assert there(tmp_path) == {"a/two": "x"}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with nobody(), pytest.raises(ExportError, match="cannot be written: Permission denied"):
        bring(tmp_path / "new", [file("one")])


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file")
    with pytest.raises(ExportError, match="cannot be written: File exists"):
        bring(tmp_path / "root", [file("one")])


class Killed(BaseException):
    """Ends a run as a signal does."""
