"""The leader's work: fire schedules once, sweep old receipts; and the lease that makes a leader."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from itsm.core.db import upsert
from itsm.core.desk.verbs import held_since
from itsm.core.hookspecs.declarations import Schedule
from itsm.core.work.models import Lease, OwedCall, ScheduleRow
from itsm.core.work.uow import UnitOfWork

LEADER = "leader"
LEADER_FOR = timedelta(seconds=15)
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
            where=(Lease.holder == holder) | (Lease.until < now),
        )
        .returning(Lease.holder)
    )
    return session.scalars(statement).first() == holder


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
        row = rows.get(schedule.name)
        if row is None:
            uow.session.add(ScheduleRow(name=schedule.name, next_due=schedule.next_after(uow.now)))
        elif row.next_due <= uow.now:
            uow.later(schedule.call, key=f"{schedule.name}@{row.next_due.isoformat()}", **schedule.args)
            row.next_due = schedule.next_after(uow.now)
            fired += 1
    return fired


def forget_receipts(uow: UnitOfWork) -> None:
    """Remove receipts of calls done long ago; a schedule's key is safe, for its next due time only grows."""
    old = OwedCall.done_at < uow.now - RECEIPTS_KEPT
    uow.session.execute(delete(OwedCall).where(OwedCall.state == "done", old))
