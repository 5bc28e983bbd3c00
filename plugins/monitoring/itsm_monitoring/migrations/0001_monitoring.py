"""Each trouble that a sender has told of."""

import sqlalchemy as sa
from alembic import op

from itsm.plugins import BigId, Json, Utc

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "monitoring_alert",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("name", sa.String(32), nullable=False, unique=True),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("key", sa.String(400), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("labels", Json, nullable=False),
        sa.Column("began", Utc()),
        sa.Column("ended", Utc()),
        sa.Column("changed_at", Utc()),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.Column("ends", Json, nullable=False),
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id", ondelete="SET NULL"), index=True),
        sa.Column("heard", BigId, nullable=False),
        sa.Column("repeats", BigId, nullable=False),
        sa.Column("first_at", Utc(), nullable=False),
        sa.Column("last_at", Utc(), nullable=False),
        sa.Column("proposed", sa.String(20), nullable=False),
    )
    op.create_index("ix_monitoring_alert_status", "monitoring_alert", ["status", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("monitoring_alert")
