"""The common way of every change: lock, draft, guards, priority, row, records, event."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from itsm.core.configuration.verbs import document, parsed_document
from itsm.core.errors import Conflict, Forbidden, Invalid, NotAllowedNow, Refusal, Stale, Unknown
from itsm.core.fields.verbs import clean_fields
from itsm.core.hookspecs.guards import Draft
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Organisation, Person, Team
from itsm.core.people.rules import is_premium
from itsm.core.schemas import MAX_ID
from itsm.core.texts import fold, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.offered import Form
from itsm.core.tickets.rules import State, Workflow, enter, most_urgent
from itsm.core.tickets.seen import may_on
from itsm.core.tickets.values import COLUMNS, EDITABLE, difference, snapshot, split_texts, values_of
from itsm.core.tickets.verbs.demands import judge_fields
from itsm.core.work.uow import UnitOfWork

REFERENCES: Mapping[str, Any] = {
    "contact": Person,
    "requested_for": Person,
    "assignee": Person,
    "organisation": Organisation,
    "team": Team,
}
MAX_TITLE = 300


def lock_ticket(uow: UnitOfWork, number: int, permission: str, match: int | None = None) -> Ticket:
    """The ticket, locked until the end of the act, for an actor who holds `permission` over it.

    Where acts on tickets find theirs: a foreign one is unknown, one that is only seen is `Forbidden`. match: the
    version that the actor saw; raises `Stale` when there is a newer one.
    """
    uow.require_somewhere(permission)
    statement = uow.query(Ticket).where(Ticket.id == number).with_for_update()
    ticket: Ticket | None = None
    if 0 < number <= MAX_ID:
        ticket = uow.session.scalars(statement.execution_options(populate_existing=True)).first()
    if ticket is None:
        raise Unknown(say("There is no ticket {number}.", number=number))
    require_on(uow, permission, ticket)
    if match is not None and ticket.version != match:
        raise Stale(say("The ticket {number} was changed meanwhile.", number=number))
    settle(uow, ticket)
    return ticket


def require_on(uow: UnitOfWork, permission: str, ticket: Ticket) -> None:
    """Refuse the act unless the actor holds `permission` over this ticket."""
    if not may_on(uow.act.actor, permission, ticket):
        raise Forbidden(say("This needs the permission {permission}.", permission=permission))


def settle(uow: UnitOfWork, ticket: Ticket) -> None:
    """A locked ticket whose state was taken out of its life cycle passes first to where the mapping leads.

    Nobody is asked: an administrator decided it when the life cycle was put in force.
    """
    if ticket.kind not in uow.registry.kinds:
        return
    revision, workflow = workflow_of(uow, ticket.kind)
    target = workflow.stand_in(ticket.state, ticket.category)
    if target is None:
        return
    draft = draft_of(uow, ticket)
    draft.by_person = False
    enter(draft.values, target)
    if target.category != ticket.category:
        taken = ticket.taken_at
        stamp(uow, ticket, target)
        ticket.taken_at = taken
    draft.category, draft.outcome = target.category, draft.values["outcome"]
    save_change(uow, ticket, draft, "ticket_moved", {"workflow": revision, "mapped": True})


def stamp(uow: UnitOfWork, ticket: Ticket, target: State) -> bool:
    """Note the moments on the row; whether this is the first entry into `open`, *taken into work*."""
    if target.category == "resolved" or (target.category == "closed" and ticket.resolved_at is None):
        ticket.resolved_at = uow.now
    if target.category == "closed":
        ticket.closed_at = uow.now
    if target.category in ("new", "open", "waiting"):
        ticket.resolved_at = ticket.closed_at = None
    if target.category == "open" and ticket.taken_at is None:
        ticket.taken_at = uow.now
        return True
    return False


def workflow_of(uow: UnitOfWork, kind: str) -> tuple[int, Workflow]:
    """(revision, life cycle) of a kind; a kind whose plugin is off is `parked` and has none."""
    if kind not in uow.registry.kinds:
        raise Conflict(say("Tickets of the type {kind} are parked: only comment and close are possible.", kind=kind))
    cached = uow.memo.get(f"workflow.{kind}")
    if cached is None:
        cached = uow.memo[f"workflow.{kind}"] = parsed_document(uow, f"workflow.{kind}", Workflow.parse)
    return cached


def cleaned(
    uow: UnitOfWork, given: Mapping[str, Any], ticket: Ticket | None = None
) -> tuple[dict[str, Any], list[Refusal]]:
    """Column values and fields of an act, checked one by one; `given` may only name what people may set."""
    held = ticket.fields if ticket is not None else {}
    own = {name: value for name, value in given.items() if name in EDITABLE}
    values, refusals = clean_fields(uow, "ticket", {n: v for n, v in given.items() if n not in EDITABLE}, held)
    title = own.get("title")
    if "title" in own and (not isinstance(title, str) or not 1 <= len(title.strip()) <= MAX_TITLE):
        refusals.append(Refusal("title", say("A title has 1 to {maximum} characters.", maximum=MAX_TITLE)))
    refusals += _missing_references(uow, own)
    refusals += _unknown_codes(uow, own)
    return own | values, refusals


def _missing_references(uow: UnitOfWork, values: dict[str, Any]) -> Iterable[Refusal]:
    """What is not there or not in use; who was merged is followed, for lists elsewhere still name them."""
    for name, model in REFERENCES.items():
        wanted = values.get(name)
        if wanted is None:
            continue
        into = getattr(model, "merged_into_id", None)
        columns = (model.id, model.active) if into is None else (model.id, model.active, into)
        found = uow.session.execute(uow.query(model, *columns).where(model.id == wanted)).first()
        if found is not None and len(found) == 3 and found[2] is not None:
            values[name] = found[2]
        elif found is None or not found[1]:
            yield Refusal(name, say("There is nobody and nothing with the number {id} here.", id=wanted))


def _unknown_codes(uow: UnitOfWork, values: Mapping[str, Any]) -> Iterable[Refusal]:
    priority = values.get("priority")
    if priority is not None and priority not in {r["rank"] for r in document(uow, "core.priorities").body["ranks"]}:
        yield Refusal("priority", say("There is no priority {rank}.", rank=priority))
    for name in ("topic", "closing_topic"):
        topic = values.get(name)
        if topic is not None and topic not in {e["key"] for e in document(uow, "core.topics").body["entries"]}:
            yield Refusal(name, say("There is no topic {key}.", key=topic))
    service = values.get("service")
    if service is not None and not uow.ask("service_exists", uow=uow, service_id=service):
        yield Refusal("service", say("There is no service {id}.", id=service))


def guard(
    uow: UnitOfWork, hook: str, draft: Draft, refusals: list[Refusal], given: Mapping[str, Any], *, form: bool = True,
    offered: Form | None = None,
) -> None:  # fmt: skip
    """Ask the guards and the conditions of fields, and refuse with all reasons at once.

    given: what the act sets. form, offered: whether a person fills in a form, and which, see `judge_fields`.
    """
    refusals = refusals + uow.hook.call(hook, uow=uow, draft=draft)
    known = {refusal.field for refusal in refusals}
    refusals += [refusal for refusal in judge_fields(uow, draft, given, form=form, offered=offered)
                 if refusal.field not in known]  # fmt: skip
    if refusals:
        raise (NotAllowedNow if draft.transition else Invalid)(refusals=refusals)


def settle_priority(uow: UnitOfWork, draft: Draft) -> list[list[Any]]:
    """Let the voices speak unless a person's choice is pinned; the voices, for the event."""
    if draft.values["priority_pinned"]:
        return []
    voices = uow.hook.call("priority_voices", uow=uow, draft=draft)
    heard = [[plugin, voice.value, voice.reason] if voice else [plugin, None, "failed"] for plugin, voice in voices]
    default = document(uow, "core.priorities").body["default"]
    draft.values["priority"] = most_urgent((v for _, v, _ in heard if v is not None), default)
    return heard


