"""The plugin's own table: each trouble that a sender has told of."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from itsm.plugins import Base, Id


class MonitoredAlert(Base):
    """One trouble of one sender, known by (source, key); `name` stands for both and is what answers call `id`.

    status: firing or resolved. began, ended: the newest moments that the sender told; changed_at: when we last heard
    that it fired or ended; ends: when it lately ended (ISO). heard: distinct messages; repeats: the same ones again.
    proposed: what a person is asked to do, '' for nothing.
    """

    __tablename__ = "monitoring_alert"
    __table_args__ = (Index("ix_monitoring_alert_status", "status", "id"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(32), unique=True)
    source: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(400))
    status: Mapped[str] = mapped_column(String(10))
    severity: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(String(2000))
    labels: Mapped[dict[str, Any]]
    began: Mapped[datetime | None]
    ended: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    acknowledged: Mapped[bool]
    ends: Mapped[list[Any]]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="SET NULL"), index=True)
    heard: Mapped[int]
    repeats: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    proposed: Mapped[str] = mapped_column(String(20))
