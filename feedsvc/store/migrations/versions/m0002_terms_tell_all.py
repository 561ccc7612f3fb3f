"""Let terms and indexes tell by themselves what the public sees, so that feeds read no other rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

# Aside and back, and not renamed: so every name that a database gives by itself comes out the same.
_SET_ASIDE = "CREATE TABLE item_term_aside AS SELECT kind, value, item_pk, label FROM item_term"
_FILL = """
    INSERT INTO item_term (kind, value, state, at, item_pk, expires, label)
    SELECT kind, value, state,
           CASE WHEN state = 'withdrawn' THEN coalesce(withdrawn_at, published) ELSE published END AS at,
           item_pk, expires, label
    FROM item_term_aside JOIN item ON pk = item_pk ORDER BY kind, value, state, at, item_pk"""
_FILL_AS_BEFORE = """
    INSERT INTO item_term (kind, value, published, item_pk, label)
    SELECT kind, value, published, item_pk, label
    FROM item_term_aside JOIN item ON pk = item_pk ORDER BY kind, value, published, item_pk"""


def upgrade() -> None:
    """Put state, time and expiry beside each term, and what the walks need into the indexes."""
    if _is_done():
        return
    _index("item_published", "state", "published", "pk", "expires")
    op.create_index("item_withdrawn", "item", ["state", "withdrawn_at", "pk"])
    _remake_terms(
        _name("state"),
        sa.Column("at", sa.BigInteger, nullable=False),
        _item_pk(),
        sa.Column("expires", sa.BigInteger),
        key=sa.PrimaryKeyConstraint(
            "kind", "value", "state", "at", "item_pk", name="item_term_pkey", postgresql_include=["expires"]
        ),
        fill=_FILL,
    )


def downgrade() -> None:
    """Bring terms and indexes back to what they were; nothing is lost, for the items hold it all."""
    op.drop_index("item_withdrawn", "item")
    _index("item_published", "state", "published", "pk")
    _remake_terms(
        sa.Column("published", sa.BigInteger, nullable=False),
        _item_pk(),
        key=sa.PrimaryKeyConstraint("kind", "value", "published", "item_pk"),
        fill=_FILL_AS_BEFORE,
    )


def _is_done() -> bool:
    # For one day the first revision made these tables: databases of that day are found as they should be.
    return "state" in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("item_term")}


def _index(name: str, *columns: str) -> None:
    op.drop_index(name, "item")
    op.create_index(name, "item", list(columns))


def _remake_terms(*columns: sa.Column[str] | sa.Column[int], key: sa.PrimaryKeyConstraint, fill: str) -> None:
    op.execute(_SET_ASIDE)
    op.drop_table("item_term")
    op.create_table(
        "item_term",
        _name("kind"),
        _name("value"),
        *columns,
        sa.Column("label", sa.Text, nullable=False),
        key,
        sqlite_with_rowid=False,
    )
    op.execute(fill)
    op.create_index("item_term_item", "item_term", ["item_pk"])
    op.drop_table("item_term_aside")


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, _NAME, nullable=False)


def _item_pk() -> sa.Column[int]:
    return sa.Column("item_pk", _NUMBER, sa.ForeignKey("item.pk", ondelete="CASCADE"), nullable=False)
