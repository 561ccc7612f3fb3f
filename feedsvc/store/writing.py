"""Write items, and keep in step what is derived from them: terms, media, search words, old names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, delete
from sqlalchemy import insert as into
from sqlalchemy import select as query
from sqlalchemy import update as change

from feedsvc.model import Item
from feedsvc.store import search, sql
from feedsvc.store.rows import row_of
from feedsvc.store.schema import item, item_alias, item_media, item_term, revision
from feedsvc.store.terms import terms_of
from feedsvc.store.times import to_ms


def insert(c: Connection, items: Sequence[Item], seq: int) -> list[Item]:
    """Add new items as part of change `seq`; return them with their `pk` and `seq`, in the same order."""
    stored = []
    for chunk in sql.chunks(items):
        rows = [row_of(each, seq) for each in chunk]
        numbered = c.execute(into(item).returning(item.c.id, item.c.pk), rows)
        pks: dict[str, int] = {row.id: row.pk for row in numbered}
        added = [replace(each, pk=pks[each.id], seq=seq) for each in chunk]
        _derive(c, added)
        search.add(c, [(each.pk, each.article) for each in added])
        stored += added
    return stored


def update(c: Connection, items: Sequence[Item], seq: int) -> None:
    """Replace stored items, by `pk`, as part of change `seq`.

    What is replaced is kept as a revision, and a slug that changes goes on finding its item. An
    item is withdrawn this way too: its row stays as a tombstone.
    """
    for chunk in sql.chunks(items):
        pks = [each.pk for each in chunk]
        _keep_revisions(c, pks)
        _keep_slugs(c, chunk)
        by_pk = change(item).where(item.c.pk == bindparam("this_pk"))
        c.execute(by_pk, [{**row_of(each, seq), "this_pk": each.pk} for each in chunk])
        for table in (item_term, item_media):
            c.execute(delete(table).where(table.c.item_pk.in_(pks)))
        _derive(c, chunk)
        search.replace(c, [(each.pk, each.article) for each in chunk])


def rename(c: Connection, source: str, old_guid: str, new_guid: str) -> None:
    """Let an item be known by a new guid within its source; its id stays, and the old guid as an alias."""
    renamed = change(item).where(item.c.source == source, item.c.guid == old_guid)
    pk = c.execute(renamed.values(guid=new_guid).returning(item.c.pk)).scalar_one_or_none()
    if pk is not None:
        sql.put(c, item_alias, [{"kind": "guid", "alias": old_guid, "item_pk": pk}])


def _keep_revisions(c: Connection, pks: Sequence[int]) -> None:
    kept = query(item.c.pk, item.c.seq, item.c.updated, item.c.hash, item.c.article).where(item.c.pk.in_(pks))
    c.execute(into(revision).from_select(["item_pk", "seq", "at", "hash", "article"], kept))


def _keep_slugs(c: Connection, items: Sequence[Item]) -> None:
    current = query(item.c.pk, item.c.slug).where(item.c.pk.in_([each.pk for each in items]))
    old = {row.pk: row.slug for row in c.execute(current)}
    moved = [each for each in items if old.get(each.pk, each.slug) != each.slug]
    sql.put(c, item_alias, [{"kind": "slug", "alias": old[i.pk], "item_pk": i.pk} for i in moved])


def _derive(c: Connection, items: Sequence[Item]) -> None:
    terms = [
        {"kind": k, "value": v, "label": label, "item_pk": each.pk, "published": to_ms(each.published)}
        for each in items
        for k, v, label in terms_of(each)
    ]
    media = [
        {"source": each.source, "path": path, "item_pk": each.pk}
        for each in items
        for path in dict.fromkeys(each.media)
    ]
    for table, rows in ((item_term, terms), (item_media, media)):
        for chunk in sql.chunks(rows):
            c.execute(into(table), chunk)
