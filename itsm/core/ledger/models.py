"""Events in streams, their erasable texts, what was erased, and the head of each stream."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from itsm.core.db import Base, Id, Json, table_of
from itsm.core.ledger.guards import guard


class StreamHead(Base):
    """The end of one stream; its row is locked while an event is appended."""

    __tablename__ = "stream_head"

    stream: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    position: Mapped[int]


class Event(Base):
    """One row of the ledger. It holds ids and codes only; texts, names and addresses lie in `EventText`.

    position: never lower than that of the event before it in its stream, see `itsm.core.ledger.verbs.events_after`.
    facts: name → [old, new] for what changed, or a plain value. The columns kind … priority are the ticket after it.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("stream", "subject_id", "seq"),
        Index("ix_event_position", "epoch", "position", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    epoch: Mapped[int]
    position: Mapped[int]
    stream: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    seq: Mapped[int]
    type: Mapped[str] = mapped_column(String(60))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(8))
    request_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str | None] = mapped_column(String(40))
    category: Mapped[str | None] = mapped_column(String(8))
    outcome: Mapped[str | None] = mapped_column(String(12))
    team_id: Mapped[int | None]
    assignee_id: Mapped[int | None]
    service_id: Mapped[int | None]
    priority: Mapped[int | None]
    facts: Mapped[dict[str, Any]]
    texts_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class EventText(Base):
    """The texts of an event with their salt; only `erase_texts` may remove such a row."""

    __tablename__ = "event_text"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="RESTRICT"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    texts: Mapped[dict[str, Any]] = mapped_column(Json)


class ErasedText(Base):
    """An event whose texts were erased. erasure: the subject of the event `texts_erased` that covers it."""

    __tablename__ = "erased_text"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    erasure: Mapped[int] = mapped_column(index=True)


guard(table_of(Event), table_of(EventText), table_of(ErasedText))
