"""Claim owed calls under a lease, and end a claim: done, later again, or dead."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, String, Update, and_, exists, literal_column, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from itsm.core.desk.models import HELD, DeskFact
from itsm.core.work.models import OwedCall
from itsm.core.work.rules import MAX_ATTEMPTS, is_dead, pause_before

LEASE = timedelta(seconds=6)  # renewed while its calls are under way, see `renew`
SKEW = timedelta(seconds=30)  # clocks of hosts differ by less; a lease that is longer still is of a clock put back
LOST = "The process that did this ended before it was done, or lost its database or its lease."


def due_rows(now: datetime, only: Sequence[ColumnElement[bool]] = ()) -> Select[int]:
    """The ids that may be claimed now: due, and the lowest undone row of their lane.

    None while the desk is held since a restore.
    only: further conditions, such as the plugins that work in this process.
    """
    lower = aliased(OwedCall)
    blocked = exists().where(lower.lane == OwedCall.lane, lower.id < OwedCall.id, ~_is(lower.state, "done"))
    return (
        select(OwedCall.id)
        .where(
            *only,
            ~exists().where(DeskFact.name == HELD),
            _is(OwedCall.state, "due"),
            OwedCall.due <= now,
            or_(OwedCall.lane.is_(None), ~blocked),
        )
        .order_by(OwedCall.due, OwedCall.id)
    )


def claim(
    session: Session, now: datetime, *, limit: int, only: Sequence[ColumnElement[bool]] = (), holder: str = ""
) -> list[OwedCall]:
    """Lease up to `limit` due rows to a new token; rows that another process is claiming are skipped."""
    ids = list(session.scalars(due_rows(now, only).limit(limit).with_for_update(skip_locked=True)))
    if not ids:
        return []
    leased = {"state": "leased", "token": str(uuid4()), "lease_until": now + LEASE}
    values = {**leased, "holder": holder, "started_at": None}
    statement = update(OwedCall).where(OwedCall.id.in_(ids)).values(values).returning(OwedCall)
    return sorted(session.scalars(statement), key=lambda row: (row.due, row.id))


def free_lost(session: Session, now: datetime, *, gone: Collection[str] = (), most: int = MAX_ATTEMPTS) -> int:
    """Take back what processes hold that ended: those named in `gone`, and all whose leases have lapsed; how many rows.

    A call that was begun counts as failed, in the end it is dead; one that only stood in line is due at once.
    """
    lapsed = or_(OwedCall.lease_until < now, OwedCall.lease_until > now + LEASE + SKEW, OwedCall.holder.in_(gone))
    lost = select(OwedCall).where(_is(OwedCall.state, "leased"), lapsed).with_for_update(skip_locked=True)
    rows = session.scalars(lost.execution_options(populate_existing=True)).all()
    for row in rows:
        if row.started_at is None:
            give_back(session, [row])
        else:
            fail(session, row, now, LOST, most)
    return len(rows)


def start_attempt(session: Session, row: OwedCall, now: datetime) -> int:
    """Count the attempt before the handler runs, so that one that kills its process is counted too; which one it is,
    0 when the lease went to somebody else."""
    values = {"attempts": OwedCall.attempts + 1, "started_at": now, "lease_until": now + LEASE}
    return session.scalars(_fenced(row, values).returning(OwedCall.attempts)).first() or 0


def finish(session: Session, row: OwedCall, now: datetime) -> bool:
    """Mark done in the transaction of the effect; False when the lease went to somebody else meanwhile."""
    values = {"state": "done", "done_at": now, "lease_until": None, "holder": None, "error": None}
    return session.scalars(_fenced(row, values).returning(OwedCall.id)).first() is not None


def fail(session: Session, row: OwedCall, now: datetime, error: str, most: int = MAX_ATTEMPTS) -> None:
    """Give the row back with a later time, or bury it where everybody sees it."""
    attempts = session.scalars(select(OwedCall.attempts).where(OwedCall.id == row.id)).one()
    state = "dead" if is_dead(attempts, most) else "due"
    _free(session, row, {"state": state, "due": now + pause_before(attempts), "error": error})


def give_back(session: Session, rows: Sequence[OwedCall]) -> None:
    """Return rows that were claimed but not begun."""
    for row in rows:
        _free(session, row, {"state": "due"})


def _free(session: Session, row: OwedCall, values: dict[str, object]) -> None:
    session.execute(_fenced(row, {"lease_until": None, "holder": None, "started_at": None} | values))


def _fenced(row: OwedCall, values: dict[str, object]) -> Update:
    mine = and_(OwedCall.id == row.id, OwedCall.token == row.token, OwedCall.state == "leased")
    return update(OwedCall).where(mine).values(values)


def _is(column: InstrumentedAttribute[str], state: str) -> ColumnElement[bool]:
    """A state written out: SQLite uses a partial index only for the words that stand in it, never for a parameter."""
    return column == literal_column(f"'{state}'", String)
