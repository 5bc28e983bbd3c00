"""The desk's generation: a new one tells every process to build its desk anew."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from itsm.core.desk.models import HELD, DeskFact
from itsm.core.work.uow import UnitOfWork

LAST_BACKUP = "last_backup"


def generation(session: Session) -> str:
    """The current generation; random, so that none ever comes back with another meaning."""
    return session.scalar(select(DeskFact.value).where(DeskFact.name == "generation")) or ""


def new_generation(uow: UnitOfWork) -> None:
    """Begin a new generation with this commit."""
    begin_generation(uow.session)


def begin_generation(session: Session) -> None:
    """Begin a new generation with the commit of this session."""
    session.merge(DeskFact(name="generation", value=str(uuid4())))


def epoch(session: Session) -> int:
    """The ledger's epoch; a restore begins a new one."""
    return int(session.scalar(select(DeskFact.value).where(DeskFact.name == "epoch")) or 1)


def held_since(session: Session) -> str:
    """Since when all background work is held, as ISO text; empty when it is not. See `core.work.verbs.hold_calls`."""
    return session.scalar(select(DeskFact.value).where(DeskFact.name == HELD)) or ""


def last_backup(session: Session) -> datetime | None:
    """When the newest backup that this desk knows of was taken."""
    value = session.scalar(select(DeskFact.value).where(DeskFact.name == LAST_BACKUP))
    return datetime.fromisoformat(value) if value else None
