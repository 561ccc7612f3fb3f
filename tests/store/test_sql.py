"""Statements that run for many rows."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select

from feedsvc.store import Store, sql
from feedsvc.store.schema import item, meta, source_problem

from .samples import add, change
from .samples import item as made

FORGET = delete(meta).where(meta.c.key == bindparam("this"))


def test_a_statement_runs_once_for_each_row_however_many_there_are(store: Store) -> None:
    rows = [{"key": f"k{number}", "value": "old"} for number in range(sql.CHUNK * 2 + 1)]
    with store.write() as t:
        sql.insert(t.connection, meta, rows)
        sql.put(t.connection, meta, [{"key": row["key"], "value": "new"} for row in rows[1:]])
        sql.each(t.connection, FORGET, [{"this": "k2"}, {"this": "k3"}])
        sql.each(t.connection, FORGET, [])
        left = dict(t.connection.execute(select(meta.c.key, meta.c.value).where(meta.c.key.like("k%"))).all())
    assert len(left) == len(rows) - 2
    assert left["k0"] == "old"
    assert set(left.values()) == {"old", "new"}


def test_numbers_are_unused_and_ascend(store: Store) -> None:
    add(store, made("a"))
    with store.write() as t:
        assert sql.numbers(t.connection, source_problem, 0) == []
        first = sql.numbers(t.connection, item, 3)
        used = set(t.connection.execute(select(item.c.pk)).scalars())
    assert first == sorted(set(first))
    assert not used & set(first)


def test_items_that_are_added_after_others_get_numbers_of_their_own(store: Store) -> None:
    (first,) = add(store, made("a"))
    second, third = add(store, made("b"), made("c"))
    change(store, first)
    assert first.pk < second.pk < third.pk
