"""Owed calls, schedules, and the leases that make one process the leader."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id

WAITING = ("due", "leased")
UNDONE = text("state <> 'done'")
CLAIMABLE = text("state = 'due'")
LEASED = text("state = 'leased'")


class OwedCall(Base):
    """A hook or handler called later; done exactly once in the database, at least once towards the outside.

    state: due → leased → done, or back to due with a later time, or dead; held (after a restore); parked (plugin off).
    name: `<plugin>.<call>` for a registered handler, `<plugin>:<hook>` for an observer of `args["event"]`.
    lane: only the lowest undone row of a lane can be claimed. token: the fence of the current lease, holder: the worker
    that has it. started_at: since when the attempt under way runs; None while it only stands in line.
    """

    __tablename__ = "owed_call"
    __table_args__ = (
        Index("ix_owed_call_claimable", "due", "id", sqlite_where=CLAIMABLE, postgresql_where=CLAIMABLE),
        Index("ix_owed_call_leased", "lease_until", sqlite_where=LEASED, postgresql_where=LEASED),
        Index("ix_owed_call_lane", "lane", "id", sqlite_where=UNDONE, postgresql_where=UNDONE),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120))
    plugin: Mapped[str] = mapped_column(String(40))
    args: Mapped[dict[str, Any]]
    lane: Mapped[str | None] = mapped_column(String(160))
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(8), default="due")
    due: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    token: Mapped[str | None] = mapped_column(String(36))
    error: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    holder: Mapped[str | None] = mapped_column(String(80))
    started_at: Mapped[datetime | None]


class Lease(Base):
    """One row per role that only one process may have at a time, such as `leader`."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]


class ScheduleRow(Base):
    """When a schedule is due next; a schedule that was missed fires once, with its own due time."""

    __tablename__ = "schedule"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    next_due: Mapped[datetime]
