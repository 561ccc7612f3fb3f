"""What is kept stays in bounds, and a sequence that is looked for as a whole is found as a whole."""

from __future__ import annotations

from feedsvc.memo import Memo


def test_what_is_kept_is_found_until_something_else_takes_its_place() -> None:
    memo: Memo[str] = Memo(100)
    assert memo.look("", ["a"]) == [None]
    memo.put("", "a", "one", 10)
    memo.put("", "b", "two", 10)
    assert memo.look("", ["b", "c", "a"]) == ["two", None, "one"]
    memo.put("", "a", "other", 10)
    assert memo.look("", ["a"]) == ["other"]


def test_what_was_asked_for_longest_ago_leaves_first() -> None:
    memo: Memo[str] = Memo(100)
    for name in "abcdefghij":
        memo.put("", name, name, 10)
    assert memo.look("", ["a"]) == ["a"]
    memo.put("", "k", "k", 10)
    assert memo.look("", ["a", "b", "k"]) == ["a", None, "k"]


def test_what_takes_a_place_gives_back_the_room_of_what_was_there() -> None:
    memo: Memo[str] = Memo(100)
    for _ in range(50):
        memo.put("", "a", "a", 40)
    memo.put("", "b", "b", 60)
    assert memo.look("", ["a", "b"]) == ["a", "b"]


def test_what_is_larger_than_the_room_is_not_kept() -> None:
    memo: Memo[str] = Memo(100)
    memo.put("", "a", "a", 101)
    assert memo.look("", ["a"]) == [None]


def test_a_sequence_longer_than_the_room_is_kept_once_it_is_widened() -> None:
    memo: Memo[int] = Memo(100, most_bytes=1000)
    memo.widen(500)
    for number in range(60):
        memo.put("", number, number, 10)
    assert memo.look("", range(60)) == [*range(60)]


def test_widening_has_an_end_and_never_takes_room_away() -> None:
    memo: Memo[int] = Memo(100, most_bytes=200)
    memo.widen(10_000)
    memo.widen(0)
    for number in range(60):
        memo.put("", number, number, 10)
    assert sum(each is not None for each in memo.look("", range(60))) == 20


def test_the_room_of_a_memo_stays_as_it_is_without_a_bound_to_widen_to() -> None:
    memo: Memo[int] = Memo(20)
    memo.widen(10_000)
    for number in range(3):
        memo.put("", number, number, 10)
    assert memo.look("", range(3)) == [None, 1, 2]


def test_a_name_may_be_on_many_shelves_and_leaves_each_by_itself() -> None:
    memo: Memo[str] = Memo(30)
    for shelf in ("red", "blue", "green", "black"):
        memo.put(shelf, "a", shelf, 10)
    assert [memo.look(shelf, ["a"]) for shelf in ("red", "blue", "black")] == [[None], ["blue"], ["black"]]
