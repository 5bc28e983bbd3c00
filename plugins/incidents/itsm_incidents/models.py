"""The plugin's own table: each time an incident waited."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from itsm.plugins import Base, Id


class Wait(Base):
    """One stretch of waiting: for what, since when, until when it was to last, when it ended."""

    __tablename__ = "incidents_wait"
    __table_args__ = (Index("ix_incidents_wait_ticket", "ticket_id", "id"),)

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="RESTRICT"))
    reason: Mapped[str] = mapped_column(String(60))
    supplier_number: Mapped[str | None] = mapped_column(String(120))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
