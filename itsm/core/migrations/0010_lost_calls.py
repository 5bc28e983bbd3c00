"""Who has an owed call and since when it runs; indexes that SQLite uses too: a parameter never meets `state IN (…)`."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import Utc

revision = "0010"
down_revision = "0009"

DUE, LEASED = sa.text("state = 'due'"), sa.text("state = 'leased'")
BOTH = sa.text("state IN ('due', 'leased')")


def upgrade() -> None:
    """Two columns, an index of what is due, another of what is under way."""
    op.add_column("owed_call", sa.Column("holder", sa.String(80)))
    op.add_column("owed_call", sa.Column("started_at", Utc()))
    op.drop_index("ix_owed_call_claimable", "owed_call")
    op.create_index("ix_owed_call_claimable", "owed_call", ["due", "id"], sqlite_where=DUE, postgresql_where=DUE)
    op.create_index("ix_owed_call_leased", "owed_call", ["lease_until"], sqlite_where=LEASED, postgresql_where=LEASED)


def downgrade() -> None:
    """As it was."""
    op.drop_index("ix_owed_call_leased", "owed_call")
    op.drop_index("ix_owed_call_claimable", "owed_call")
    op.create_index("ix_owed_call_claimable", "owed_call", ["due", "id"], sqlite_where=BOTH, postgresql_where=BOTH)
    op.drop_column("owed_call", "started_at")
    op.drop_column("owed_call", "holder")
