"""Claim owed calls under a lease, and end a claim: done, later again, or dead."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from itsm.core.desk.models import HELD, DeskFact
from itsm.core.work.models import WAITING, OwedCall
from itsm.core.work.rules import is_dead, pause_before

LEASE = timedelta(seconds=20)  # renewed while its calls are under way, see `renew`


def due_rows(now: datetime, only: Sequence[ColumnElement[bool]] = ()) -> Select[int]:
    """The ids that may be claimed now: due or with a lapsed lease, and the lowest undone row of their lane.

    None while the desk is held since a restore.

    only: further conditions, such as the plugins that work in this process.
    """
    lower = aliased(OwedCall)
    blocked = exists().where(lower.lane == OwedCall.lane, lower.id < OwedCall.id, lower.state != "done")
    return (
        select(OwedCall.id)
        .where(
            *only,
            ~exists().where(DeskFact.name == HELD),
            OwedCall.state.in_(WAITING),
            OwedCall.due <= now,
            or_(OwedCall.state == "due", OwedCall.lease_until < now),
            or_(OwedCall.lane.is_(None), ~blocked),
        )
        .order_by(OwedCall.due, OwedCall.id)
    )


def claim(session: Session, now: datetime, *, limit: int, only: Sequence[ColumnElement[bool]] = ()) -> list[OwedCall]:
    """Lease up to `limit` due rows to a new token; rows that another process is claiming are skipped."""
    ids = list(session.scalars(due_rows(now, only).limit(limit).with_for_update(skip_locked=True)))
    if not ids:
        return []
    values = {"state": "leased", "token": str(uuid4()), "lease_until": now + LEASE}
    statement = update(OwedCall).where(OwedCall.id.in_(ids)).values(values).returning(OwedCall)
    return sorted(session.scalars(statement), key=lambda row: (row.due, row.id))


def start_attempt(session: Session, row: OwedCall, now: datetime) -> bool:
    """Count the attempt before the handler runs, so that one that kills its process is counted too."""
    values = {"attempts": OwedCall.attempts + 1, "lease_until": now + LEASE}
    return _fenced(session, row, values)


def finish(session: Session, row: OwedCall, now: datetime) -> bool:
    """Mark done in the transaction of the effect; False when the lease went to somebody else meanwhile."""
    return _fenced(session, row, {"state": "done", "done_at": now, "lease_until": None, "error": None})


def fail(session: Session, row: OwedCall, now: datetime, error: str) -> None:
    """Give the row back with a later time, or bury it where everybody sees it."""
    attempts = session.scalars(select(OwedCall.attempts).where(OwedCall.id == row.id)).one()
    state = "dead" if is_dead(attempts) else "due"
    _fenced(session, row, {"state": state, "due": now + pause_before(attempts), "error": error, "lease_until": None})


def give_back(session: Session, rows: Sequence[OwedCall]) -> None:
    """Return rows that were claimed but not begun."""
    for row in rows:
        _fenced(session, row, {"state": "due", "lease_until": None})


def _fenced(session: Session, row: OwedCall, values: dict[str, object]) -> bool:
    mine = and_(OwedCall.id == row.id, OwedCall.token == row.token, OwedCall.state == "leased")
    statement = update(OwedCall).where(mine).values(values).returning(OwedCall.id)
    return session.scalars(statement).first() is not None
