"""Who brought a stored content."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db.base import BigId

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the table; contents from before belong to nobody and are named by who sees them somewhere."""
    content = sa.ForeignKey("stored_file.sha256", ondelete="CASCADE")
    person = sa.ForeignKey("person.id", ondelete="CASCADE")
    op.create_table(
        "stored_upload",
        sa.Column("sha256", sa.String(64), content, primary_key=True),
        sa.Column("person_id", BigId, person, primary_key=True, index=True),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("stored_upload")