def write_row(ticket: Ticket, uow: UnitOfWork, values: Mapping[str, Any]) -> None:
    """Put the draft's values on the row; the caller raises the version."""
    for name, column in COLUMNS.items():
        if getattr(ticket, column) != values[name]:
            setattr(ticket, column, values[name])
    fields = {name: value for name, value in values.items() if name not in COLUMNS and value is not None}
    if ticket.fields != fields:
        ticket.fields = fields
    ticket.title_fold = fold(ticket.title)
    ticket.updated_at = uow.now


def save_change(
    uow: UnitOfWork, ticket: Ticket, draft: Draft, type: str, facts: Mapping[str, Any] | None = None
) -> dict[str, list[Any]]:
    """Write a change with its records and its event; what changed. Nothing is written when nothing did."""
    changes = difference(draft.before, draft.values)
    if not changes and type == "ticket_changed":
        return {}
    ticket.version += 1
    write_row(ticket, uow, draft.values)
    uow.session.flush()
    uow.hook.call("ticket_recorded", uow=uow, ticket_id=ticket.id, draft=draft)
    tell(uow, ticket, type, {**changes, **(facts or {}), **draft.notes})
    return changes


def tell(uow: UnitOfWork, ticket: Ticket, type: str, content: Mapping[str, Any], *, begins: bool = False) -> None:
    """Append an event to the ticket's stream, and one for each plugin that failed in this act."""
    values = values_of(ticket)
    facts, texts = split_texts(content, uow.registry.fields_of("ticket"))
    after = snapshot(ticket.kind, values)
    append(uow, stream="ticket", subject_id=ticket.id, type=type, facts=facts, texts=texts, after=after, begins=begins)
    for plugin, place in uow.memo.pop("faults", []):
        failed = {"plugin": plugin, "hook": place}
        append(uow, stream="ticket", subject_id=ticket.id, type="plugin_failed", facts=failed, after=after)


def draft_of(uow: UnitOfWork, ticket: Ticket) -> Draft:
    """A draft that starts from the ticket as it is."""
    values = values_of(ticket)
    return Draft(
        kind=ticket.kind,
        values=dict(values),
        before=values,
        ticket_id=ticket.id,
        category=ticket.category,
        outcome=ticket.outcome,
        by_person=uow.act.actor.kind == "person",
    )


def premium_of(uow: UnitOfWork, values: Mapping[str, Any]) -> bool:
    """Whether whom it is for (else who wrote) or the organisation carries the premium mark now."""
    person_id = values.get("requested_for") or values.get("contact")
    for model, id_ in ((Person, person_id), (Organisation, values.get("organisation"))):
        if id_ is not None:
            marked = select(model.premium, model.premium_until).where(model.id == id_)
            if any(is_premium(row.premium, row.premium_until, uow.now) for row in uow.session.execute(marked)):
                return True
    return False
