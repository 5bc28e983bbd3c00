"""Tickets that arrived without what is asked of people at a form."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db.types import NullJson

revision = "0005"
down_revision = "0004"

NEWEST_FIRST = sa.text("id DESC")
LACKING = sa.text("incomplete IS NOT NULL")


def upgrade() -> None:
    """Add the column, and an index over the few that lack something."""
    op.add_column("ticket", sa.Column("incomplete", NullJson))
    op.create_index("ix_ticket_incomplete", "ticket", [NEWEST_FIRST], sqlite_where=LACKING, postgresql_where=LACKING)


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_ticket_incomplete", "ticket")
    op.drop_column("ticket", "incomplete")
