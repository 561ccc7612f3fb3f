"""The tables, one MetaData for SQLite and PostgreSQL; times are integer milliseconds UTC.

`migrations/` creates them; a test holds the two against each other. The search index differs too
much between the databases to stand here: see search.py. Tables of the task queue are the queue's.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

# SQLite numbers rows by itself only where the key's type is exactly INTEGER.
_Number = BigInteger().with_variant(Integer(), "sqlite")
# Names compare and sort by code point everywhere, whatever locale a PostgreSQL was created with.
_Name = Text().with_variant(Text(collation="C"), "postgresql")


def _name(name: str) -> Column[str]:
    return Column(name, _Name, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _integer(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _maybe(name: str) -> Column[int]:
    return Column(name, BigInteger)


def _item_pk() -> Column[int]:
    return Column("item_pk", _Number, ForeignKey("item.pk", ondelete="CASCADE"), nullable=False)


clock = Table(
    "clock",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    _integer("seq"),
    CheckConstraint("one = 1", name="clock_one_check"),
)

meta = Table("meta", metadata, Column("key", _Name, primary_key=True), _text("value"))

schedule = Table(
    "schedule",
    metadata,
    Column("name", _Name, primary_key=True),
    _integer("every_ms"),
    _integer("next_at"),
    Index("schedule_next_at", "next_at"),
)

source = Table(
    "source",
    metadata,
    Column("key", _Name, primary_key=True),
    _text("kind"),
    _text("title"),
    _text("url"),
    Column("etag", Text),
    Column("last_modified", Text),
    _maybe("next_at"),
    _maybe("last_try"),
    _maybe("last_success"),
    Column("failures", Integer, nullable=False),
    _text("error"),
    Column("held", Integer, nullable=False),
    Column("paused", Boolean, nullable=False),
)

source_file = Table(
    "source_file",
    metadata,
    Column("source", _Name, primary_key=True),
    Column("path", _Name, primary_key=True),
    _integer("size"),
    _integer("mtime_ns"),
    _integer("inode"),
    _text("hash"),
    _text("guid"),
)

source_problem = Table(
    "source_problem",
    metadata,
    Column("pk", _Number, primary_key=True),
    _name("source"),
    _name("path"),
    _text("code"),
    _text("message"),
    Column("line", Integer, nullable=False),
    Column("column", Integer, nullable=False),
    _text("field"),
    _text("excerpt"),
    _text("severity"),
    Index("source_problem_path", "source", "path"),
)

item = Table(
    "item",
    metadata,
    Column("pk", _Number, primary_key=True),
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
    Column("language", Text),
    _text("title"),
    _text("article"),
    _text("media"),
    # Its place in the order in which items were first shown: archives are made of it, for ever.
    _maybe("number"),
    UniqueConstraint("id", name="item_id_key"),
    UniqueConstraint("source", "guid", name="item_source_guid_key"),
    UniqueConstraint("slug", name="item_slug_key"),
    CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="item_state_check"),
    # With all that says whether the public may see an item, so that no row is read to leave it out.
    Index("item_published", "state", "published", "pk", "expires"),
    Index("item_updated", "state", "updated", "pk"),
    Index("item_expires", "state", "expires"),
    Index("item_withdrawn", "state", "withdrawn_at", "pk"),
    Index("item_source_published", "source", "published", "pk"),
    Index("item_seq", "seq", "pk"),
    # Also finds, under NULL, what was never shown.
    Index("item_number", "number", "state", "published", "pk"),
)

item_alias = Table(
    "item_alias",
    metadata,
    Column("kind", _Name, primary_key=True),
    Column("alias", _Name, primary_key=True),
    Column("item_pk", _Number, ForeignKey("item.pk", ondelete="CASCADE"), primary_key=True),
    Index("item_alias_item", "item_pk"),
    sqlite_with_rowid=False,
)

revision = Table(
    "revision",
    metadata,
    Column("pk", _Number, primary_key=True),
    _item_pk(),
    _integer("seq"),
    _integer("at"),
    _text("hash"),
    _text("article"),
    Index("revision_item", "item_pk", "seq"),
)

# The key itself is the walk "newest items of a tag": SQLite stores the rows in its order. Beside it
# stands what else decides whether the public sees an item, so that counting reads no other table
# (for PostgreSQL the migration includes it in the key; to say so here would load its dialect always).
item_term = Table(
    "item_term",
    metadata,
    _name("kind"),
    _name("value"),
    _name("state"),
    # When it was published; of a tombstone, when it was withdrawn.
    _integer("at"),
    _item_pk(),
    _maybe("expires"),
    _text("label"),
    PrimaryKeyConstraint("kind", "value", "state", "at", "item_pk", name="item_term_pkey"),
    Index("item_term_item", "item_pk"),
    sqlite_with_rowid=False,
)

# How many items have a term in a state: see tallies.py.
tally = Table(
    "tally",
    metadata,
    _name("kind"),
    _name("state"),
    _name("value"),
    _name("label"),
    _integer("number"),
    PrimaryKeyConstraint("kind", "state", "value", "label", name="tally_pkey"),
    sqlite_with_rowid=False,
)

item_media = Table(
    "item_media",
    metadata,
    Column("source", _Name, primary_key=True),
    Column("path", _Name, primary_key=True),
    Column("item_pk", _Number, ForeignKey("item.pk", ondelete="CASCADE"), primary_key=True),
    Index("item_media_item", "item_pk"),
    sqlite_with_rowid=False,
)

feed = Table(
    "feed",
    metadata,
    Column("path", _Name, primary_key=True),
    _text("fingerprint"),
    _integer("updated"),
    _text("members"),
    _maybe("asked"),
    _maybe("valid_until"),
)

archive_page = Table(
    "archive_page",
    metadata,
    Column("path", _Name, primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    # It holds the feed's items whose number is from `first` on and below `until`.
    _integer("first"),
    _maybe("until"),
    Column("filled", Integer, nullable=False),
    # As in `feed`, from its first rendering on.
    Column("fingerprint", Text),
    _maybe("updated"),
    Column("members", Text),
    _maybe("valid_until"),
)

rendered = Table(
    "rendered",
    metadata,
    Column("path", _Name, primary_key=True),
    _integer("seq"),
    _text("content_type"),
    _integer("modified"),
    Column("body", LargeBinary, nullable=False),
    Column("gzip", LargeBinary, nullable=False),
    Column("br", LargeBinary, nullable=False),
    _text("etag"),
    _text("etag_gzip"),
    _text("etag_br"),
    _maybe("valid_until"),
    _text("links"),
    Index("rendered_seq", "seq", "path"),
)

# Kept by day, and the days of long ago as one; nothing in it says who asked.
audience_day = Table(
    "audience_day",
    metadata,
    _integer("day"),
    _name("feed"),
    _name("format"),
    _integer("requests"),
    _integer("unchanged"),
    _integer("bytes"),
    PrimaryKeyConstraint("day", "feed", "format", name="audience_day_pkey"),
    sqlite_with_rowid=False,
)
