"""Views of the queue that people keep by a name."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import BigId, Utc

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "saved_view",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("saved_view")
