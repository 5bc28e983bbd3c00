"""What is ready: answers and macros."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id

SHARED = text("person_id IS NULL")


class Ready(Base):
    """An answer or a macro; one person's, else a group's and those below it, else everybody's.

    what: `answer` or `macro`; body: as its schema says.
    """

    __tablename__ = "answers_ready"
    __table_args__ = (
        UniqueConstraint("person_id", "what", "key"),
        Index("uq_answers_ready_shared", "what", "key", unique=True, sqlite_where=SHARED, postgresql_where=SHARED),
    )

    id: Mapped[Id]
    what: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(60))
    label: Mapped[dict[str, Any]]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="RESTRICT"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    body: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]
