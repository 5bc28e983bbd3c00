"""How long hooks took."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db.base import BigId

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "machinery_hook_time",
        sa.Column("plugin", sa.String(40), primary_key=True),
        sa.Column("hook", sa.String(160), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("count", BigId, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("longest", sa.Float(), nullable=False),
        sa.Column("within_1ms", BigId, nullable=False),
        sa.Column("within_10ms", BigId, nullable=False),
        sa.Column("within_100ms", BigId, nullable=False),
        sa.Column("within_1s", BigId, nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("machinery_hook_time")
