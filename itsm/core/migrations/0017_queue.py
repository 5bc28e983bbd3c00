"""Indexes for the orders in which the queue can be read."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
UNFINISHED = sa.text("category IN ('new', 'open', 'waiting')")
INDEXES = (
    ("ix_ticket_opened", "opened_at", None),
    ("ix_ticket_updated", "updated_at", None),
    ("ix_ticket_opened_open", "opened_at", UNFINISHED),
    ("ix_ticket_updated_open", "updated_at", UNFINISHED),
)


def upgrade() -> None:
    """Add them."""
    for name, column, where in INDEXES:
        op.create_index(name, "ticket", [column, "id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Drop them."""
    for name, _, _ in INDEXES:
        op.drop_index(name, "ticket")
