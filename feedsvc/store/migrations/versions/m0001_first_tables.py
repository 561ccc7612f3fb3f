"""Make the first tables: items and their history, sources, feeds, rendered documents, the schedule."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make every table of the first release, and the first row of the change sequence."""
    _make_clock()
    _make_sources()
    _make_items()
    _make_what_items_have()
    _make_feeds()
    _make_search()


def downgrade() -> None:
    """Refuse: a backup was made before the upgrade."""
    raise NotImplementedError("restore the backup that the upgrade made")


def _make_clock() -> None:
    op.create_table(
        "clock",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        _integer("seq"),
        sa.CheckConstraint("one = 1", name="clock_one_check"),
    )
    op.execute("INSERT INTO clock (one, seq) VALUES (1, 0)")
    op.create_table("meta", _key("key"), _text("value"))
    op.create_table("schedule", _key("name"), _integer("every_ms"), _integer("next_at"))
    op.create_index("schedule_next_at", "schedule", ["next_at"])


def _make_sources() -> None:
    op.create_table(
        "source",
        _key("key"),
        _text("kind"),
        _text("title"),
        _text("url"),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        _maybe("next_at"),
        _maybe("last_try"),
        _maybe("last_success"),
        sa.Column("failures", sa.Integer, nullable=False),
        _text("error"),
        sa.Column("held", sa.Integer, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
    )
    op.create_table(
        "source_file",
        _key("source"),
        _key("path"),
        _integer("size"),
        _integer("mtime_ns"),
        _integer("inode"),
        _text("hash"),
        _text("guid"),
    )
    op.create_table(
        "source_problem",
        _pk(),
        _name("source"),
        _name("path"),
        _text("code"),
        _text("message"),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("column", sa.Integer, nullable=False),
        _text("field"),
        _text("excerpt"),
        _text("severity"),
    )
    op.create_index("source_problem_path", "source_problem", ["source", "path"])


def _make_items() -> None:
    op.create_table(
        "item",
        _pk(),
        _name("id"),
        _name("source"),
        _name("guid"),
        _name("slug"),
        _text("state"),
        _integer("published"),
        _integer("updated"),
        _maybe("expires"),
        _integer("first_seen"),
        _maybe("withdrawn_at"),
        _text("hash"),
        _integer("seq"),
        sa.Column("language", sa.Text),
        _text("title"),
        _text("article"),
        _text("media"),
        sa.UniqueConstraint("id", name="item_id_key"),
        sa.UniqueConstraint("source", "guid", name="item_source_guid_key"),
        sa.UniqueConstraint("slug", name="item_slug_key"),
        sa.CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="item_state_check"),
    )
    op.create_index("item_published", "item", ["state", "published", "pk"])
    op.create_index("item_updated", "item", ["state", "updated", "pk"])
    op.create_index("item_expires", "item", ["state", "expires"])
    op.create_index("item_source_published", "item", ["source", "published", "pk"])
    op.create_index("item_seq", "item", ["seq", "pk"])


def _make_what_items_have() -> None:
    op.create_table(
        "revision", _pk(), _item_pk(), _integer("seq"), _integer("at"), _text("hash"), _text("article")
    )
    op.create_index("revision_item", "revision", ["item_pk", "seq"])
    op.create_table(
        "item_alias", _key("kind"), _key("alias"), _item_pk(primary_key=True), sqlite_with_rowid=False
    )
    op.create_index("item_alias_item", "item_alias", ["item_pk"])
    op.create_table(
        "item_term",
        _key("kind"),
        _key("value"),
        sa.Column("published", sa.BigInteger, primary_key=True, autoincrement=False),
        _item_pk(primary_key=True),
        _text("label"),
        sqlite_with_rowid=False,
    )
    op.create_index("item_term_item", "item_term", ["item_pk"])
    op.create_table(
        "item_media", _key("source"), _key("path"), _item_pk(primary_key=True), sqlite_with_rowid=False
    )
    op.create_index("item_media_item", "item_media", ["item_pk"])


def _make_feeds() -> None:
    op.create_table(
        "feed",
        _key("path"),
        _text("fingerprint"),
        _integer("updated"),
        _text("members"),
        _maybe("asked"),
        _maybe("valid_until"),
    )
    op.create_table(
        "rendered",
        _key("path"),
        _integer("seq"),
        _text("content_type"),
        _integer("modified"),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("gzip", sa.LargeBinary, nullable=False),
        sa.Column("br", sa.LargeBinary, nullable=False),
        _text("etag"),
        _text("etag_gzip"),
        _text("etag_br"),
        _maybe("valid_until"),
        _text("links"),
    )
    op.create_index("rendered_seq", "rendered", ["seq", "path"])


def _make_search() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE TABLE search (item_pk bigint PRIMARY KEY REFERENCES item (pk) ON DELETE CASCADE, "
            "words tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX search_words ON search USING gin (words)")
    else:
        # The words come folded and split (words.py): the tokenizer has only to leave them alone.
        op.execute(
            "CREATE VIRTUAL TABLE search USING fts5 "
            "(words, detail = none, tokenize = \"ascii tokenchars '_'\")"
        )


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, _NAME, primary_key=True)


def _pk() -> sa.Column[int]:
    return sa.Column("pk", _NUMBER, primary_key=True)


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, _NAME, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _maybe(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger)


def _item_pk(primary_key: bool = False) -> sa.Column[int]:
    to_item = sa.ForeignKey("item.pk", ondelete="CASCADE")
    return sa.Column("item_pk", _NUMBER, to_item, primary_key=primary_key, nullable=False)
