"""The addresses of the script: what caches and other sites are told, and nothing else."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest

from feedsvc.headlines.strings import STRINGS, strings
from feedsvc.web.scripts import newest
from tests.web.newsroom import Newsroom

FIXED = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    opened = Newsroom(tmp_path)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        (newest().path, "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"),
        (newest().pinned_path, "public, max-age=31536000, immutable"),
    ],
)
def test_the_script_is_for_everybody_and_for_caches(newsroom: Newsroom, path: str, cache: str) -> None:
    bodies = {}
    for coding, read in (("identity", bytes), ("gzip", gzip.decompress), ("br", brotli.decompress)):
        answer = newsroom.client.get(path, headers={"Accept-Encoding": coding, "Cookie": "session=1"})
        assert answer.status_code == 200
        assert {name: answer.headers[name] for name in FIXED} == FIXED
        assert answer.headers["Cache-Control"] == cache
        assert answer.headers.get("Content-Encoding", "identity") == coding
        assert "Set-Cookie" not in answer.headers
        bodies[coding] = read(answer.data)
        again = newsroom.client.get(
            path, headers={"Accept-Encoding": coding, "If-None-Match": answer.headers["ETag"]}
        )
        assert (again.status_code, again.data, again.headers["Cache-Control"]) == (304, b"", cache)
        assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert len(set(bodies.values())) == 1


def test_the_builder_is_told_what_the_newest_script_is(newsroom: Newsroom) -> None:
    script = newest()
    body = newsroom.client.get(script.pinned_path).data
    assert body == newsroom.client.get(script.path).data
    digest = base64.b64encode(hashlib.sha384(body).digest()).decode()
    assert script.integrity == f"sha384-{digest}"
    assert script.gzip_size == len(gzip.compress(body, 9, mtime=0))


@pytest.mark.parametrize(
    "path", ["/embed/v1.9999.0123456789.js", "/embed/v1.1.0000000000.js", "/embed/v2.js", "/embed/v1.x.y.js"]
)
def test_a_script_that_never_was_is_not_found(newsroom: Newsroom, path: str) -> None:
    assert newsroom.client.get(path).status_code == 404


def test_every_language_has_every_word() -> None:
    assert {frozenset(words) for words in STRINGS.values()} == {
        frozenset({"empty", "more", "new_tab", "pause"})
    }


@pytest.mark.parametrize(
    ("language", "more"),
    [
        ("de-CH", "Weitere Schlagzeilen"),
        ("AR", "المزيد من العناوين"),
        ("fr_CA", "Plus de titres"),
        ("zh-Hant-TW", "More headlines"),
        (None, "More headlines"),
        ("", "More headlines"),
    ],
)
def test_words_come_in_the_language_or_its_base_or_in_english(language: str | None, more: str) -> None:
    assert strings(language)["more"] == more
