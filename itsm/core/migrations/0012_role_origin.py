"""Roles know whether they were given by hand or follow another party."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column; what there is was given by hand."""
    op.add_column("role_grant", sa.Column("origin", sa.String(80), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("role_grant", "origin")
