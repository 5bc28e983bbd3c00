"""When a person was erased."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import Utc

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column."""
    op.add_column("person", sa.Column("erased_at", Utc()))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("person", "erased_at")
