"""Accounts, roles, tokens and sessions; secrets are stored as hashes only."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id, folded


class Account(Base):
    """What lets a person sign in. password_hash: empty for who signs in by other ways only; `must_change`: the password
    was given by somebody else and is good for choosing one's own."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    login: Mapped[str] = mapped_column(String(200))
    login_fold: Mapped[str] = mapped_column(folded(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    disabled: Mapped[bool] = mapped_column(default=False)
    must_change: Mapped[bool] = mapped_column(default=False, server_default=false())
    password_at: Mapped[datetime | None]


class Role(Base):
    """A named set of permissions; roles are data."""

    __tablename__ = "role"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    label: Mapped[dict[str, Any]]
    permissions: Mapped[list[Any]]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012


DESK_WIDE = text("organisation_id IS NULL")
LIMITED = text("organisation_id IS NOT NULL")


class RoleGrant(Base):
    """A person's role: for the whole desk, or within one organisation.

    origin: empty where somebody gave it, else the other party that it follows: oidc.company. Two partial indexes keep a
    grant from being there twice, for to a unique index one NULL is not like another.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        Index(
            "uq_role_grant_desk", "person_id", "role", unique=True,
            sqlite_where=DESK_WIDE, postgresql_where=DESK_WIDE,
        ),
        Index(
            "uq_role_grant_organisation", "person_id", "role", "organisation_id", unique=True,
            sqlite_where=LIMITED, postgresql_where=LIMITED,
        ),
    )  # fmt: skip

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(ForeignKey("role.key", ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    origin: Mapped[str] = mapped_column(String(80), default="", server_default="")


class Token(Base):
    """An API token: 256 random bits, of which only the SHA-256 is kept; `scopes` narrow the person's permissions,
    `addresses` (networks such as 10.0.0.0/8) from where it works; none: from everywhere."""

    __tablename__ = "api_token"

    id: Mapped[Id]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    addresses: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    last_used_at: Mapped[datetime | None]


class LoginSession(Base):
    """A signed-in browser; ending it works at the next request.

    method: how they came in; factor: what was proved besides. whole: nothing is lacking; until then it opens nothing
    but the next step of signing in. seen_at is written at most every few minutes. confirmed_at: when they last proved
    that it is still them.
    """

    __tablename__ = "login_session"

    id: Mapped[Id]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    method: Mapped[str] = mapped_column(String(60))
    factor: Mapped[str | None] = mapped_column(String(20))
    whole: Mapped[bool]
    address: Mapped[str] = mapped_column(String(60))
    agent: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInFailure(Base):
    """An attempt that was not (or not yet) a success, to slow guessing down.

    account: a hash of what was typed, for people type passwords there by mistake. address: the caller's network.
    """

    __tablename__ = "sign_in_failure"
    __table_args__ = (
        Index("ix_sign_in_failure_account", "account", "at"),
        Index("ix_sign_in_failure_address", "address", "at"),
    )

    id: Mapped[Id]
    account: Mapped[bytes] = mapped_column(LargeBinary(32))
    address: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class CodeFactor(Base):
    """Codes by time of an authenticator app. sealed: the secret, encrypted; confirmed_at: the first code was right.

    last_step: the time step of the last code taken; a code of it or before is refused.
    """

    __tablename__ = "code_factor"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of the codes for whoever lost the second factor; each is good once."""

    __tablename__ = "recovery_code"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A WebAuthn credential. counter: as the authenticator last told it; one that does not grow is a copy."""

    __tablename__ = "passkey"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    credential: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    counter: Mapped[int]
    transports: Mapped[list[Any]]
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class ExternalIdentity(Base):
    """Somebody whom another party (issuer) knows as `subject` is this person."""

    __tablename__ = "external_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(300))
    method: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class Spent(Base):
    """Something that is good once (a challenge, a state) and was used; kept until it could not be used anyway."""

    __tablename__ = "spent"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)
