"""One count for each night, group and category."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from itsm.plugins import Base, Id


class Count(Base):
    """How many tickets of a category a group had (no group: None) when `night` began."""

    __tablename__ = "backlog_count"
    __table_args__ = (Index("ix_backlog_count_night", "night"),)

    id: Mapped[Id]
    night: Mapped[datetime]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    category: Mapped[str] = mapped_column(String(20))
    tickets: Mapped[int]
