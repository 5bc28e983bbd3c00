"""What people do with owed calls: look, retry, hold and release; and what the machinery does: park and unpark."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update

from itsm.core.desk.models import HELD, DeskFact
from itsm.core.desk.verbs import held_since
from itsm.core.errors import Conflict, Invalid, Unknown
from itsm.core.ledger.models import Event
from itsm.core.ledger.verbs import append
from itsm.core.texts import say
from itsm.core.work.models import WAITING, OwedCall
from itsm.core.work.uow import UnitOfWork

GIVEN_UP = "given up by a person"
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


def held(uow: UnitOfWork) -> datetime | None:
    """Since when everything is held after a restore; None when it is not."""
    since = held_since(uow.session)
    return datetime.fromisoformat(since) if since else None


def failed_names(uow: UnitOfWork) -> Sequence[tuple[str, int]]:
    """Which calls have failed for good, and how many of each; the most frequent first."""
    uow.require("core.calls")
    many = func.count().label("many")
    statement = select(OwedCall.name, many).where(OwedCall.state == "dead").group_by(OwedCall.name)
    return [(name, number) for name, number in uow.session.execute(statement.order_by(many.desc(), OwedCall.name))]


def has_failed(uow: UnitOfWork, *, key: str) -> bool:
    """Whether the call that was owed under this key has failed for good."""
    dead = select(OwedCall.id).where(OwedCall.key == key, OwedCall.state == "dead")
    return uow.session.scalars(dead).first() is not None


def subjects_of(uow: UnitOfWork, calls: Iterable[OwedCall]) -> Mapping[int, tuple[str, int]]:
    """What calls are about, by their ids: (stream, id) of the event that they tell of, or the ticket that they name."""
    found: dict[int, tuple[str, int]] = {}
    events: dict[int, list[int]] = {}
    for call in calls:
        number = call.args.get("number", call.args.get("ticket_id"))
        if isinstance(number, int):
            found[call.id] = ("ticket", number)
        elif isinstance(call.args.get("event"), int):
            events.setdefault(call.args["event"], []).append(call.id)
    rows = uow.session.execute(select(Event.id, Event.stream, Event.subject_id).where(Event.id.in_(events)))
    return found | {call: (stream, subject) for event, stream, subject in rows for call in events[event]}


def retry_call(uow: UnitOfWork, *, call_id: int) -> None:
    """Try a dead call again from its first attempt."""
    if not _retry(uow, OwedCall.id == call_id):
        if uow.session.get(OwedCall, call_id) is None:
            raise Unknown(say("There is no background job {id}.", id=call_id))
        raise Conflict(say("Only a job that failed can be tried again."))


def retry_calls(uow: UnitOfWork, *, name: str = "") -> int:
    """Try all dead calls again, or those of one name; how many."""
    return _retry(uow, *((OwedCall.name == name,) if name else ()))


def _retry(uow: UnitOfWork, *which: ColumnElement[bool]) -> int:
    uow.require("core.calls")
    values = {"state": "due", "due": uow.now, "attempts": 0}
    statement = update(OwedCall).where(OwedCall.state == "dead", *which).values(values)
    found = uow.session.execute(statement.returning(OwedCall.id, OwedCall.name)).all()
    if found:
        facts = {"calls": sorted(row.id for row in found), "names": sorted({row.name for row in found})}
        append(uow, stream="plugin", subject_id=0, type="calls_retried", facts=facts)
    return len(found)


def drop_call(uow: UnitOfWork, *, call_id: int) -> None:
    """Give a dead call up, so that what waits behind it in its lane goes on; the act's reason stands in the ledger."""
    uow.require("core.calls")
    row = uow.session.get(OwedCall, call_id, with_for_update=True)
    if row is None:
        raise Unknown(say("There is no background job {id}.", id=call_id))
    if row.state != "dead":
        raise Conflict(say("Only a job that failed can be given up."))
    if not uow.act.reason:
        raise Invalid.field("reason", say("Say why this job is given up."))
    row.state, row.done_at, row.error = "done", uow.now, f"{GIVEN_UP}\n{row.error or ''}"
    facts = {"calls": [row.id], "names": [row.name]}
    append(uow, stream="plugin", subject_id=0, type="calls_dropped", facts=facts)


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
