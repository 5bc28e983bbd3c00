"""Change values of a ticket; claim it."""

from collections.abc import Mapping
from typing import Any

from itsm.core.errors import Conflict, Forbidden, NotAllowedNow
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs.draft import (
    cleaned,
    draft_of,
    guard,
    lock_ticket,
    premium_of,
    save_change,
    settle_priority,
    workflow_of,
)
from itsm.core.work.uow import UnitOfWork


def change_ticket(uow: UnitOfWork, *, number: int, changes: Mapping[str, Any], match: int | None = None) -> Ticket:
    """Set values by name; None clears. A priority is pinned, `priority: None` lets the voices decide again.

    match: the version the actor saw (the number in the ETag). Raises `Stale`, `Invalid`, `Unknown`.
    """
    ticket = lock_ticket(uow, number, "tickets.work", match)
    workflow_of(uow, ticket.kind)
    if ticket.category == "closed" and uow.act.origin == "live":
        raise NotAllowedNow(say("The ticket {number} is closed.", number=number))
    values, refusals = cleaned(uow, changes, ticket)
    draft = draft_of(uow, ticket)
    draft.values |= values
    if "priority" in values:
        draft.values["priority_pinned"] = values["priority"] is not None
    if {"requested_for", "contact", "organisation"} & values.keys():
        draft.values["premium"] = premium_of(uow, draft.values)
    guard(uow, "ticket_changing", draft, refusals, values)
    voices = settle_priority(uow, draft)
    save_change(uow, ticket, draft, "ticket_changed", {"voices": voices} if voices else None)
    return ticket


def claim_ticket(uow: UnitOfWork, *, number: int) -> Ticket:
    """Take a ticket that nobody has; of many at once one wins, the others get `Conflict`."""
    me = uow.act.actor.person_id
    if me is None:
        raise Forbidden(say("Only a person can claim a ticket."))
    ticket = lock_ticket(uow, number, "tickets.work")
    if ticket.assignee_id == me:
        return ticket
    if ticket.assignee_id is not None:
        raise Conflict(say("The ticket {number} is claimed already.", number=number))
    return change_ticket(uow, number=number, changes={"assignee": me})
