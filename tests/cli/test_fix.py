"""Ids are written into files, and nothing else in them changes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from feedsvc.cli.fix import plan, put, with_id, write

ID = "urn:uuid:1"


@pytest.mark.parametrize(
    ("suffix", "text", "expected"),
    [
        (".md", "---\ntitle: A\n---\nx", f"---\nid: {ID}\ntitle: A\n---\nx"),
        (".md", "\ufeff---\r\ntitle: A\r\n---\r\nx", f"\ufeff---\r\nid: {ID}\r\ntitle: A\r\n---\r\nx"),
        (".md", "+++\ntitle = 'A'\n+++\nx", f"+++\nid = \"{ID}\"\ntitle = 'A'\n+++\nx"),
        (".txt", "just text", f"---\nid: {ID}\n---\njust text"),
        (".yaml", "title: A\n", f"id: {ID}\ntitle: A\n"),
        (".toml", "title = 'A'\n", f"id = \"{ID}\"\ntitle = 'A'\n"),
    ],
)
def test_the_id_comes_first(suffix: str, text: str, expected: str) -> None:
    assert with_id(text, ID, suffix) == expected


@pytest.mark.parametrize("field", ["id: x", "guid: x", "UID: x", '"id": x'])
def test_a_file_that_names_its_id_stays_as_it_is(field: str) -> None:
    text = f"---\n{field}\n---\nid: not this"
    assert with_id(text, ID, ".md") == text


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".json", "{}"),
        (".html", "<!doctype html><p>x"),
        (".md", "Title: A\n\nx"),
        (".md", "---\ntitle: no end"),
    ],
)
def test_where_there_is_no_sure_place_nothing_is_written(suffix: str, text: str) -> None:
    assert with_id(text, ID, suffix) is None


def test_writing_keeps_the_mode_and_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("x")
    file.chmod(0o640)
    (tmp_path / "b.json").write_text("{}")
    mended, left = plan(tmp_path, {"a.md": ID, "b.json": "urn:uuid:2", "gone.md": "urn:uuid:3"})
    assert set(mended) == {"a.md"}
    assert set(left) == {"b.json", "gone.md"}
    write(tmp_path, mended)
    assert file.read_text() == f"---\nid: {ID}\n---\nx"
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md", "b.json"]


def test_a_reader_of_a_file_that_is_replaced_sees_one_or_the_other(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    bodies = {letter * 300_000 for letter in (b"a", b"b")}
    put(file, min(bodies))
    seen: list[bytes] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(file.read_bytes())

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(10):
        for body in bodies:
            put(file, body)
    done.set()
    for reader in readers:
        reader.join()
    assert set(seen) <= bodies
