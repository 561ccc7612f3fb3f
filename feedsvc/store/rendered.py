"""The rendered documents, by path: what web processes serve and watch for changes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, case, func, literal, select, update

from feedsvc.model import Document
from feedsvc.store import sql
from feedsvc.store.codec import decode_texts, encode_texts
from feedsvc.store.schema import rendered
from feedsvc.store.times import from_ms, from_ms_or_none, to_ms, to_ms_or_none

_NO_BODY = {"body": b"", "gzip": b"", "br": b"", "etag": "", "etag_gzip": "", "etag_br": ""}


def put(c: Connection, document: Document, seq: int) -> None:
    """Store a document as part of change `seq`, in place of what its path held."""
    row = {
        "path": document.path,
        "seq": seq,
        "content_type": document.content_type,
        "modified": to_ms(document.modified),
        "body": document.body,
        "gzip": document.gzip,
        "br": document.br,
        "etag": document.etag,
        "etag_gzip": document.etag_gzip,
        "etag_br": document.etag_br,
        "valid_until": to_ms_or_none(document.valid_until),
        "links": encode_texts(document.links),
    }
    sql.put(c, rendered, [row])


def add_br(c: Connection, path: str, etag: str, br: bytes, etag_br: str, seq: int) -> None:
    """Add the brotli bytes of a document whose plain bytes have this ETag; another one stays as it is."""
    same = (rendered.c.path == path, rendered.c.etag == etag, _is_live)
    c.execute(update(rendered).where(*same).values(br=br, etag_br=etag_br, seq=seq))


def remove(c: Connection, path: str, seq: int) -> None:
    """Take a document away as part of change `seq`; `since` tells of it with an empty content type."""
    gone = {**_NO_BODY, "content_type": "", "seq": seq, "valid_until": None, "links": "[]"}
    c.execute(update(rendered).where(rendered.c.path == path, _is_live).values(gone))


def since(c: Connection, seq: int, limit: int) -> list[Document]:
    """Return what changed after `seq`, oldest change first; removed documents have content type "".

    Changes are never cut in two: the answer holds whole ones, so it may be longer than `limit`, and
    asking on from the last document's `seq` misses nothing.
    """
    later = select(rendered.c.seq).where(rendered.c.seq > seq).order_by(rendered.c.seq)
    last = c.execute(later.limit(1).offset(limit - 1)).scalar_one_or_none()
    query = select(rendered).where(rendered.c.seq > seq).order_by(rendered.c.seq, rendered.c.path)
    if last is not None:
        query = query.where(rendered.c.seq <= last)
    return [_document(row) for row in c.execute(query)]


def changes(c: Connection, seq: int) -> list[tuple[str, int]]:
    """Return path and change of each document that changed after `seq`, the oldest change first."""
    later = select(rendered.c.path, rendered.c.seq).where(rendered.c.seq > seq)
    return [(row.path, row.seq) for row in c.execute(later.order_by(rendered.c.seq, rendered.c.path))]


def find_all(c: Connection, paths: Sequence[str], max_plain: int) -> list[Document]:
    """Return the documents at these paths that are there.

    Plain bytes that are more than `max_plain` are left out, and not read, where there is gzip of them.
    """
    is_left_out = (func.length(rendered.c.body) > max_plain) & (func.length(rendered.c.gzip) > 0)
    body = case((is_left_out, literal(b"")), else_=rendered.c.body).label("body")
    columns = [body if column is rendered.c.body else column for column in rendered.c]
    found: list[Document] = []
    for chunk in sql.chunks(paths):
        some = select(*columns).where(rendered.c.path.in_(chunk), _is_live)
        found += [_document(row) for row in c.execute(some)]
    sql.let_go(c)
    return found


def find(c: Connection, path: str) -> Document | None:
    """Return the document at a path, or None where there is none (any more)."""
    row = c.execute(select(rendered).where(rendered.c.path == path, _is_live)).one_or_none()
    return None if row is None else _document(row)


def heads(c: Connection) -> list[Document]:
    """Return every document that is there without its bytes, by path; what encodings it has its tags tell."""
    columns = [column for column in rendered.c if column.name not in ("body", "gzip", "br")]
    query = select(*columns, *(literal(b"").label(name) for name in ("body", "gzip", "br")))
    return [_document(row) for row in c.execute(query.where(_is_live).order_by(rendered.c.path))]


def paths(c: Connection) -> list[str]:
    """Return the path of every document that is there, sorted."""
    return list(c.execute(select(rendered.c.path).where(_is_live).order_by(rendered.c.path)).scalars())


_is_live = rendered.c.content_type != ""


def _document(row: Row[tuple[object, ...]]) -> Document:
    return Document(
        path=row.path,
        content_type=row.content_type,
        modified=from_ms(row.modified),
        body=row.body,
        gzip=row.gzip,
        br=row.br,
        etag=row.etag,
        etag_gzip=row.etag_gzip,
        etag_br=row.etag_br,
        valid_until=from_ms_or_none(row.valid_until),
        links=decode_texts(row.links),
        seq=row.seq,
    )
