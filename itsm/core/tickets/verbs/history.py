"""Bring in the past of tickets: events with the times at which they happened, repeatable, each ticket whole or not.

`compare_histories` → `check_histories` → `write_histories`, each for many tickets at once; `record_history` is all
three for one. Only the last one writes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from itsm.core.configuration.verbs import document
from itsm.core.db import is_postgresql
from itsm.core.errors import Conflict, DeskError, Forbidden, Invalid, Refusal
from itsm.core.fields.verbs import clean_fields
from itsm.core.ledger.models import Event
from itsm.core.people.models import Person
from itsm.core.schemas import CONTROL, LINE_CONTROL
from itsm.core.texts import say
from itsm.core.tickets.models import ImportMark, Ticket
from itsm.core.tickets.past import Fresh, History, Known, Recorded, Step, chained_digests
from itsm.core.tickets.rules import OUTCOMES
from itsm.core.tickets.values import EDITABLE
from itsm.core.tickets.verbs.draft import MAX_TITLE, REFERENCES, workflow_of
from itsm.core.tickets.verbs.past import write_histories
from itsm.core.work.uow import UnitOfWork

SETTABLE = EDITABLE | {"state", "outcome", "registered_by"}
IDENTIFIED = {**REFERENCES, "registered_by": Person}
MAX_BODY = 100_000
MAX_EXTERNAL_ID = 120


def record_history(
    uow: UnitOfWork, *, source: str, external_id: str, kind: str, steps: Sequence[Step],
    opened_at: datetime | None = None,
) -> Recorded:  # fmt: skip
    """Write the history of one ticket of another system, known by (source, external_id).

    A second time the steps that are there already are skipped and the rest is appended; a past that differs from what
    was imported is refused. Guards do not judge the past, field types and the life cycle's states do. Nothing is owed
    but to observers that declare `replays`. Raises `Invalid` with the number of the step in the field's name.
    """
    compared = compare_histories(uow, source=source, histories=[History(external_id, steps, opened_at)])[0]
    if isinstance(compared, Fresh):
        faults = check_histories(uow, kind=kind, fresh=[compared])
        compared = faults.get(external_id, compared)
    if isinstance(compared, Known):
        return Recorded("unchanged", compared.ticket_id, 0)
    if isinstance(compared, DeskError):
        raise compared
    _refuse_missing(uow, compared)
    return write_histories(uow, source=source, kind=kind, fresh=[compared])[0]


def compare_histories(uow: UnitOfWork, *, source: str, histories: Sequence[History]) -> list[Fresh | Known | DeskError]:
    """For each history what is new of it; `Known` when nothing is, an error when its past differs from ours."""
    if uow.act.origin != "import":
        raise Forbidden(say("Only an import writes the past."))
    known = _known(uow, source, [h.external_id for h in histories])
    return [_compared(history, known.get(history.external_id)) for history in histories]


def _known(uow: UnitOfWork, source: str, ids: Sequence[str]) -> dict[str, Known]:
    """What is here of these tickets, locked; on PostgreSQL imports of one source follow each other."""
    if is_postgresql(uow.session):
        uow.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"import:{source}", 0))))
    statement = (
        select(Ticket.external_id, Ticket.id, ImportMark.steps, ImportMark.digest)
        .join(ImportMark, ImportMark.ticket_id == Ticket.id)
        .where(Ticket.external_source == source, Ticket.external_id.in_(ids))
        .order_by(Ticket.id)
        .with_for_update(of=Ticket)
    )
    rows = uow.session.execute(statement).all()
    worked = _worked_on(uow, [row.id for row in rows])
    return {row.external_id: Known(row.id, row.steps, row.digest, row.id in worked) for row in rows}


def _worked_on(uow: UnitOfWork, ids: Sequence[int]) -> set[int]:
    """Tickets that somebody changed here since they were imported."""
    here = (Event.stream == "ticket", Event.subject_id.in_(ids), Event.origin == "live")
    changed = Event.type.in_(("ticket_changed", "ticket_moved"))
    return set(uow.session.scalars(select(Event.subject_id).where(*here, changed).distinct())) if ids else set()


def _compared(history: History, known: Known | None) -> Fresh | Known | DeskError:
    digests = history.digests or chained_digests(step.said() for step in history.steps)
    if not digests:
        return Invalid.field("steps", say("There is nothing to import."))
    if known is None:
        return Fresh(history, 0, None, digests[-1])
    if len(digests) < known.steps:
        return Conflict(say("It has fewer events than were imported before."))
    if digests[known.steps - 1] != known.digest:
        return Conflict(say("Its past differs from what was imported before."))
    if len(digests) == known.steps:
        return known
    if known.worked_on:
        return Conflict(say("It was changed here since it was imported, so nothing of another system is added to it."))
    return Fresh(history, known.steps, known, digests[-1])


def check_histories(uow: UnitOfWork, *, kind: str, fresh: Sequence[Fresh]) -> dict[str, Invalid]:
    """Put the values of all new steps into their stored form; by external id what is refused of each ticket."""
    if kind not in uow.registry.kinds:
        raise Invalid.field("kind", say("There is no type {kind}.", kind=kind))
    faults: dict[str, Invalid] = {}
    for one in fresh:
        refusals = list(_wrong_id(one.history.external_id))
        for number, step in enumerate(one.steps, one.first + 1):
            values, wrong = check_values(uow, kind, step.values)
            if CONTROL.search(step.comment) or len(step.comment) > MAX_BODY:
                wrong.append(Refusal("comment", say("No control characters, {maximum} at most.", maximum=MAX_BODY)))
            refusals += [Refusal(f"{number}.{r.field}", r.message) for r in wrong]
            one.values.append(values)
        if refusals:
            faults[one.history.external_id] = Invalid(refusals=refusals)
    return faults


def _wrong_id(external_id: str) -> Sequence[Refusal]:
    if 1 <= len(external_id) <= MAX_EXTERNAL_ID and not LINE_CONTROL.search(external_id):
        return ()
    return [Refusal("external_id", say("1 to {maximum} characters in one line.", maximum=MAX_EXTERNAL_ID))]


def check_values(uow: UnitOfWork, kind: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Refusal]]:
    """Values of a ticket's past in their stored form, and every refusal; references are not looked up."""
    checked: dict[str, Any] = {}
    refusals: list[Refusal] = []
    seen = uow.memo.setdefault(f"past.{kind}", {})
    for name, value in values.items():
        key = (name, repr(value) if isinstance(value, list) else value)
        if key not in seen:
            seen[key] = _check_value(uow, kind, name, value)
        stored, wrong = seen[key]
        checked[name] = stored
        refusals += wrong
    return checked, refusals


def _check_value(uow: UnitOfWork, kind: str, name: str, value: Any) -> tuple[Any, list[Refusal]]:
    if name not in SETTABLE:
        cleaned, refusals = clean_fields(uow, "ticket", {name: value})
        return cleaned.get(name), refusals
    reason = None
    if name in ("title", "description"):
        long = name == "description"
        maximum = MAX_BODY if long else MAX_TITLE
        value = str(value or "").strip()
        if len(value) > maximum or (CONTROL if long else LINE_CONTROL).search(value) or not (value or long):
            reason = say("1 to {maximum} characters, no control characters.", maximum=maximum)
    elif value is not None or name in ("state", "priority"):
        allowed = _codes(uow, kind, name)
        if name == "priority" and value is None:
            value = document(uow, "core.priorities").body["default"]
        if allowed is not None and value not in allowed:
            listed = ", ".join(str(code) for code in list(allowed)[:20])
            reason = say("{value} is not there; there are: {allowed}.", value=str(value)[:60], allowed=listed)
    return value, [Refusal(name, reason)] if reason else []


def _codes(uow: UnitOfWork, kind: str, name: str) -> Sequence[Any] | None:
    """The values that a coded column may have; None for the others."""
    if name == "state":
        return list(workflow_of(uow, kind)[1].states)
    if name == "outcome":
        return OUTCOMES
    if name == "priority":
        return [rank["rank"] for rank in document(uow, "core.priorities").body["ranks"]]
    if name in ("topic", "closing_topic"):
        return [entry["key"] for entry in document(uow, "core.topics").body["entries"]]
    return None


def _refuse_missing(uow: UnitOfWork, fresh: Fresh) -> None:
    """Refuse ids of people, teams and organisations that are not there."""
    refusals = []
    for name, model in IDENTIFIED.items():
        wanted = {values[name] for values in fresh.values if values.get(name) is not None}
        there = set(uow.session.scalars(select(model.id).where(model.id.in_(wanted)))) if wanted else set()
        refusals += [
            Refusal(name, say("There is nobody and nothing with the number {id} here.", id=id_))
            for id_ in sorted(wanted - there, key=str)
        ]
    if refusals:
        raise Invalid(refusals=refusals)
