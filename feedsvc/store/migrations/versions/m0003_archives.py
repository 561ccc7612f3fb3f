"""Number items in the order in which they were first shown, and keep the pages of archives by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the number, what finds the items that have none yet, and the pages."""
    op.add_column("item", sa.Column("number", sa.BigInteger))
    op.create_index("item_number", "item", ["number", "state", "published", "pk"])
    op.create_table(
        "archive_page",
        sa.Column("path", _NAME, primary_key=True),
        sa.Column("page", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("filled", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.Text),
        sa.Column("updated", sa.BigInteger),
        sa.Column("members", sa.Text),
        sa.Column("valid_until", sa.BigInteger),
    )


def downgrade() -> None:
    """Forget the pages: they are made again from the items."""
    op.drop_table("archive_page")
    op.drop_index("item_number", "item")
    # SQLite drops a column by itself; a batch would copy the table.
    op.drop_column("item", "number")
