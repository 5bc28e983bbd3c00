"""Services."""

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id


class Service(Base):
    """A service or, with a parent, a sub-service; its name in both languages."""

    __tablename__ = "services_service"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(60), unique=True)
    label: Mapped[dict[str, Any]]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("services_service.id", ondelete="RESTRICT"), index=True)
    active: Mapped[bool] = mapped_column(default=True)


class Solver(Base):
    """A group that is able to solve a service and what is below it."""

    __tablename__ = "services_solver"

    service_id: Mapped[int] = mapped_column(ForeignKey("services_service.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True, index=True)
