"""Tickets and what hangs on them."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import Json, Utc
from itsm.core.db.base import BigId

revision = "0003"
down_revision = "0002"

UNFINISHED = sa.text("category IN ('new', 'open', 'waiting')")
NEWEST_FIRST = sa.text("id DESC")


def upgrade() -> None:
    """Make the tables."""
    _tickets()
    _ticket_indexes()
    _talk()
    _ties()
    _imports()


def downgrade() -> None:
    """Drop them."""
    for table in (
        "ticket_import", "ticket_watcher", "ticket_tag", "ticket_link",
        "work_time", "ticket_attachment", "ticket_comment", "ticket",
    ):  # fmt: skip
        op.drop_table(table)


def _tickets() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("category", sa.String(8), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("title_fold", sa.String(400), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("priority", BigId, nullable=False),
        sa.Column("priority_pinned", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("registered_by_id", BigId, sa.ForeignKey("person.id", ondelete="RESTRICT")),
        sa.Column("contact_id", BigId, sa.ForeignKey("person.id", ondelete="RESTRICT")),
        sa.Column("requested_for_id", BigId, sa.ForeignKey("person.id", ondelete="RESTRICT")),
        sa.Column("organisation_id", BigId, sa.ForeignKey("organisation.id", ondelete="RESTRICT")),
        sa.Column("service_id", BigId),
        sa.Column("topic", sa.String(60)),
        sa.Column("closing_topic", sa.String(60)),
        sa.Column("team_id", BigId, sa.ForeignKey("team.id", ondelete="RESTRICT")),
        sa.Column("assignee_id", BigId, sa.ForeignKey("person.id", ondelete="RESTRICT")),
        sa.Column("premium", sa.Boolean(), nullable=False),
        sa.Column("parent_id", BigId, sa.ForeignKey("ticket.id", ondelete="RESTRICT"), index=True),
        sa.Column("merged_into_id", BigId, sa.ForeignKey("ticket.id", ondelete="RESTRICT")),
        sa.Column("fields", Json, nullable=False),
        sa.Column("version", BigId, nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("taken_at", Utc()),
        sa.Column("resolved_at", Utc()),
        sa.Column("closed_at", Utc()),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column("external_source", sa.String(40)),
        sa.Column("external_id", sa.String(120)),
        sa.UniqueConstraint("external_source", "external_id"),
        sqlite_autoincrement=True,
    )


def _ticket_indexes() -> None:
    for column in ("state", "priority", "team_id", "assignee_id", "requested_for_id", "contact_id", "registered_by_id",
                   "organisation_id", "service_id"):  # fmt: skip
        op.create_index(f"ix_ticket_{column.removesuffix('_id')}", "ticket", [column, NEWEST_FIRST])
    op.create_index("ix_ticket_kind", "ticket", ["kind", "category", NEWEST_FIRST])
    _unfinished_index("ix_ticket_open")
    _unfinished_index("ix_ticket_team_open", "team_id")
    _unfinished_index("ix_ticket_assignee_open", "assignee_id")


def _unfinished_index(name: str, *columns: str) -> None:
    """An index over the few tickets that are not resolved yet."""
    op.create_index(name, "ticket", [*columns, NEWEST_FIRST], sqlite_where=UNFINISHED, postgresql_where=UNFINISHED)


def _talk() -> None:
    op.create_table(
        "ticket_comment",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id", ondelete="RESTRICT"), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("author_id", BigId, sa.ForeignKey("person.id", ondelete="RESTRICT")),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ticket_comment_ticket", "ticket_comment", ["ticket_id", "id"])
    op.create_table(
        "ticket_attachment",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id", ondelete="RESTRICT"), nullable=False, index=True),
        sa.Column("comment_id", BigId, sa.ForeignKey("ticket_comment.id", ondelete="RESTRICT")),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("stored_file.sha256", ondelete="RESTRICT"), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("added_by_id", BigId, sa.ForeignKey("person.id", ondelete="RESTRICT")),
        sa.Column("created_at", Utc(), nullable=False),
    )
    op.create_table(
        "work_time",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id", ondelete="RESTRICT"), nullable=False, index=True),
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="RESTRICT"), nullable=False, index=True),
        sa.Column("minutes", BigId, nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
    )


def _ties() -> None:
    op.create_table(
        "ticket_link",
        sa.Column("from_id", BigId, sa.ForeignKey("ticket.id", ondelete="RESTRICT"), primary_key=True),
        sa.Column("to_id", BigId, sa.ForeignKey("ticket.id", ondelete="RESTRICT"), primary_key=True, index=True),
        sa.Column("type", sa.String(20), primary_key=True),
        sa.Column("created_at", Utc(), nullable=False),
    )
    op.create_table(
        "ticket_tag",
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id", ondelete="RESTRICT"), primary_key=True),
        sa.Column("fold", sa.String(60), primary_key=True, index=True),
        sa.Column("tag", sa.String(60), nullable=False),
    )
    op.create_table(
        "ticket_watcher",
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id", ondelete="RESTRICT"), primary_key=True),
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True),
    )


def _imports() -> None:
    op.create_table(
        "ticket_import",
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id", ondelete="RESTRICT"), primary_key=True),
        sa.Column("steps", BigId, nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
    )
