"""Tickets and events as plain JSON values."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from itsm.core.ledger.models import Event
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.seen import is_staff, is_staff_everywhere, seen
from itsm.core.tickets.values import COLUMNS
from itsm.core.tickets.verbs.around import visible_numbers
from itsm.core.work.uow import UnitOfWork


def ticket_out(uow: UnitOfWork, ticket: Ticket) -> dict[str, Any]:
    """A whole ticket as the API answers it to this actor."""
    moments = ("opened_at", "taken_at", "resolved_at", "closed_at", "updated_at")
    values = {name: getattr(ticket, column) for name, column in COLUMNS.items() if name != "category"}
    staff = is_staff(uow.act.actor, ticket)
    related = visible_numbers(uow, [ticket.parent_id, ticket.merged_into_id])
    return {
        "number": ticket.id,
        "kind": ticket.kind,
        "state_category": ticket.category,
        **values,
        "parent": related.get(ticket.parent_id),
        "incomplete": _lacking(staff, ticket.incomplete),
        "merged_into": related.get(ticket.merged_into_id),
        **{name: _iso(getattr(ticket, name)) for name in moments},
        "external_id": ticket.external_id,
        "version": ticket.version,
        "fields": _seen(uow, staff, ticket.fields),
    }


def rows_out(uow: UnitOfWork, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Tickets of a list: columns, no entities."""
    parents = visible_numbers(uow, [row.parent_id for row in rows])
    return [_row_out(uow, row, parents.get(row.parent_id)) for row in rows]


def _row_out(uow: UnitOfWork, row: Row[Any], parent: int | None) -> dict[str, Any]:
    staff = is_staff(uow.act.actor, row)
    return {
        "number": row.id,
        "kind": row.kind,
        "state": row.state,
        "state_category": row.category,
        "outcome": row.outcome,
        "title": row.title,
        "priority": row.priority,
        "source": row.source,
        "team": row.team_id,
        "assignee": row.assignee_id,
        "requested_for": row.requested_for_id,
        "contact": row.contact_id,
        "organisation": row.organisation_id,
        "service": row.service_id,
        "topic": row.topic,
        "premium": row.premium,
        "incomplete": _lacking(staff, row.incomplete),
        "parent": parent,
        "opened_at": _iso(row.opened_at),
        "updated_at": _iso(row.updated_at),
        "version": row.version,
        "fields": _seen(uow, staff, row.fields),
    }


def _lacking(staff: bool, names: Sequence[str] | None) -> Sequence[str]:
    """What is missing is the desk's business."""
    return names or [] if staff else []


def event_out(
    uow: UnitOfWork, event: Event, texts: Mapping[str, Any] | None = None, *, ticket: Ticket | None = None
) -> dict[str, Any]:
    """An event; its texts only where the reader may see the `ticket`, which is left out in the stream of all."""
    who = uow.act.actor
    staff = is_staff(who, ticket) if ticket is not None else is_staff_everywhere(who)
    return {
        "id": event.id,
        "stream": event.stream,
        "subject": event.subject_id,
        "seq": event.seq,
        "type": event.type,
        "occurred_at": _iso(event.occurred_at),
        "recorded_at": _iso(event.recorded_at),
        "actor": event.actor,
        "actor_id": event.actor_id,
        "channel": event.channel,
        "origin": event.origin,
        "facts": _seen(uow, staff, event.facts),
        "state": event.state,
        "category": event.category,
        "outcome": event.outcome,
        "team": event.team_id,
        "assignee": event.assignee_id,
        "service": event.service_id,
        "priority": event.priority,
        **({"texts": _seen(uow, staff, texts)} if texts is not None else {}),
    }


def _seen(uow: UnitOfWork, staff: bool, values: Mapping[str, Any]) -> dict[str, Any]:
    return seen(staff, values, uow.registry.fields_of("ticket"))


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None
