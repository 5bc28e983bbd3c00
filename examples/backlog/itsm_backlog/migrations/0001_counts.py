"""One count for each night, group and category."""

import sqlalchemy as sa
from alembic import op

from itsm.plugins import BigId, Utc

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "backlog_count",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("night", Utc(), nullable=False),
        sa.Column("team_id", BigId, sa.ForeignKey("team.id", ondelete="CASCADE")),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("tickets", BigId, nullable=False),
    )
    op.create_index("ix_backlog_count_night", "backlog_count", ["night"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("backlog_count")
