"""Write items, and keep in step what is derived from them: terms, tallies, media, words, old names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, Update, bindparam, delete, exists, literal_column
from sqlalchemy import insert as into
from sqlalchemy import select as query
from sqlalchemy import update as change

from feedsvc.model import Item
from feedsvc.store import search, sql, tallies
from feedsvc.store.rows import row_of
from feedsvc.store.schema import item, item_alias, item_media, item_term, revision
from feedsvc.store.terms import terms_of
from feedsvc.store.times import to_ms, to_ms_or_none


def insert(c: Connection, items: Sequence[Item], seq: int) -> list[Item]:
    """Add new items as part of change `seq`; return them with their `pk` and `seq`, in the same order."""
    if not items:
        return []
    pks = sql.numbers(c, item, len(items))
    added = [replace(each, pk=pk, seq=seq) for each, pk in zip(items, pks, strict=True)]
    sql.insert(c, item, [{**row_of(each), "number": None} for each in added])
    _derive(c, added, gone=Counter())
    search.add(c, [(each.pk, each.article) for each in added])
    return added


def update(c: Connection, items: Sequence[Item], seq: int) -> None:
    """Replace stored items, by `pk`, as part of change `seq`.

    What is replaced is kept as a revision, and a slug that changes goes on finding its item. An
    item is withdrawn this way too: its row stays as a tombstone.
    """
    changed = [replace(each, seq=seq) for each in items]
    rows = [{**row_of(each), "this_pk": each.pk} for each in changed]
    gone = tallies.held(c, [each.pk for each in changed])
    for statement in _UPDATES:
        sql.each(c, statement, rows)
    _derive(c, changed, gone)
    search.replace(c, [(each.pk, each.article) for each in changed])


def rename(c: Connection, source: str, old_guid: str, new_guid: str) -> None:
    """Let an item be known by a new guid within its source; its id stays, and the old guid as an alias."""
    renamed = change(item).where(item.c.source == source, item.c.guid == old_guid)
    pk = c.execute(renamed.values(guid=new_guid).returning(item.c.pk)).scalar_one_or_none()
    if pk is not None:
        sql.put(c, item_alias, [{"kind": "guid", "alias": old_guid, "item_pk": pk}])


def _derive(c: Connection, items: Sequence[Item], gone: Counter[tallies.Term]) -> None:
    terms = [row for each in items for row in _terms(each)]
    media = [
        {"source": each.source, "path": path, "item_pk": each.pk}
        for each in items
        for path in dict.fromkeys(each.media)
    ]
    sql.insert(c, item_term, terms)
    sql.insert(c, item_media, media)
    tallies.shift(c, gone, Counter(map(_tallied, terms)))


def _terms(of: Item) -> Iterator[dict[str, Any]]:  # the values of columns
    withdrawn = of.state == "withdrawn" and of.withdrawn_at
    same = {
        "state": of.state,
        "at": to_ms(withdrawn or of.published),
        "item_pk": of.pk,
        "expires": to_ms_or_none(of.article.expires),
    }
    for kind, value, label in terms_of(of):
        yield {"kind": kind, "value": value, "label": label, **same}


def _tallied(row: dict[str, Any]) -> tallies.Term:
    return tallies.term(row["kind"], row["state"], row["value"], row["label"])


def _replace_row() -> Update:
    # An item keeps its place in the archives, whatever becomes of it.
    kept: dict[str, object] = {each.name: bindparam(each.name) for each in item.c if each.name != "number"}
    return change(item).where(item.c.pk == bindparam("this_pk")).values(kept)


def _keep_revision() -> Insert:
    kept = query(item.c.pk, item.c.seq, item.c.updated, item.c.hash, item.c.article)
    columns = ["item_pk", "seq", "at", "hash", "article"]
    return into(revision).from_select(columns, kept.where(item.c.pk == bindparam("this_pk")))


def _keep_slug() -> Insert:
    """Note the slug that an item loses, unless it is noted."""
    slug: ColumnElement[str] = literal_column("'slug'")
    noted = exists().where(
        item_alias.c.kind == slug, item_alias.c.alias == item.c.slug, item_alias.c.item_pk == item.c.pk
    )
    lost = query(slug, item.c.slug, item.c.pk)
    lost = lost.where(item.c.pk == bindparam("this_pk"), item.c.slug != bindparam("slug"), ~noted)
    return into(item_alias).from_select(["kind", "alias", "item_pk"], lost)


_UPDATES = (
    _keep_revision(),
    _keep_slug(),
    _replace_row(),
    delete(item_term).where(item_term.c.item_pk == bindparam("this_pk")),
    delete(item_media).where(item_media.c.item_pk == bindparam("this_pk")),
)
"""What replaces an item's row, in this order, beside what is derived from it."""
