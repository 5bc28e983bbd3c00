"""Folds are compared and sorted by code points on PostgreSQL too, whatever the locale of its database."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

FOLDS = (
    ("organisation", "name_fold", 200),
    ("organisation_domain", "domain_fold", 253),
    ("contract", "number_fold", 80),
    ("person", "name_fold", 200),
    ("address", "value_fold", 200),
    ("account", "login_fold", 200),
    ("ticket", "title_fold", 400),
    ("ticket_tag", "fold", 60),
)


def upgrade() -> None:
    """Give the columns the collation of code points, which SQLite has from the start."""
    _collate("C")


def downgrade() -> None:
    """Give them the database's own again."""
    _collate("default")


def _collate(collation: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        for table, column, length in FOLDS:
            op.alter_column(table, column, type_=sa.String(length, collation=collation))
