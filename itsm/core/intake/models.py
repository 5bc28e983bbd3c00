"""The intake ledger: what came in, whole, and each item of it with its end."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id

OUTCOMES = ("opened", "added", "duplicate", "suppressed", "refused")
WAITING = text("outcome IS NULL")


class IntakeRequest(Base):
    """One request of a sender as it came. body: packed by zlib; size: of what came, in bytes."""

    __tablename__ = "intake_request"

    id: Mapped[Id]
    source: Mapped[str] = mapped_column(String(80))
    received_at: Mapped[datetime] = mapped_column(index=True)
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Intake(Base):
    """One inbound item: a POST with an Idempotency-Key, a form, one alert of a request; later a mail.

    outcome: None while it waits to be worked off. answer: what the first one was told, so that a repeat is told the
    same. request_id, place: the request that it came in, and where among its items. content: what was read of it.
    event: what tells it from other items of its source, where the source says so; a repeat has none.
    """

    __tablename__ = "intake"
    __table_args__ = (
        UniqueConstraint("source", "key"),
        UniqueConstraint("source", "event"),
        Index("ix_intake_waiting", "source", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_intake_received", "received_at", "source", "outcome"),
    )

    id: Mapped[Id]
    source: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    received_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(500), default="")
    ticket_id: Mapped[int | None] = mapped_column(index=True)
    answer: Mapped[dict[str, Any] | None]
    request_id: Mapped[int | None] = mapped_column(ForeignKey("intake_request.id", ondelete="SET NULL"), index=True)
    place: Mapped[int | None]
    content: Mapped[dict[str, Any] | None]
    event: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None]
