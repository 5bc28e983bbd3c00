"""The tree of services."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import Json
from itsm.core.db.base import BigId

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "services_service",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("key", sa.String(60), nullable=False, unique=True),
        sa.Column("label", Json, nullable=False),
        sa.Column("parent_id", BigId, sa.ForeignKey("services_service.id", ondelete="RESTRICT"), index=True),
        sa.Column("active", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("services_service")
