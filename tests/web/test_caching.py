from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.web.caching import (
    Freshness,
    Representation,
    answer,
    cache_control,
    codings,
    encode,
    etag,
    is_matched,
    prepare,
)
from feedsvc.web.plain import LARGE

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "best"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.0, br;q=0", "identity"),
        ("gzip;q=0, *", "identity"),
        ("*", "gzip"),
        ("*;q=0", "identity"),
        ("identity", "identity"),
        ("gzip;q=0.4, identity;q=0.9", "identity"),
        ("identity;q=0", "gzip"),
        ("identity;q=0, gzip;q=0", "br"),
        ("identity;q=0, *;q=0.1", "gzip"),
        ("deflate", "identity"),
        ("zstd, compress", "identity"),
        (" gzip ; q=0.3 ,, ", "gzip"),
        ("gzip;q=nonsense", "gzip"),
    ],
)
def test_the_coding_is_the_best_that_is_accepted_and_never_a_406(header: str | None, best: str) -> None:
    found = _representation(b"news " * 100)
    status, headers, _ = answer(found, _asked(HTTP_ACCEPT_ENCODING=header), NOW)
    assert status == "200 OK"
    assert dict(headers).get("Content-Encoding", "identity") == best


@pytest.mark.parametrize(
    ("header", "matched"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ('"x",W/"abc" , "y"', True),
        ("*", True),
        (" * ", True),
        ('"abc-gzip"', True),
        ('"abc-gz"', True),
        ('"abc-br"', True),
        ('"abc;gzip"', True),
        ('W/"abc-gzip"', True),
        ('"abcd"', False),
        ('"abc-gzipped"', False),
        ("", False),
        ("abc", False),
        ('"', False),
    ],
)
def test_entity_tags_are_compared_weakly_and_through_proxies(header: str, matched: bool) -> None:
    assert is_matched('"abc"', header) is matched


def test_a_tag_decides_before_a_date() -> None:
    found = _representation(b"news")
    status, _, _ = answer(
        found, _asked(HTTP_IF_NONE_MATCH='"old"', HTTP_IF_MODIFIED_SINCE="Tue, 24 Nov 2026 12:00:00 GMT"), NOW
    )
    assert status.startswith("200")


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Tue, 24 Nov 2026 12:00:00 GMT", 304),
        ("Tue, 24 Nov 2026 12:00:01 GMT", 304),
        ("Tue, 24 Nov 2026 11:59:59 GMT", 200),
        ("yesterday", 200),
        ("", 200),
    ],
)
def test_a_date_decides_where_it_is_one(since: str, status: int) -> None:
    got, _, _ = answer(_representation(b"news"), _asked(HTTP_IF_MODIFIED_SINCE=since), NOW)
    assert got.startswith(str(status))


def test_a_304_has_the_headers_of_the_200_but_those_of_a_body() -> None:
    found = _representation(b"news")
    _, whole, body = answer(found, _asked(), NOW)
    status, headers, nothing = answer(found, _asked(HTTP_IF_NONE_MATCH=dict(whole)["ETag"]), NOW)
    assert (status, nothing) == ("304 Not Modified", b"")
    assert body == b"news"
    assert set(dict(whole)) - set(dict(headers)) == {"Content-Type", "Content-Length"}
    assert {"ETag", "Last-Modified", "Vary", "Link", "Cache-Control"} <= set(dict(headers))


def test_head_has_the_headers_of_get_and_no_body() -> None:
    found = _representation(b"news " * 50)
    for coding in ("gzip", "identity"):
        _, of_get, body = answer(found, _asked(HTTP_ACCEPT_ENCODING=coding), NOW)
        status, of_head, nothing = answer(
            found, _asked(HTTP_ACCEPT_ENCODING=coding, REQUEST_METHOD="HEAD"), NOW
        )
        assert (status, of_head, nothing) == ("200 OK", of_get, b"")
        assert dict(of_get)["Content-Length"] == str(len(body))


