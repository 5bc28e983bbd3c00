"""Merged and provisional people, domains of organisations, marks that end, versions of groups."""

from collections.abc import Sequence
from typing import Any, Literal

import sqlalchemy as sa
from alembic import op

from itsm.core.db import Utc
from itsm.core.db.base import BigId

revision = "0004"
down_revision = "0003"

UNCONFIRMED = sa.text("provisional")
MARKED = ("person", "organisation")


def upgrade() -> None:
    """Add the columns and the table."""
    _add("organisation", [sa.Column("premium_until", Utc()), _merged_into("organisation")])
    provisional: sa.Column[bool] = sa.Column("provisional", sa.Boolean(), nullable=False, server_default=sa.false())
    _add("person", [sa.Column("premium_until", Utc()), provisional, _merged_into("person")])
    op.add_column("team", sa.Column("version", BigId, nullable=False, server_default="1"))
    for table in MARKED:
        op.create_index(f"ix_{table}_merged_into_id", table, ["merged_into_id"])
    op.create_index(
        "ix_person_provisional", "person", ["created_at"], sqlite_where=UNCONFIRMED, postgresql_where=UNCONFIRMED
    )
    op.create_table(
        "organisation_domain",
        sa.Column("id", BigId, primary_key=True),
        sa.Column(
            "organisation_id", BigId, sa.ForeignKey("organisation.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("domain", sa.String(253), nullable=False),
        sa.Column("domain_fold", sa.String(253), nullable=False, unique=True),
    )


def _merged_into(table: str) -> sa.Column[int]:
    return sa.Column("merged_into_id", BigId, sa.ForeignKey(f"{table}.id", ondelete="RESTRICT"))


def _add(table: str, columns: Sequence[sa.Column[Any]]) -> None:
    """SQLite builds the table anew, for it adds no key to one that stands."""
    recreate: Literal["always", "never"] = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table(table, recreate=recreate) as batch:
        for column in columns:
            batch.add_column(column)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("organisation_domain")
    op.drop_index("ix_person_provisional", "person")
    for table in MARKED:
        op.drop_index(f"ix_{table}_merged_into_id", table)
    for table, columns in (
        ("team", ["version"]),
        ("person", ["merged_into_id", "provisional", "premium_until"]),
        ("organisation", ["merged_into_id", "premium_until"]),
    ):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
