"""Each time an incident waited."""

import sqlalchemy as sa
from alembic import op

from itsm.plugins import BigId, Utc

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "incidents_wait",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id", ondelete="RESTRICT"), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("supplier_number", sa.String(120)),
        sa.Column("since", Utc(), nullable=False),
        sa.Column("until", Utc()),
        sa.Column("ended_at", Utc()),
        sa.Column("reminders", BigId, nullable=False),
    )
    op.create_index("ix_incidents_wait_ticket", "incidents_wait", ["ticket_id", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("incidents_wait")
