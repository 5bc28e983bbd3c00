"""A table without the plugin's name, and one that refers without a rule."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from itsm.plugins import Base, Id


class Stray(Base):
    """Whose is it?"""

    __tablename__ = "stray"

    id: Mapped[Id]
    day: Mapped[int] = mapped_column(unique=True)


class Mark(Base):
    """What becomes of it when its ticket goes?"""

    __tablename__ = "bad_mark"

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
