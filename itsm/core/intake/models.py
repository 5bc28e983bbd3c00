"""The intake ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id

OUTCOMES = ("opened", "added", "duplicate", "suppressed", "refused")


class Intake(Base):
    """One inbound item: a POST with an Idempotency-Key, a form, later an alert or a mail.

    answer: what the first one was told, so that a repeat is told the same.
    """

    __tablename__ = "intake"
    __table_args__ = (UniqueConstraint("source", "key"),)

    id: Mapped[Id]
    source: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    received_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(500), default="")
    ticket_id: Mapped[int | None] = mapped_column(index=True)
    answer: Mapped[dict[str, Any] | None]
