"""Databases as earlier versions left them: made at a revision, and filled as that version filled them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from alembic import command
from sqlalchemy import Connection, inspect, text

from feedsvc.model import Item
from feedsvc.store import Store, migrate, schema, search, sql
from feedsvc.store.rows import row_of
from feedsvc.store.terms import terms_of
from feedsvc.store.times import to_ms
from tests.store.samples import NOW, article, by, item, tagged

DUTCH = article("De kade", language="nl-BE", tags=("storm",), feeds=("front",))
ITEMS = (
    tagged("live", "Storm", "harbour", hours=-3),
    tagged("later", "storm", hours=5),
    tagged("draft", "storm", state="draft"),
    tagged("gone", "storm", "harbour", hours=-9, state="withdrawn", withdrawn_at=NOW),
    item("brief", about=replace(article("Brief"), expires=NOW + timedelta(hours=2), tags=("storm",))),
    item("over", about=replace(article("Over"), expires=NOW - timedelta(minutes=2), tags=("storm",))),
    by("named", "Anna Berg", "anna berg", hours=-4),
    item("dutch", about=DUTCH, media=("kade.jpg",)),
)


def make_at(store: Store, revision: str) -> None:
    """Make the tables of a revision in an empty database."""
    if store.dialect == "sqlite":
        assert store._file
        store._file.make()
    with store.write() as tx:
        migrate.upgrade(tx.connection, revision)


def downgrade(store: Store, revision: str) -> None:
    """Bring the tables back to a revision."""
    with store.write() as tx:
        command.downgrade(migrate.script(tx.connection), revision)


def fill_first(store: Store, items: Sequence[Item] = ITEMS) -> None:
    """Write items into tables of the first revision, as the first version did."""
    with store.write() as tx:
        c, seq = tx.connection, tx.seq()
        for pk, each in zip(sql.numbers(c, schema.item, len(items)), items, strict=True):
            stored = replace(each, pk=pk, seq=seq)
            _insert(c, "item", row_of(stored))
            for kind, value, label in terms_of(stored):
                key = {"kind": kind, "value": value, "published": to_ms(stored.published), "item_pk": pk}
                _insert(c, "item_term", {**key, "label": label})
            for path in stored.media:
                _insert(c, "item_media", {"source": stored.source, "path": path, "item_pk": pk})
            search.add(c, [(pk, stored.article)])


def shape(store: Store) -> dict[str, object]:
    """Return what tells one database's tables from another's: columns, keys, indexes, checks; not rows."""
    with store.read() as c:
        seen = inspect(c)
        found: dict[str, object] = {
            table: (
                [
                    (column["name"], str(column["type"]), column["nullable"])
                    for column in seen.get_columns(table)
                ],
                seen.get_pk_constraint(table),
                sorted(map(str, seen.get_indexes(table))),
                sorted(map(str, seen.get_foreign_keys(table))),
                sorted(map(str, seen.get_unique_constraints(table))),
                sorted(map(str, seen.get_check_constraints(table))),
            )
            for table in seen.get_table_names()
            if not table.startswith("search_")
        }
        if store.dialect == "sqlite":
            made = c.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
            found["sqlite"] = {row.name: row.sql.replace('"', "") for row in made}
    return found


def _insert(c: Connection, table: str, row: dict[str, object]) -> None:
    columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    c.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row)
