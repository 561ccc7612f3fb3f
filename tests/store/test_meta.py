from __future__ import annotations

from feedsvc.store import Store, clock, meta


def test_a_fact_is_unknown_until_it_is_told_and_then_the_last_word_counts(store: Store) -> None:
    with store.write() as t:
        assert meta.get(t.connection, "policy") is None
        meta.put(t.connection, "policy", "1")
        meta.put(t.connection, "policy", "2")
    with store.read() as c:
        assert meta.get(c, "policy") == "2"


def test_a_transaction_takes_one_number_however_often_it_asks(store: Store) -> None:
    with store.write() as t:
        assert (t.seq(), t.seq()) == (1, 1)
    with store.write():
        pass
    with store.read() as c:
        assert clock.seq(c) == 1
