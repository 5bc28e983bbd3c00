"""What people do with owed calls: look, retry, hold and release; and what the machinery does: park and unpark."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from itsm.core.desk.models import HELD, DeskFact
from itsm.core.errors import Conflict, Unknown
from itsm.core.ledger.verbs import append
from itsm.core.texts import say
from itsm.core.work.models import WAITING, OwedCall
from itsm.core.work.uow import UnitOfWork

STATES = ("due", "leased", "dead", "held", "parked", "done")


def list_calls(uow: UnitOfWork, *, state: str = "", limit: int = 100) -> Sequence[OwedCall]:
    """Owed calls, those that need a person first; `state` narrows."""
    uow.require("core.calls")
    statement = select(OwedCall).order_by(OwedCall.id.desc()).limit(limit)
    return uow.session.scalars(statement.where(OwedCall.state == state) if state else statement).all()


def count_calls(uow: UnitOfWork) -> dict[str, int]:
    """How many calls there are in each state."""
    rows = uow.session.execute(select(OwedCall.state, func.count()).group_by(OwedCall.state))
    return {state: 0 for state in STATES} | {state: number for state, number in rows}


def retry_call(uow: UnitOfWork, *, call_id: int) -> None:
    """Try a dead call again from its first attempt."""
    uow.require("core.calls")
    values = {"state": "due", "due": uow.now, "attempts": 0, "lease_until": None}
    statement = update(OwedCall).where(OwedCall.id == call_id, OwedCall.state == "dead").values(values)
    if uow.session.scalars(statement.returning(OwedCall.id)).first() is None:
        if uow.session.get(OwedCall, call_id) is None:
            raise Unknown(say("There is no background job {id}.", id=call_id))
        raise Conflict(say("Only a job that failed can be tried again."))


def run_schedule(uow: UnitOfWork, *, name: str) -> None:
    """Owe the call of a schedule now, beside its own times: to try it, or to make good what was missed."""
    uow.require("core.calls")
    schedule = uow.registry.schedules.get(name)
    if schedule is None:
        known = ", ".join(sorted(uow.registry.schedules))
        raise Unknown(say("There is no schedule {name}; there are: {known}.", name=name, known=known))
    uow.later(schedule.call, **schedule.args)


def hold_calls(uow: UnitOfWork) -> int:
    """Hold all background work, as a restore does, until `release_calls`; how many calls waited.

    Nothing is done any more, nor what is owed from now on, and no schedule fires: a desk that was restored to try a
    backup must not write to anybody. Calls that failed for good or whose plugin is off stay what they are.
    """
    uow.require("core.calls")
    values = {"state": "held", "token": None, "lease_until": None}
    statement = update(OwedCall).where(OwedCall.state.in_(WAITING)).values(values).returning(OwedCall.id)
    count = len(uow.session.scalars(statement).all())
    uow.session.merge(DeskFact(name=HELD, value=uow.now.isoformat()))
    uow.session.flush()
    append(uow, stream="plugin", subject_id=0, type="calls_held", facts={"count": count})
    return count


def release_calls(uow: UnitOfWork) -> int:
    """Let background work go on after a restore; how many calls were held. Schedules make up for what they missed."""
    uow.require("core.calls")
    statement = update(OwedCall).where(OwedCall.state == "held").values(state="due").returning(OwedCall.id)
    count = len(uow.session.scalars(statement).all())
    fact = uow.session.get(DeskFact, HELD)
    if fact is not None:
        uow.session.delete(fact)
        uow.session.flush()
    if fact is not None or count:
        append(uow, stream="plugin", subject_id=0, type="calls_released", facts={"count": count})
    return count


def park(uow: UnitOfWork, *, plugin: str) -> None:
    """The plugin is off: its undone calls wait where nobody claims them."""
    mine = (OwedCall.plugin == plugin, OwedCall.state.in_(("due", "leased")))
    uow.session.execute(update(OwedCall).where(*mine).values(state="parked", token=None, lease_until=None))


def unpark(uow: UnitOfWork, *, plugin: str, dropped: Sequence[str]) -> None:
    """The plugin is back: past due calls fire once with their true time; those declared `late="drop"` are gone."""
    mine = (OwedCall.plugin == plugin, OwedCall.state == "parked")
    late = (OwedCall.due < uow.now, OwedCall.name.in_(dropped))
    gone: dict[str, Any] = {"state": "done", "done_at": uow.now, "error": "dropped: the plugin was off when it was due"}
    uow.session.execute(update(OwedCall).where(*mine, *late).values(gone))
    uow.session.execute(update(OwedCall).where(*mine).values(state="due"))


def oldest_due(uow: UnitOfWork) -> Row[int, datetime]:
    """How many calls are due now, and since when the oldest waits."""
    due = (OwedCall.state == "due", OwedCall.due <= uow.now)
    return uow.session.execute(select(func.count(), func.min(OwedCall.due)).where(*due)).one()
