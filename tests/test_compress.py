"""Denser encodings come after the news, and change nothing but the bytes on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import brotli
import pytest

from feedsvc import compress as compressing
from feedsvc import formats
from feedsvc.compress import compress
from feedsvc.store import clock, rendered
from tests.desk import Desk, desk

PATH = "/feeds/all.rss"


@pytest.fixture
def room(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk(tmp_path, url=database_url) as opened:
        for number in range(5):
            opened.save(f"{number}.md", f"Item {number}", "The sea wall held, said the harbour master. " * 20)
        opened.look()
        opened.publish()
        yield opened


def test_what_is_published_gets_its_brotli_afterwards(room: Desk) -> None:
    store = room.service.store
    with store.read() as connection:
        before = rendered.find(connection, PATH)
    assert before is not None
    assert before.br == b""
    # Three formats, and four embeds.
    assert compress(store) == 7
    with store.read() as connection:
        after = rendered.find(connection, PATH)
        seq = clock.seq(connection)
    assert after is not None
    assert brotli.decompress(after.br) == before.body
    assert after.etag_br == formats.etag(after.br)
    assert replace(after, br=b"", etag_br="", seq=before.seq) == before
    assert after.seq > before.seq
    assert compress(store) == 0
    with store.read() as connection:
        assert clock.seq(connection) == seq


def test_a_document_that_changes_meanwhile_is_left_to_the_next_run(
    room: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = formats.brotlied

    def slow(body: bytes) -> bytes:
        monkeypatch.setattr(formats, "brotlied", made)
        room.clock.turn(minutes=1)
        room.save("new.md", "Came in between")
        room.look()
        room.publish()
        return made(body)

    monkeypatch.setattr(formats, "brotlied", slow)
    compress(room.service.store)
    with room.service.store.read() as connection:
        found = rendered.find(connection, PATH)
    assert found is not None
    assert brotli.decompress(found.br) == found.body
    assert b"Came in between" in found.body


def test_small_documents_are_left_alone(room: Desk) -> None:
    assert len(room.bytes("/feeds/storms.json")) < compressing.SMALL
    compress(room.service.store)
    with room.service.store.read() as connection:
        found = rendered.find(connection, "/feeds/storms.json")
    assert found is not None
    assert found.br == b""
