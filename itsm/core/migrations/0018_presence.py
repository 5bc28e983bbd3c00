"""Who looks at a ticket just now."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import BigId, Utc

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the table."""
    ticket = sa.ForeignKey("ticket.id", ondelete="CASCADE")
    person = sa.ForeignKey("person.id", ondelete="CASCADE")
    op.create_table(
        "ticket_presence",
        sa.Column("ticket_id", BigId, ticket, primary_key=True),
        sa.Column("person_id", BigId, person, primary_key=True, index=True),
        sa.Column("editing", sa.Boolean, nullable=False),
        sa.Column("seen_at", Utc(), nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("ticket_presence")
