"""A person's own views."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id


class SavedView(Base):
    """A view that one person keeps; nobody else sees it. query: what stands in the address."""

    __tablename__ = "saved_view"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
