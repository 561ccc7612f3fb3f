"""Keep count of the items with each term, so that lists of tags and authors need not count them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tallies of what is there."""
    op.create_table(
        "tally",
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("value", _NAME, nullable=False),
        sa.Column("label", _NAME, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("kind", "state", "value", "label", name="tally_pkey"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO tally (kind, state, value, label, number) "
        "SELECT kind, state, value, substr(label, 1, 255), count(*) FROM item_term "
        "GROUP BY kind, state, value, substr(label, 1, 255)"
    )


def downgrade() -> None:
    """Forget them: the terms tell."""
    op.drop_table("tally")
