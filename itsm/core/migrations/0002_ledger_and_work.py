"""The ledger with its guards, owed work, and the facts of the desk."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import Json, Utc
from itsm.core.db.base import BigId

revision = "0002"
down_revision = "0001"

CLAIMABLE = sa.text("state IN ('due', 'leased')")
UNDONE = sa.text("state <> 'done'")
MESSAGE = "the ledger is only added to"
# An integrity error on both databases.
REFUSE = f"""
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$
"""
CALL = "EXECUTE FUNCTION refuse_change()"


def upgrade() -> None:
    """Make the tables."""
    _events()
    _guard_events()
    _work()
    _desk()


def downgrade() -> None:
    """Drop them."""
    for table in (
        "plugin_fault", "plugin", "desk_fact", "schedule", "lease", "owed_call",
        "event_text", "event", "stream_head",
    ):  # fmt: skip
        op.drop_table(table)  # its triggers go with it
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")


def _events() -> None:
    op.create_table(
        "stream_head",
        sa.Column("stream", sa.String(20), primary_key=True),
        sa.Column("subject_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("position", BigId, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("epoch", BigId, nullable=False),
        sa.Column("position", BigId, nullable=False),
        sa.Column("stream", sa.String(20), nullable=False),
        sa.Column("subject_id", BigId, nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("occurred_at", Utc(), nullable=False),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.Column("actor_id", BigId),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("origin", sa.String(8), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40)),
        sa.Column("state", sa.String(40)),
        sa.Column("category", sa.String(8)),
        sa.Column("outcome", sa.String(12)),
        sa.Column("team_id", BigId),
        sa.Column("assignee_id", BigId),
        sa.Column("service_id", BigId),
        sa.Column("priority", BigId),
        sa.Column("facts", Json, nullable=False),
        sa.Column("texts_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.UniqueConstraint("stream", "subject_id", "seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_position", "event", ["epoch", "position", "id"])
    op.create_table(
        "event_text",
        sa.Column("event_id", BigId, sa.ForeignKey("event.id", ondelete="RESTRICT"), primary_key=True),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("texts", Json, nullable=False),
    )


def _guard_events() -> None:
    """Nobody changes the ledger: UPDATE, DELETE, INSERT OR REPLACE and TRUNCATE are refused by the database itself."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(REFUSE)
        for table, door in (("event", "UPDATE OR DELETE"), ("event_text", "UPDATE")):
            op.execute(f"CREATE TRIGGER {table}_stays BEFORE {door} ON {table} FOR EACH ROW {CALL}")
            op.execute(f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {CALL}")
        return
    # INSERT OR REPLACE deletes first: `recursive_triggers` (set by the engine) lets event_not_deleted see that.
    replaced = "WHEN EXISTS (SELECT 1 FROM event_text WHERE event_id = NEW.event_id)"
    for name, door, condition in (
        ("event_not_changed", "UPDATE ON event", ""),
        ("event_not_deleted", "DELETE ON event", ""),
        ("event_text_not_changed", "UPDATE ON event_text", ""),
        ("event_text_not_replaced", "INSERT ON event_text", replaced),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {door} {condition} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END")


def _work() -> None:
    op.create_table(
        "owed_call",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("plugin", sa.String(40), nullable=False),
        sa.Column("args", Json, nullable=False),
        sa.Column("lane", sa.String(160)),
        sa.Column("key", sa.String(200), unique=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("due", Utc(), nullable=False),
        sa.Column("attempts", BigId, nullable=False),
        sa.Column("lease_until", Utc()),
        sa.Column("token", sa.String(36)),
        sa.Column("error", sa.Text()),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("done_at", Utc()),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_owed_call_claimable", "owed_call", ["due", "id"], sqlite_where=CLAIMABLE, postgresql_where=CLAIMABLE
    )
    op.create_index("ix_owed_call_lane", "owed_call", ["lane", "id"], sqlite_where=UNDONE, postgresql_where=UNDONE)
    op.create_table(
        "lease",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("until", Utc(), nullable=False),
    )
    op.create_table(
        "schedule",
        sa.Column("name", sa.String(120), primary_key=True),
        sa.Column("next_due", Utc(), nullable=False),
    )


def _desk() -> None:
    op.create_table(
        "desk_fact",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.String(200), nullable=False),
    )
    op.create_table(
        "plugin",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
    )
    op.create_table(
        "plugin_fault",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("plugin", sa.String(40), nullable=False),
        sa.Column("hook", sa.String(80), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("milliseconds", BigId, nullable=False),
    )
    op.create_index("ix_plugin_fault_plugin", "plugin_fault", ["plugin", "at"])
