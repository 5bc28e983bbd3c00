"""The leader's work: fire schedules once, sweep old receipts; and the lease that makes a leader."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from itsm.core.db import upsert
from itsm.core.desk.verbs import held_since
from itsm.core.hookspecs.declarations import Schedule
from itsm.core.work.jobs.claim import SKEW
from itsm.core.work.models import Lease, OwedCall, ScheduleRow
from itsm.core.work.uow import UnitOfWork

LEADER = "leader"
LEADER_FOR = timedelta(seconds=8)
NOTICED = timedelta(seconds=2)
RECEIPTS_KEPT = timedelta(days=7)


def lead(session: Session, now: datetime, holder: str, name: str = LEADER) -> bool:
    """Take or renew the leader's lease (or another of this `name`); False while another process holds it."""
    values = {"name": name, "holder": holder, "until": now + LEADER_FOR}
    statement = (
        upsert(session, Lease)
        .values(values)
        .on_conflict_do_update(
            index_elements=[Lease.name],
            set_={"holder": holder, "until": now + LEADER_FOR},
            where=(Lease.holder == holder) | (Lease.until < now) | (Lease.until > now + LEADER_FOR + SKEW),
        )
        .returning(Lease.holder)
    )
    return session.scalars(statement).first() == holder


def leave(session: Session, holders: Collection[str]) -> None:
    """Give back the leases of processes that ended."""
    session.execute(delete(Lease).where(Lease.holder.in_(holders)))


def follow_clock(session: Session, now: datetime) -> None:
    """Notice that the clock was put back since the leader last looked, and bring forward what should be done by now.

    What was owed at once, and what waits to be tried again, would else wait until the clock is there again. Timers keep
    the time that they were given.
    """
    until = session.scalar(select(Lease.until).where(Lease.name == LEADER))
    if until is None or until <= now + LEADER_FOR + NOTICED:
        return
    at_once = or_(OwedCall.due == OwedCall.created_at, OwedCall.attempts > 0)
    session.execute(update(OwedCall).where(OwedCall.state == "due", OwedCall.due > now, at_once).values(due=now))


def is_held(session: Session, now: datetime, name: str) -> bool:
    """Whether somebody holds the lease of this name."""
    return session.scalars(select(Lease.name).where(Lease.name == name, Lease.until >= now)).first() is not None


def fire_schedules(uow: UnitOfWork, schedules: Iterable[Schedule]) -> int:
    """Owe the calls of all schedules that are due; one that was missed fires once, keyed by its own due time.

    While the desk is held since a restore none fires; what was missed is made up when it is released.
    """
    if held_since(uow.session):
        return 0
    rows = {row.name: row for row in uow.session.scalars(select(ScheduleRow))}
    fired = 0
    for schedule in schedules:
        row, following = rows.get(schedule.name), schedule.next_after(uow.now)
        if row is None:
            uow.session.add(ScheduleRow(name=schedule.name, next_due=following))
            continue
        if row.next_due <= uow.now:
            uow.later(schedule.call, key=f"{schedule.name}@{row.next_due.isoformat()}", **schedule.args)
            fired += 1
        # Never further than one period ahead: the clock was put back, or the period is shorter than it was. A time that
        # has fired before is known by its key.
        row.next_due = following
    return fired


def forget_receipts(uow: UnitOfWork) -> None:
    """Remove receipts of calls done long ago; a schedule's key is safe, for its next due time only grows."""
    old = OwedCall.done_at < uow.now - RECEIPTS_KEPT
    uow.session.execute(delete(OwedCall).where(OwedCall.state == "done", old))
