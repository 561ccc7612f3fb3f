"""Count how often each feed is asked for, by day and format."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make room for the counts; nothing was counted before."""
    op.create_table(
        "audience_day",
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("feed", _NAME, nullable=False),
        sa.Column("format", _NAME, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("unchanged", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "feed", "format", name="audience_day_pkey"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Forget the counts."""
    op.drop_table("audience_day")
