"""Second factors, passkeys, identities at other parties, sessions and tokens that tell where and when they are used.

Everybody signs in once more: sessions of before do not say by what they were opened.
"""

import sqlalchemy as sa
from alembic import op

from itsm.core.db import Json, Utc
from itsm.core.db.base import BigId

revision = "0009"
down_revision = "0008"

NEW = ("spent", "external_identity", "passkey", "recovery_code", "code_factor", "sign_in_failure", "login_session")


def upgrade() -> None:
    """Add the columns and tables; sessions and failures begin anew."""
    for table in ("login_session", "sign_in_failure"):
        op.drop_table(table)
    op.add_column("account", sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("account", _moment("password_at", nullable=True))
    op.add_column("api_token", sa.Column("addresses", Json, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("api_token", _moment("last_used_at", nullable=True))
    _sessions()
    _factors()
    _others()


def _moment(name: str, *, nullable: bool = False, index: bool = False) -> "sa.Column[object]":
    return sa.Column(name, Utc(), nullable=nullable, index=index)


def _person(*, primary_key: bool = False) -> "sa.Column[int]":
    key = sa.ForeignKey("person.id", ondelete="CASCADE")
    return sa.Column("person_id", BigId, key, primary_key=primary_key, nullable=False, index=not primary_key)


def _sessions() -> None:
    op.create_table(
        "login_session",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("hash", sa.LargeBinary(32), nullable=False, unique=True),
        _person(),
        sa.Column("method", sa.String(60), nullable=False),
        sa.Column("factor", sa.String(20)),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(60), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        *(_moment(name) for name in ("created_at", "expires_at", "seen_at", "confirmed_at")),
        _moment("revoked_at", nullable=True),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("account", sa.LargeBinary(32), nullable=False),
        sa.Column("address", sa.String(60), nullable=False),
        _moment("at"),
    )
    for name in ("account", "address"):
        op.create_index(f"ix_sign_in_failure_{name}", "sign_in_failure", [name, "at"])


def _factors() -> None:
    op.create_table(
        "code_factor",
        _person(primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", BigId, nullable=False),
        _moment("created_at"),
        *(_moment(name, nullable=True) for name in ("confirmed_at", "last_used_at")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", BigId, primary_key=True),
        _person(),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        _moment("created_at"),
        _moment("used_at", nullable=True),
    )
    op.create_table(
        "passkey",
        sa.Column("id", BigId, primary_key=True),
        _person(),
        sa.Column("credential", sa.LargeBinary(1023), nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("counter", BigId, nullable=False),
        sa.Column("transports", Json, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        _moment("created_at"),
        _moment("last_used_at", nullable=True),
    )


def _others() -> None:
    op.create_table(
        "external_identity",
        sa.Column("id", BigId, primary_key=True),
        _person(),
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("method", sa.String(60), nullable=False),
        _moment("created_at"),
        _moment("last_used_at", nullable=True),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_table("spent", sa.Column("hash", sa.LargeBinary(32), primary_key=True), _moment("until", index=True))


def downgrade() -> None:
    """Take them away; everybody signs in once more."""
    for table in NEW:
        op.drop_table(table)
    for table, columns in (("account", ("must_change", "password_at")), ("api_token", ("addresses", "last_used_at"))):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
    op.create_table(
        "login_session",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("hash", sa.LargeBinary(32), nullable=False, unique=True),
        _person(),
        *(_moment(name) for name in ("created_at", "expires_at")),
        _moment("revoked_at", nullable=True),
        sa.Column("agent", sa.String(200), nullable=False),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("who", sa.String(220), nullable=False, index=True),
        _moment("at"),
    )
