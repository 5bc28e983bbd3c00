"""Imports from a page, with their reports."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import BigId, Json, Utc

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "import_run",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("importer", sa.String(80), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("stored_file.sha256", ondelete="RESTRICT")),
        sa.Column("refused_sha256", sa.String(64), sa.ForeignKey("stored_file.sha256", ondelete="RESTRICT")),
        sa.Column("size", BigId, nullable=False),
        sa.Column("mapping", sa.String(255), nullable=False),
        sa.Column("mapping_text", sa.Text, nullable=False),
        sa.Column("activate", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
        sa.Column("done", BigId, nullable=False),
        sa.Column("total", BigId, nullable=False),
        sa.Column("tried", Json),
        sa.Column("made", Json),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("import_run")
