"""Tickets and what hangs on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, desc, text
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id, folded
from itsm.core.db.types import NullJson

CODE = String(40)
UNFINISHED = text("category IN ('new', 'open', 'waiting')")
LACKING = text("incomplete IS NOT NULL")


def _person() -> Any:
    return mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))


class Ticket(Base):
    """A ticket; its id is its number. Logic asks `category` and `outcome`, never the name of the state.

    priority: rank, 1 = most urgent; `priority_pinned` when a person chose it. version: the one behind the ETag; a
    comment does not change it. fields: `<plugin>.<field>` → value. external_*: where it was imported from.
    incomplete: names of the mandatory fields that it arrived without; None when it lacks nothing.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_team_open", "team_id", desc("id"), sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
        Index(
            "ix_ticket_assignee_open", "assignee_id", desc("id"), sqlite_where=UNFINISHED, postgresql_where=UNFINISHED
        ),
        Index("ix_ticket_open", desc("id"), sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
        Index("ix_ticket_opened_open", "opened_at", "id", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
        Index("ix_ticket_updated_open", "updated_at", "id", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
        Index("ix_ticket_opened", "opened_at", "id"),
        Index("ix_ticket_updated", "updated_at", "id"),
        Index("ix_ticket_kind", "kind", "category", desc("id")),
        Index("ix_ticket_team", "team_id", desc("id")),
        Index("ix_ticket_assignee", "assignee_id", desc("id")),
        Index("ix_ticket_priority", "priority", desc("id")),
        Index("ix_ticket_requested_for", "requested_for_id", desc("id")),
        Index("ix_ticket_contact", "contact_id", desc("id")),
        Index("ix_ticket_registered_by", "registered_by_id", desc("id")),
        Index("ix_ticket_organisation", "organisation_id", desc("id")),
        Index("ix_ticket_service", "service_id", desc("id")),
        Index("ix_ticket_state", "state", desc("id")),
        Index("ix_ticket_incomplete", desc("id"), sqlite_where=LACKING, postgresql_where=LACKING),
        UniqueConstraint("external_source", "external_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(CODE)
    state: Mapped[str] = mapped_column(CODE)
    category: Mapped[str] = mapped_column(String(8))
    outcome: Mapped[str] = mapped_column(String(12), default="")
    title: Mapped[str] = mapped_column(String(300))
    title_fold: Mapped[str] = mapped_column(folded(400))
    description: Mapped[str] = mapped_column(Text, default="")
    priority: Mapped[int]
    priority_pinned: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(20))
    registered_by_id: Mapped[int | None] = _person()
    contact_id: Mapped[int | None] = _person()
    requested_for_id: Mapped[int | None] = _person()
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="RESTRICT"))
    service_id: Mapped[int | None]
    topic: Mapped[str | None] = mapped_column(String(60))
    closing_topic: Mapped[str | None] = mapped_column(String(60))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="RESTRICT"))
    assignee_id: Mapped[int | None] = _person()
    premium: Mapped[bool] = mapped_column(default=False)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="RESTRICT"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="RESTRICT"))
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    external_source: Mapped[str | None] = mapped_column(CODE)
    external_id: Mapped[str | None] = mapped_column(String(120))
    incomplete: Mapped[list[Any] | None] = mapped_column(NullJson)

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012


class Comment(Base):
    """A public comment or an internal note; its text lies here for pages and, with proof, in the ledger."""

    __tablename__ = "ticket_comment"
    __table_args__ = (Index("ix_ticket_comment_ticket", "ticket_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="RESTRICT"))
    public: Mapped[bool]
    author_id: Mapped[int | None] = _person()
    author: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]


class Attachment(Base):
    """A file on a ticket under its real name; internal ones are for staff only."""

    __tablename__ = "ticket_attachment"

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="RESTRICT"), index=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_comment.id", ondelete="RESTRICT"))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(String(255))
    public: Mapped[bool]
    added_by_id: Mapped[int | None] = _person()
    created_at: Mapped[datetime]


class Link(Base):
    """A link between two tickets: relates, duplicates, causes, follows, split_from."""

    __tablename__ = "ticket_link"

    from_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="RESTRICT"), primary_key=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="RESTRICT"), primary_key=True, index=True)
    type: Mapped[str] = mapped_column(String(20), primary_key=True)
    created_at: Mapped[datetime]


class Tag(Base):
    """A tag of a ticket, compared by its fold."""

    __tablename__ = "ticket_tag"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="RESTRICT"), primary_key=True)
    fold: Mapped[str] = mapped_column(folded(60), primary_key=True, index=True)
    tag: Mapped[str] = mapped_column(String(60))


class Watcher(Base):
    """Somebody who wants to hear of a ticket."""

    __tablename__ = "ticket_watcher"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="RESTRICT"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)


class Presence(Base):
    """Who looks at a ticket just now, or writes on it; forgotten a minute later, and no event tells of it."""

    __tablename__ = "ticket_presence"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    editing: Mapped[bool]
    seen_at: Mapped[datetime]


class WorkTime(Base):
    """Time that a person spent on a ticket."""

    __tablename__ = "work_time"

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="RESTRICT"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]


class ImportMark(Base):
    """How far the history of an imported ticket was read: the number of steps and the digest over all of them."""

    __tablename__ = "ticket_import"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="RESTRICT"), primary_key=True)
    steps: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