@pytest.mark.parametrize("is_read", [True, False])
def test_large_plain_bytes_are_kept_packed_and_sent_as_they_were(is_read: bool) -> None:
    body = b"".join(b"item %d of the harbour news\n" % number for number in range(2000))
    bodies = encode(body)
    packed = bodies["gzip"][1]
    if not is_read:
        bodies["identity"] = (bodies["identity"][0], b"")
    found = prepare(bodies, modified=NOW, headers=(), entity=(), freshness=Freshness(300))
    assert found.size == len(packed)
    for method in ("GET", "HEAD"):
        _, headers, sent = answer(found, _asked(REQUEST_METHOD=method), NOW)
        assert sent == (body if method == "GET" else b"")
        assert isinstance(sent, bytes)
        assert dict(headers)["Content-Length"] == str(len(body))
        assert dict(headers)["ETag"] == etag(body)
        assert "Content-Encoding" not in dict(headers)
    status, _, nothing = answer(found, _asked(HTTP_IF_NONE_MATCH=etag(body)), NOW)
    assert (status, nothing) == ("304 Not Modified", b"")


def test_plain_bytes_that_are_small_or_that_nothing_packs_are_kept_as_they_are() -> None:
    for body in (b"news " * 100, bytes(range(256)) * 200):
        bodies = {"identity": (etag(body), body)}
        if len(body) < LARGE:
            bodies = encode(body)
        found = prepare(bodies, modified=NOW, headers=(), entity=(), freshness=Freshness(300))
        assert found.variants["identity"].held is body
        assert found.size == sum(len(each) for _, each in bodies.values())


def test_each_coding_has_a_tag_of_its_own() -> None:
    tags = [variant.etag for variant in _representation(b"news " * 50).variants.values()]
    assert len(set(tags)) == len(tags)


def test_the_same_bytes_are_the_same_gzip_and_the_same_tag() -> None:
    body = b"news " * 50
    assert encode(body) == encode(body)
    assert gzip.decompress(encode(body)["gzip"][1]) == body


def test_what_gzip_makes_longer_is_sent_as_it_is() -> None:
    assert set(encode(b"news")) == {"identity"}


@pytest.mark.parametrize(
    ("left", "header"),
    [
        (None, "max-age=300, stale-while-revalidate=60, stale-if-error=86400"),
        (timedelta(days=9), "max-age=300, stale-while-revalidate=60, stale-if-error=86400"),
        (timedelta(seconds=320), "max-age=300, stale-while-revalidate=20, stale-if-error=20"),
        (timedelta(seconds=300), "max-age=300"),
        (timedelta(seconds=7.9), "max-age=7"),
        (timedelta(seconds=0.4), "max-age=0"),
        (timedelta(seconds=-5), "max-age=0"),
    ],
)
def test_no_cache_keeps_a_feed_past_the_moment_when_it_changes(left: timedelta | None, header: str) -> None:
    until = NOW + left if left is not None else None
    assert cache_control(Freshness(300, 60, 86_400), until, NOW) == header


_BODIES = st.sampled_from([b"one", b"two", b"three " * 40])
_CODINGS = st.sampled_from([None, "gzip", "br", "gzip, br", "identity", "gzip;q=0", "*"])
_DECORATIONS = st.sampled_from(["{}", "W/{}", '"other", {}', "{}, W/{}"])


@settings(max_examples=150, deadline=None)
@given(_BODIES, _CODINGS, _BODIES, _CODINGS, _DECORATIONS)
def test_a_304_is_given_exactly_when_a_200_would_send_the_same_bytes(
    had: bytes, had_coding: str | None, has: bytes, coding: str | None, decoration: str
) -> None:
    _, headers, received = answer(_representation(had), _asked(HTTP_ACCEPT_ENCODING=had_coding), NOW)
    tag = decoration.format(*[dict(headers)["ETag"]] * 2)
    now_here = _representation(has)
    _, _, would_send = answer(now_here, _asked(HTTP_ACCEPT_ENCODING=coding), NOW)
    status, _, _ = answer(now_here, _asked(HTTP_ACCEPT_ENCODING=coding, HTTP_IF_NONE_MATCH=tag), NOW)
    assert status.startswith("304") == (received == would_send)


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_accept_encoding_gives_an_answer(header: str) -> None:
    assert set(codings(header)) <= {"br", "gzip", "identity"}


def _representation(body: bytes) -> Representation:
    brotli = b"br:" + body
    return prepare(
        {**encode(body), "br": (etag(brotli), brotli)},
        modified=NOW,
        headers=[("Vary", "Accept-Encoding"), ("Link", '<https://harbour.example/>; rel="self"')],
        entity=[("Content-Type", "application/rss+xml")],
        freshness=Freshness(300, 60, 86_400),
    )


def _asked(**headers: str | None) -> dict[str, object]:
    return {"REQUEST_METHOD": "GET", **{name: value for name, value in headers.items() if value is not None}}
