"""An item as the columns of its row, and back."""

from __future__ import annotations

from sqlalchemy import Row

from feedsvc.model import Item
from feedsvc.store.codec import decode, decode_texts, encode, encode_texts
from feedsvc.store.times import from_ms, from_ms_or_none, to_ms, to_ms_or_none


def row_of(item: Item) -> dict[str, object]:
    """Return the values of every column."""
    article = item.article
    return {
        "pk": item.pk,
        "id": item.id,
        "source": item.source,
        "guid": item.guid,
        "slug": item.slug,
        "state": item.state,
        "published": to_ms(item.published),
        "updated": to_ms(item.updated),
        "expires": to_ms_or_none(article.expires),
        "first_seen": to_ms(item.first_seen),
        "withdrawn_at": to_ms_or_none(item.withdrawn_at),
        "hash": item.hash,
        "seq": item.seq,
        "language": article.language,
        "title": article.title,
        "article": encode(article),
        "media": encode_texts(item.media),
    }


def item_of(row: Row[tuple[object, ...]]) -> Item:
    """Return the item of a whole row."""
    return Item(
        id=row.id,
        source=row.source,
        guid=row.guid,
        slug=row.slug,
        article=decode(row.article),
        published=from_ms(row.published),
        updated=from_ms(row.updated),
        first_seen=from_ms(row.first_seen),
        hash=row.hash,
        state=row.state,
        withdrawn_at=from_ms_or_none(row.withdrawn_at),
        media=decode_texts(row.media),
        seq=row.seq,
        pk=row.pk,
    )
