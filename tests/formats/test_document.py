from __future__ import annotations

import gzip
from hashlib import sha256

import brotli

from feedsvc import formats
from tests.formats.samples import NOON

BODY = b"<rss>" + b"<item/>" * 500 + b"</rss>"


def test_a_document_is_ready_at_once_plain_and_as_gzip() -> None:
    made = formats.document("/feeds/all.rss", "application/rss+xml", BODY, modified=NOON)
    assert made.body == BODY
    assert gzip.decompress(made.gzip) == BODY
    assert len(made.gzip) < len(BODY)
    assert (made.br, made.etag_br) == (b"", "")
    assert brotli.decompress(formats.brotlied(BODY)) == BODY


def test_every_encoding_has_the_strong_etag_of_its_very_bytes() -> None:
    made = formats.document("/feeds/all.rss", "application/rss+xml", BODY, modified=NOON)
    assert made.etag == f'"{sha256(BODY).hexdigest()[:32]}"'
    assert made.etag_gzip == formats.etag(made.gzip)
    assert made.etag != made.etag_gzip


def test_the_same_body_is_the_same_document() -> None:
    one, two = (
        formats.document("/a", "b", BODY, modified=NOON, links=("c",), valid_until=NOON) for _ in "12"
    )
    assert one == two
    assert (one.links, one.valid_until, one.modified) == (("c",), NOON, NOON)
    # RFC 1952 §2.3: four bytes of modification time, which is none.
    assert one.gzip[4:8] == bytes(4)


def test_an_empty_body_is_a_document_too() -> None:
    made = formats.document("/a", "text/plain", b"", modified=NOON)
    assert gzip.decompress(made.gzip) == b""
