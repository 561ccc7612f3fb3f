from __future__ import annotations

import _sqlite3
import ctypes
from dataclasses import replace
from datetime import timedelta

from feedsvc.model import Document
from feedsvc.store import Store, rendered

from .samples import NOW


def _document(path: str, body: bytes = b"<rss/>") -> Document:
    return Document(
        path=path,
        content_type="application/rss+xml",
        modified=NOW,
        body=body,
        gzip=b"\x1f\x8b",
        br=b"\x00\xff",
        etag='"a"',
        etag_gzip='"b"',
        etag_br='"c"',
        valid_until=NOW + timedelta(hours=1),
        links=('<https://hub.example/>; rel="hub"', "<self>"),
    )


def _put(store: Store, *paths: str, body: bytes = b"<rss/>") -> int:
    with store.write() as t:
        for path in paths:
            rendered.put(t.connection, _document(path, body), t.seq())
        return t.seq()


def test_a_document_comes_back_as_it_was_with_its_change(store: Store) -> None:
    seq = _put(store, "/a.rss")
    with store.read() as c:
        assert rendered.find(c, "/a.rss") == replace(_document("/a.rss"), seq=seq)
        assert rendered.find(c, "/b.rss") is None


def test_a_new_document_replaces_the_old_one(store: Store) -> None:
    _put(store, "/a.rss")
    seq = _put(store, "/a.rss", body=b"<rss></rss>")
    with store.read() as c:
        assert rendered.since(c, 0, 10) == [replace(_document("/a.rss", b"<rss></rss>"), seq=seq)]


def test_a_removed_document_is_not_found_but_told(store: Store) -> None:
    _put(store, "/a.rss", "/b.rss")
    with store.write() as t:
        rendered.remove(t.connection, "/a.rss", t.seq())
        rendered.remove(t.connection, "/never.rss", t.seq())
    with store.read() as c:
        assert rendered.find(c, "/a.rss") is None
        assert rendered.paths(c) == ["/b.rss"]
        (told,) = rendered.since(c, 1, 10)
        assert (told.path, told.content_type, told.body, told.seq) == ("/a.rss", "", b"", 2)


def test_a_removed_document_can_come_back(store: Store) -> None:
    _put(store, "/a.rss")
    with store.write() as t:
        rendered.remove(t.connection, "/a.rss", t.seq())
    _put(store, "/a.rss")
    with store.read() as c:
        assert rendered.paths(c) == ["/a.rss"]


def test_a_limit_never_cuts_a_change_in_two(store: Store) -> None:
    _put(store, "/a.rss", "/a.atom", "/a.json")
    _put(store, "/b.rss")
    with store.read() as c:
        first = rendered.since(c, 0, 2)
        assert [each.path for each in first] == ["/a.atom", "/a.json", "/a.rss"]
        assert [each.path for each in rendered.since(c, first[-1].seq, 2)] == ["/b.rss"]
        assert rendered.since(c, 2, 2) == []


def test_plain_bytes_that_are_large_are_left_out_where_there_is_gzip_of_them(store: Store) -> None:
    seq = _put(store, "/large.rss", body=b"x" * 101)
    _put(store, "/small.rss", body=b"x" * 100)
    alone = replace(_document("/alone.rss", b"x" * 101), gzip=b"", etag_gzip="")
    with store.write() as t:
        rendered.put(t.connection, alone, t.seq())
    with store.read() as c:
        found = {
            each.path: each for each in rendered.find_all(c, ["/large.rss", "/small.rss", "/alone.rss"], 100)
        }
    assert found["/large.rss"] == replace(_document("/large.rss", b""), seq=seq)
    assert {path: len(each.body) for path, each in found.items()} == {
        "/large.rss": 0, "/small.rss": 100, "/alone.rss": 101,
    }  # fmt: skip


def test_reading_many_documents_leaves_no_memory_behind(store: Store) -> None:
    paths = [f"/{number}.rss" for number in range(40)]
    _put(store, *paths, body=b"x" * 100_000)
    used = ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used
    used.restype = ctypes.c_int64
    with store.read() as c:
        assert rendered.find(c, "/none.rss") is None
        before = used()
        assert len(rendered.find_all(c, paths, 200_000)) == 40
        assert used() < before + 300_000
