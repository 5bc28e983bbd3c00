"""People, addresses, organisations, contracts, teams."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from itsm.core.db import Base, Id

NAME = String(200)


class Organisation(Base):
    """A company or a department whose people ask for help; a scope, not a tenant."""

    __tablename__ = "organisation"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(NAME)
    name_fold: Mapped[str] = mapped_column(NAME, index=True)
    premium: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    contracts: Mapped[list["Contract"]] = relationship(order_by="Contract.number_fold", lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012


class Contract(Base):
    """A contract of an organisation, known by its number."""

    __tablename__ = "contract"

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(String(80))
    number_fold: Mapped[str] = mapped_column(String(80), unique=True)
    valid_until: Mapped[datetime | None]


class Person(Base):
    """A user, a contact or both; a contact becomes a user when an account is made."""

    __tablename__ = "person"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(NAME)
    name_fold: Mapped[str] = mapped_column(NAME, index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    locale: Mapped[str] = mapped_column(String(2), default="en")
    timezone: Mapped[str] = mapped_column(String(60), default="")
    premium: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    addresses: Mapped[list["Address"]] = relationship(order_by="Address.id", lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012


class Address(Base):
    """One way to reach and to recognise a person: e-mail, phone, chat id or the number in another system."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("type", "value_fold"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    type: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(NAME)
    value_fold: Mapped[str] = mapped_column(NAME)


class Team(Base):
    """A group, division or department; `line` says which line of support it is, if any."""

    __tablename__ = "team"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(60), unique=True)
    label: Mapped[dict[str, Any]]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    head_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    level: Mapped[str] = mapped_column(String(12), default="group")
    line: Mapped[str] = mapped_column(String(20), default="")
    active: Mapped[bool] = mapped_column(default=True)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)


class TeamMember(Base):
    """A person's place in a team."""

    __tablename__ = "team_member"
    __table_args__ = (Index("ix_team_member_person", "person_id"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
