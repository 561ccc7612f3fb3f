from __future__ import annotations

import gzip
from hashlib import sha256

import brotli

from feedsvc import formats
from tests.formats.samples import NOON

BODY = b"<rss>" + b"<item/>" * 500 + b"</rss>"


def test_a_document_holds_the_same_body_in_three_encodings() -> None:
    made = formats.document("/feeds/all.rss", "application/rss+xml", BODY, modified=NOON)
    assert made.body == BODY
    assert gzip.decompress(made.gzip) == BODY
    assert brotli.decompress(made.br) == BODY
    assert len(made.br) < len(BODY) > len(made.gzip)


def test_every_encoding_has_the_strong_etag_of_its_very_bytes() -> None:
    made = formats.document("/feeds/all.rss", "application/rss+xml", BODY, modified=NOON)
    assert made.etag == f'"{sha256(BODY).hexdigest()[:32]}"'
    assert made.etag_gzip == formats.etag(made.gzip)
    assert len({made.etag, made.etag_gzip, made.etag_br}) == 3


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
    assert gzip.decompress(made.gzip) == brotli.decompress(made.br) == b""
