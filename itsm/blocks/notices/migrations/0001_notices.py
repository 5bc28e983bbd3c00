"""What people are told in the application."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import Utc
from itsm.core.db.base import BigId

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "notices_notice",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id", ondelete="CASCADE")),
        sa.Column("template", sa.String(80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("read_at", Utc()),
    )
    op.create_index("ix_notices_notice_person", "notices_notice", ["person_id", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("notices_notice")
