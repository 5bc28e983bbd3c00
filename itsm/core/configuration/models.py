"""Revisions of configuration documents, and which of them is active."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id


class Revision(Base):
    """One saved state of a document; never changed afterwards."""

    __tablename__ = "config_revision"
    __table_args__ = (UniqueConstraint("document", "number"),)

    id: Mapped[Id]
    document: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    body: Mapped[dict[str, Any]]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]


class ActiveRevision(Base):
    """The revision in force; a document without a row is at its default."""

    __tablename__ = "config_active"

    document: Mapped[str] = mapped_column(String(80), primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("config_revision.id", ondelete="RESTRICT"))
