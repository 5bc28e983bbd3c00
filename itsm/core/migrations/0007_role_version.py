"""Roles have a version, so that two administrators do not write over each other."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db.base import BigId

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column("role", sa.Column("version", BigId, nullable=False, server_default="1"))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("role", "version")
