"""Accounts, roles, tokens and sessions; secrets are stored as hashes only."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id, folded


class Account(Base):
    """What lets a person sign in."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    login: Mapped[str] = mapped_column(String(200))
    login_fold: Mapped[str] = mapped_column(folded(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    disabled: Mapped[bool] = mapped_column(default=False)


class Role(Base):
    """A named set of permissions; roles are data."""

    __tablename__ = "role"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    label: Mapped[dict[str, Any]]
    permissions: Mapped[list[Any]]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012


class RoleGrant(Base):
    """A person's role."""

    __tablename__ = "role_grant"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(ForeignKey("role.key", ondelete="CASCADE"), primary_key=True)


class Token(Base):
    """An API token: 256 random bits, of which only the SHA-256 is kept; `scopes` narrow the person's permissions."""

    __tablename__ = "api_token"

    id: Mapped[Id]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LoginSession(Base):
    """A signed-in browser; ending it works at the next request."""

    __tablename__ = "login_session"

    id: Mapped[Id]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    agent: Mapped[str] = mapped_column(String(200), default="")


class SignInFailure(Base):
    """A failed sign-in, counted per account and per address to slow guessing down."""

    __tablename__ = "sign_in_failure"

    id: Mapped[Id]
    who: Mapped[str] = mapped_column(String(220), index=True)
    at: Mapped[datetime]
