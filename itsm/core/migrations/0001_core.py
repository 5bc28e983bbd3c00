"""People and their access, configuration, files, intake."""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import Json, Utc
from itsm.core.db.base import BigId

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _organisations()
    _people()
    _access()
    _configuration()
    _files_and_intake()


def downgrade() -> None:
    """Drop them."""
    for table in (
        "intake", "stored_file", "config_active", "config_revision",
        "sign_in_failure", "login_session", "api_token", "role_grant", "role", "account",
        "team_member", "team", "address", "person", "contract", "organisation",
    ):  # fmt: skip
        op.drop_table(table)


def _organisations() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_fold", sa.String(200), nullable=False, index=True),
        sa.Column("premium", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.Column("version", BigId, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
    )
    op.create_table(
        "contract",
        sa.Column("id", BigId, primary_key=True),
        sa.Column(
            "organisation_id", BigId, sa.ForeignKey("organisation.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("number_fold", sa.String(80), nullable=False, unique=True),
        sa.Column("valid_until", Utc()),
    )


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_fold", sa.String(200), nullable=False, index=True),
        sa.Column("organisation_id", BigId, sa.ForeignKey("organisation.id", ondelete="SET NULL"), index=True),
        sa.Column("locale", sa.String(2), nullable=False),
        sa.Column("timezone", sa.String(60), nullable=False),
        sa.Column("premium", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.Column("version", BigId, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
    )
    op.create_table(
        "address",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.Column("value_fold", sa.String(200), nullable=False),
        sa.UniqueConstraint("type", "value_fold"),
    )
    op.create_table(
        "team",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("key", sa.String(60), nullable=False, unique=True),
        sa.Column("label", Json, nullable=False),
        sa.Column("parent_id", BigId, sa.ForeignKey("team.id", ondelete="SET NULL")),
        sa.Column("head_id", BigId, sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("level", sa.String(12), nullable=False),
        sa.Column("line", sa.String(20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fields", Json, nullable=False),
    )
    op.create_table(
        "team_member",
        sa.Column("team_id", BigId, sa.ForeignKey("team.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("ix_team_member_person", "team_member", ["person_id"])


def _access() -> None:
    op.create_table(
        "account",
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("login", sa.String(200), nullable=False),
        sa.Column("login_fold", sa.String(200), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "role",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("label", Json, nullable=False),
        sa.Column("permissions", Json, nullable=False),
    )
    op.create_table(
        "role_grant",
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("role", sa.String(60), sa.ForeignKey("role.key", ondelete="CASCADE"), primary_key=True),
    )
    op.create_table(
        "api_token",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc()),
        sa.Column("revoked_at", Utc()),
    )
    op.create_table(
        "login_session",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("person_id", BigId, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("revoked_at", Utc()),
        sa.Column("agent", sa.String(200), nullable=False),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("who", sa.String(220), nullable=False, index=True),
        sa.Column("at", Utc(), nullable=False),
    )


def _configuration() -> None:
    op.create_table(
        "config_revision",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("document", sa.String(80), nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("author_id", BigId, sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.UniqueConstraint("document", "number"),
    )
    op.create_table(
        "config_active",
        sa.Column("document", sa.String(80), primary_key=True),
        sa.Column("revision_id", BigId, sa.ForeignKey("config_revision.id", ondelete="RESTRICT"), nullable=False),
    )


def _files_and_intake() -> None:
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("size", BigId, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
    )
    op.create_table(
        "intake",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("outcome", sa.String(12)),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("ticket_id", BigId, index=True),
        sa.Column("answer", Json),
        sa.UniqueConstraint("source", "key"),
    )
