"""Roles within an organisation: a grant gets an id of its own and, if it is limited, its organisation."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db.base import BigId

revision = "0013"
down_revision = "0012"

DESK_WIDE = sa.text("organisation_id IS NULL")
LIMITED = sa.text("organisation_id IS NOT NULL")


def upgrade() -> None:
    """Make the table anew, for its primary key changes, and take over what was granted."""
    _set_aside()
    op.create_table(
        "role_grant",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("role", sa.String(60), sa.ForeignKey("role.key", ondelete="CASCADE"), nullable=False),
        sa.Column("organisation_id", BigId, sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True),
        sa.Column("origin", sa.String(80), nullable=False, server_default=""),
    )
    _take_back()
    names = ["person_id", "role"]
    op.create_index(
        "uq_role_grant_desk", "role_grant", names, unique=True, sqlite_where=DESK_WIDE, postgresql_where=DESK_WIDE
    )
    names.append("organisation_id")
    op.create_index(
        "uq_role_grant_organisation", "role_grant", names, unique=True, sqlite_where=LIMITED, postgresql_where=LIMITED
    )


def downgrade() -> None:
    """Back to grants for the whole desk; those within an organisation are lost, for they would grow."""
    op.execute("DELETE FROM role_grant WHERE organisation_id IS NOT NULL")
    _set_aside()
    op.create_table(
        "role_grant",
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("role", sa.String(60), sa.ForeignKey("role.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("origin", sa.String(80), nullable=False, server_default=""),
    )
    _take_back()


def _set_aside() -> None:
    """Copied and dropped, not renamed: on PostgreSQL the old table would keep the names of its constraints."""
    op.execute("CREATE TABLE role_grant_before AS SELECT person_id, role, origin FROM role_grant")
    op.drop_table("role_grant")


def _take_back() -> None:
    op.execute("INSERT INTO role_grant (person_id, role, origin) SELECT person_id, role, origin FROM role_grant_before")
    op.drop_table("role_grant_before")
