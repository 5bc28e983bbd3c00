"""People, addresses, organisations, contracts, teams."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from itsm.core.db import Base, Id, folded

NAME = String(200)
# In these very words in queries too: SQLite takes the index for no other.
UNCONFIRMED = text("provisional")


class Organisation(Base):
    """A company or a department whose people ask for help; a scope, not a tenant.

    merged_into_id: it was a duplicate; the row stays, for the ledger speaks of it, and what is asked of it leads there.
    """

    __tablename__ = "organisation"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(NAME)
    name_fold: Mapped[str] = mapped_column(folded(200), index=True)
    premium: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    premium_until: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="RESTRICT"), index=True)
    contracts: Mapped[list["Contract"]] = relationship(order_by="Contract.number_fold", lazy="raise_on_sql")
    domains: Mapped[list["OrganisationDomain"]] = relationship(
        order_by="OrganisationDomain.domain_fold", lazy="raise_on_sql"
    )

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012


class Contract(Base):
    """A contract of an organisation, known by its number."""

    __tablename__ = "contract"

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(String(80))
    number_fold: Mapped[str] = mapped_column(folded(80), unique=True)
    valid_until: Mapped[datetime | None]


class OrganisationDomain(Base):
    """A domain whose mail is of this organisation, unique in its ASCII form."""

    __tablename__ = "organisation_domain"

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    domain: Mapped[str] = mapped_column(String(253))
    domain_fold: Mapped[str] = mapped_column(folded(253), unique=True)


class Person(Base):
    """A user, a contact or both; a contact becomes a user when an account is made.

    provisional: met by a channel under an unknown address; somebody confirms them or merges them into one known.
    merged_into_id: they were a duplicate; the row stays, for the ledger speaks of it, and what is asked of it leads
    there. erased_at: nothing is left of them but the number.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_provisional", "created_at", sqlite_where=UNCONFIRMED, postgresql_where=UNCONFIRMED),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(NAME)
    name_fold: Mapped[str] = mapped_column(folded(200), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    locale: Mapped[str] = mapped_column(String(2), default="en")
    timezone: Mapped[str] = mapped_column(String(60), default="")
    premium: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    premium_until: Mapped[datetime | None]
    provisional: Mapped[bool] = mapped_column(default=False, server_default=false())
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    erased_at: Mapped[datetime | None]
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
    value_fold: Mapped[str] = mapped_column(folded(200))


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
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012


class TeamMember(Base):
    """A person's place in a team."""

    __tablename__ = "team_member"
    __table_args__ = (Index("ix_team_member_person", "person_id"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)


class Preference(Base):
    """How one person likes the desk to look: a value that only they see and set, such as the columns of their lists."""

    __tablename__ = "preference"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[dict[str, Any]]
