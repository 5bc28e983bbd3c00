"""Pass a ticket from one state to another."""

from collections.abc import Mapping
from typing import Any

from itsm.core.errors import NotAllowedNow, Refusal
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.rules import State, Transition, Workflow, enter
from itsm.core.tickets.verbs.draft import (
    cleaned,
    draft_of,
    guard,
    lock_ticket,
    require_on,
    save_change,
    settle_priority,
    stamp,
    tell,
    workflow_of,
)
from itsm.core.work.uow import UnitOfWork

PARKED = State("closed", {"en": "Closed", "ru": "Завершена"}, "closed", "")


def move_ticket(
    uow: UnitOfWork,
    *,
    number: int,
    transition: str,
    changes: Mapping[str, Any] | None = None,
    match: int | None = None,
) -> Ticket:
    """Run a transition, setting values with it; guards may ask for more and then all refusals come at once."""
    ticket = lock_ticket(uow, number, "tickets.work", match)
    if ticket.kind not in uow.registry.kinds and transition == "close":
        return _close_parked(uow, ticket)
    return run_transition(uow, ticket, transition, changes or {}, by_person=uow.act.actor.kind == "person")


def run_transition(
    uow: UnitOfWork, ticket: Ticket, transition: str, changes: Mapping[str, Any], *, by_person: bool
) -> Ticket:
    """Run a transition on a locked ticket; by a rule of a process (`by_person=False`) it needs no permission."""
    revision, workflow = workflow_of(uow, ticket.kind)
    way = _way(uow, workflow, ticket, transition, by_person)
    values, refusals = cleaned(uow, changes, ticket)
    draft = draft_of(uow, ticket)
    draft.by_person = by_person
    draft.values |= values
    if "priority" in values:
        draft.values["priority_pinned"] = values["priority"] is not None
    draft.transition = transition
    target = workflow.states[way.target]
    enter(draft.values, target)
    draft.category, draft.outcome = target.category, draft.values["outcome"]
    refused = {refusal.field for refusal in refusals}
    lacking = [n for n in way.requires if n not in refused and draft.values.get(n) in (None, "", [])]
    refusals += [Refusal(name, say("Needed for this step.")) for name in lacking]
    guard(uow, "ticket_changing", draft, refusals, values)
    voices = settle_priority(uow, draft)
    taken = stamp(uow, ticket, target)
    facts = {"transition": transition, "workflow": revision} | ({"voices": voices} if voices else {})
    save_change(uow, ticket, draft, "ticket_moved", facts)
    if taken:
        tell(uow, ticket, "ticket_taken", {"assignee": ticket.assignee_id})
    return ticket


def _way(uow: UnitOfWork, workflow: Workflow, ticket: Ticket, transition: str, by_person: bool) -> Transition:
    way = workflow.transitions.get(transition)
    if way is None or ticket.state not in way.sources:
        possible = ", ".join(t.key for t in workflow.leaving(ticket.state)) or "–"
        sentence = say("{key} is not possible now; possible are: {possible}.", key=transition, possible=possible)
        raise NotAllowedNow(refusals=[Refusal("transition", sentence)])
    if by_person and way.permission:
        require_on(uow, way.permission, ticket)
    return way


def _close_parked(uow: UnitOfWork, ticket: Ticket) -> Ticket:
    """The plugin of this type is off: its ticket can be closed all the same."""
    draft = draft_of(uow, ticket)
    enter(draft.values, PARKED)
    draft.transition = "close"
    stamp(uow, ticket, PARKED)
    save_change(uow, ticket, draft, "ticket_moved", {"transition": "close", "parked": True})
    return ticket
