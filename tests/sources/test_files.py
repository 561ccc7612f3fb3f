"""Which names count as items, and what bytes say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.sources import files
from feedsvc.sources.files import Ignore, NotText, decode


@pytest.mark.parametrize(
    "name", ["a.md", "A.MD", "a.markdown", "a.txt", "a.html", "a.htm", "a.json", "a.yml", "a.toml"]
)
def test_text_files_are_items(name: str) -> None:
    assert files.is_item(name)


@pytest.mark.parametrize(
    "name",
    [
        *(".a.md", "~a.md", "a.md~", "#a.md#", ".#a.md", "a.md.swp", "a.md.tmp", "a.md.part", "4913"),
        *("~$a.md", ".~lock.a.md#", ".syncthing.a.md.tmp", "a.md.icloud", "a.md.crdownload", ".DS_Store"),
        *("Thumbs.db", "a.jpg", "a", "md", ".md", "_index.md", "a.md.bak"),
    ],
)
def test_editors_and_synchronisers_leftovers_are_not(name: str) -> None:
    assert not files.is_item(name)


@pytest.mark.parametrize(
    "name", ["a.sync-conflict-20261124-093000-ABCDEFG.md", "a (Anna's conflicted copy).md"]
)
def test_conflict_copies_are_known(name: str) -> None:
    assert files.is_conflict(name)


def test_hidden_and_private_folders_are_closed() -> None:
    closed = [".git", ".obsidian", ".trash", "node_modules", "_site", "_includes", "~x"]
    assert not any(files.is_open(name) for name in closed)
    assert all(files.is_open(name) for name in ["_posts", "_drafts", "world", "2026"])


def test_folders_become_tags_but_for_layouts_years_and_bundles() -> None:
    assert files.folder_tags("content/posts/2026/world/europe/a.md") == ("world", "europe")
    assert files.folder_tags("world/storm/index.md") == ("world",)
    assert files.folder_tags("_posts/a.md") == ()
    assert files.folder_tags("a.md") == ()


def test_names_carry_dates() -> None:
    assert files.dated_name("_posts/2026-11-24-storm-road.md") == ("2026-11-24", "storm-road")
    assert files.dated_name("2026-11-24-storm/index.md") == ("2026-11-24", "storm")
    assert files.dated_name("storm.md") == ("", "storm")


def test_ignore_patterns_match_names_paths_and_folders() -> None:
    ignore = Ignore(["# mine", "", "README*", "drafts/", "/archive/2019/*", "*.txt"])
    assert all(ignore.file(path) for path in ["README.md", "x/README.md", "a.txt", "archive/2019/a.md"])
    assert not any(ignore.file(path) for path in ["a.md", "drafts", "archive/2020/a.md"])
    assert ignore.folder("drafts")
    assert ignore.folder("x/drafts")
    assert not Ignore().folder("drafts")


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        ("Straße\r\nzwei\rdrei".encode(), "Straße\nzwei\ndrei", ""),
        (b"\xef\xbb\xbftitle", "title", ""),
        ("Straße".encode("utf-16"), "Straße", ""),
        ("Straße".encode("utf-16-be").join([b"\xfe\xff", b""]), "Straße", ""),
        ("Straße – “so”".encode("windows-1252"), "Straße – “so”", "Windows-1252"),
        ('<meta charset="koi8-r">Буря'.encode("koi8-r"), '<meta charset="koi8-r">Буря', "koi8-r"),
        (b"", "", ""),
    ],
)
def test_encodings_are_recognised(data: bytes, text: str, encoding: str) -> None:
    assert decode(data) == (text, encoding)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"text\x00text",
        b"\xff\xfe\x00",
        "Straßen und Wälder überall".encode()[:-3] + b"\xc3",
        b'<meta charset="hex">\xff',
        b'<meta charset="nonsense">\xff',
        b"\x81\x8d\xff",
    ],
)
def test_binary_and_damaged_bytes_are_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(NotText, match=r"text|UTF-8|readable"):
        decode(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except NotText:
        return
    assert "\r" not in text
    assert "\x00" not in text
