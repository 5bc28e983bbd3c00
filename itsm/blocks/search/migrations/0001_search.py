"""The table of documents with its full-text index, and the marks of how far something got."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import Json
from itsm.core.db.base import BigId

revision = "0001"
down_revision = None

SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5"
    "(stems, content='search_document', content_rowid='id', tokenize='ascii')",
    "CREATE TRIGGER search_document_gone AFTER DELETE ON search_document BEGIN "
    "INSERT INTO search_index (search_index, rowid, stems) VALUES ('delete', old.id, old.stems); END",
)
POSTGRESQL = (
    "ALTER TABLE search_document ADD COLUMN vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', stems)) STORED",
    "CREATE INDEX ix_search_document_vector ON search_document USING gin (vector) WITH (gin_pending_list_limit = 1024)",
)


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "search_document",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("subject_id", BigId, nullable=False),
        sa.Column("measure", sa.Double(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_fold", sa.Text(), nullable=False),
        sa.Column("stems", sa.Text(), nullable=False),
        sa.UniqueConstraint("kind", "subject_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "search_mark",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("value", Json, nullable=False),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("search_mark")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_document")
