from __future__ import annotations

import gzip
import threading

from hypothesis import given
from hypothesis import strategies as st
from isal import igzip

from feedsvc.web.plain import Unpacked, plain_size


def test_what_is_unpacked_is_what_was_packed() -> None:
    unpacked = Unpacked()
    for body in (b"", b"news", b"harbour news " * 50_000):
        for packed in (gzip.compress(body, mtime=0), igzip.compress(body, 2, mtime=0)):
            assert unpacked.view(packed) == body
            assert plain_size(packed) == len(body)


def test_a_body_that_is_asked_for_again_is_not_unpacked_again() -> None:
    unpacked, packed = Unpacked(), gzip.compress(b"news " * 1000)
    assert unpacked.view(packed).obj is unpacked.view(packed).obj


def test_only_those_that_were_asked_for_last_are_kept() -> None:
    unpacked = Unpacked(max_bytes=3000)
    packed = [gzip.compress(bytes([number]) * 1000) for number in range(4)]
    kept = [id(unpacked.view(each).obj) for each in packed[:3]]
    assert id(unpacked.view(packed[0]).obj) == kept[0]
    unpacked.view(packed[3])
    assert list(unpacked._recent) == [packed[2], packed[0], packed[3]]
    assert unpacked.size == 3000


def test_a_body_above_the_limit_is_kept_alone() -> None:
    unpacked = Unpacked(max_bytes=100)
    small, large = gzip.compress(b"n" * 60), gzip.compress(b"n" * 600)
    assert [len(unpacked.view(each)) for each in (small, large, small)] == [60, 600, 60]
    assert unpacked.size == 60


def test_a_body_that_somebody_still_sends_is_shared_with_who_asks_for_it_next() -> None:
    unpacked = Unpacked(max_bytes=1000)
    first, other = gzip.compress(b"a" * 1000), gzip.compress(b"b" * 1000)
    sending = unpacked.view(first)[700:]
    unpacked.view(other)
    assert list(unpacked._recent) == [other]
    assert unpacked.view(first).obj is sending.obj
    del sending
    unpacked.view(other)
    assert len(unpacked._alive) == 1


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 5000))
def test_the_limit_holds_whatever_is_asked_for(asked: list[int], limit: int) -> None:
    unpacked = Unpacked(limit)
    for number in asked:
        unpacked.view(gzip.compress(bytes([number]) * (300 * number)))
        sizes = [len(each) for each in unpacked._recent.values()]
        assert unpacked.size == sum(sizes)
        assert unpacked.size <= limit or len(sizes) == 1


def test_threads_may_ask_at_the_same_time() -> None:
    unpacked = Unpacked(max_bytes=50_000)
    packed = {number: gzip.compress(bytes([number]) * 10_000) for number in range(8)}
    wrong = []

    def ask() -> None:
        for _ in range(100):
            for number, each in packed.items():
                if unpacked.view(each) != bytes([number]) * 10_000:
                    wrong.append(number)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong
