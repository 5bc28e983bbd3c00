"""Requests as they came, and items that wait to be worked off."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import BigId, Json, Utc

revision = "0021"
down_revision = "0020"
WAITING = sa.text("outcome IS NULL")


def upgrade() -> None:
    """Make the table of requests, and room in the items."""
    op.create_table(
        "intake_request",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("received_at", Utc(), nullable=False, index=True),
        sa.Column("content_type", sa.String(120), nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    with op.batch_alter_table("intake") as batch:
        request = sa.ForeignKey("intake_request.id", name="fk_intake_request_id", ondelete="SET NULL")
        batch.add_column(sa.Column("request_id", BigId, request))
        batch.add_column(sa.Column("place", BigId))
        batch.add_column(sa.Column("content", Json))
        batch.add_column(sa.Column("event", sa.String(64)))
        batch.add_column(sa.Column("settled_at", Utc()))
        batch.create_unique_constraint("uq_intake_source_event", ["source", "event"])
    op.create_index("ix_intake_request_id", "intake", ["request_id"])
    op.create_index("ix_intake_waiting", "intake", ["source", "id"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index("ix_intake_received", "intake", ["received_at", "source", "outcome"])


def downgrade() -> None:
    """Take it back."""
    for name in ("ix_intake_received", "ix_intake_waiting", "ix_intake_request_id"):
        op.drop_index(name, "intake")
    with op.batch_alter_table("intake") as batch:
        batch.drop_constraint("uq_intake_source_event", type_="unique")
        batch.drop_constraint("fk_intake_request_id", type_="foreignkey")
        for name in ("settled_at", "event", "content", "place", "request_id"):
            batch.drop_column(name)
    op.drop_table("intake_request")
