"""Which groups solve a service."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db.base import BigId

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "services_solver",
        sa.Column("service_id", BigId, sa.ForeignKey("services_service.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("team_id", BigId, sa.ForeignKey("team.id", ondelete="CASCADE"), primary_key=True, index=True),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("services_solver")
