"""How one person likes the desk to look."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import BigId, Json

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "preference",
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("value", Json, nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("preference")
