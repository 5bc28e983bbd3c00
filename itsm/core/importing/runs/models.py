"""Imports that were asked for on a page, with their reports."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id
from itsm.core.db.types import NullJson

BUSY = ("trying", "importing")


class ImportRun(Base):
    """One file on its way in.

    state: trying → tried → importing → done; `faulty` where the file as a whole was refused, dropped by a person.
    sha256: the file, as long as it is needed; refused_sha256: every refused line, one JSON list each. mapping: what it
    is called; mapping_text: the YAML of one that was sent along. tried, made: the reports, see `rules`.
    """

    __tablename__ = "import_run"

    id: Mapped[Id]
    importer: Mapped[str] = mapped_column(String(80))
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256", ondelete="RESTRICT"))
    refused_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256", ondelete="RESTRICT"))
    size: Mapped[int]
    mapping: Mapped[str] = mapped_column(String(255))
    mapping_text: Mapped[str] = mapped_column(Text)
    activate: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    tried: Mapped[dict[str, Any] | None] = mapped_column(NullJson)
    made: Mapped[dict[str, Any] | None] = mapped_column(NullJson)
