"""Makes two tables, and takes one away."""

import sqlalchemy as sa
from alembic import op

from itsm.plugins import BigId

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "stray", sa.Column("id", BigId, primary_key=True), sa.Column("day", BigId, nullable=False, unique=True)
    )
    op.create_table(
        "bad_mark",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id"), nullable=False),
    )


def downgrade() -> None:
    """Forget one of them."""
    op.drop_table("stray")
