"""Ready answers and macros."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import Utc
from itsm.core.db.base import BigId
from itsm.core.db.types import Json

revision = "0001"
down_revision = None

SHARED = sa.text("person_id IS NULL")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "answers_ready",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("label", Json, nullable=False),
        sa.Column("team_id", BigId, sa.ForeignKey("team.id", ondelete="RESTRICT")),
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE")),
        sa.Column("body", Json, nullable=False),
        sa.Column("version", BigId, nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.UniqueConstraint("person_id", "what", "key"),
    )
    op.create_index("ix_answers_ready_team_id", "answers_ready", ["team_id"])
    op.create_index(
        "uq_answers_ready_shared", "answers_ready", ["what", "key"], unique=True,
        sqlite_where=SHARED, postgresql_where=SHARED,
    )  # fmt: skip


def downgrade() -> None:
    """Drop it."""
    op.drop_table("answers_ready")
