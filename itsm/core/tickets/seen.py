"""Who sees a ticket, and as what: those who asked see what is public of it, staff all. In SQL and, for one, in Python.

The powers of staff over a ticket need both: the permission, for the whole desk or in the ticket's organisation, and to
see that ticket as staff. Who is an agent of one organisation or group and a requester elsewhere is a requester there.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, false, or_, true

from itsm.core.access.conditions import in_reach
from itsm.core.act import Actor
from itsm.core.hookspecs.declarations import Field
from itsm.core.ledger.models import Event
from itsm.core.tickets.models import Ticket

# Permissions that mean nothing without seeing the ticket as staff; a plugin's own say for themselves.
OF_STAFF = frozenset({"tickets.work", "tickets.internal"})
FOR_REQUESTERS = frozenset({"ticket_opened", "ticket_moved", "comment_added", "file_attached"})
ALWAYS_SHOWN = frozenset({
    "attachment", "body", "category", "comment", "description", "name", "outcome", "public", "size", "state", "title",
})  # fmt: skip


class Placed(Protocol):
    """What decides whose business a ticket is; a row of a list will do."""

    @property
    def organisation_id(self) -> int | None: ...
    @property
    def team_id(self) -> int | None: ...
    @property
    def assignee_id(self) -> int | None: ...


def visible_tickets(actor: Actor) -> ColumnElement[bool]:
    """Those that the actor sees as staff, and those that they asked for, wrote or registered."""
    staff = staffed_tickets(actor)
    if actor.person_id is None or actor.may("tickets.read_all"):
        return staff
    me = actor.person_id
    return or_(Ticket.contact_id == me, Ticket.requested_for_id == me, Ticket.registered_by_id == me, staff)


def staffed_tickets(actor: Actor) -> ColumnElement[bool]:
    """Those that the actor sees as staff: all, those of an organisation, or those of their groups and their own."""
    everything = in_reach(actor, "tickets.read_all", Ticket.organisation_id)
    if actor.may("tickets.read_all") or not actor.holds("tickets.read_team"):
        return everything
    own: list[ColumnElement[bool]] = [Ticket.team_id.in_(sorted(actor.teams))] if actor.teams else []
    if actor.person_id is not None:
        own.append(Ticket.assignee_id == actor.person_id)
    return or_(everything, and_(in_reach(actor, "tickets.read_team", Ticket.organisation_id), or_(false(), *own)))


def inner_tickets(actor: Actor) -> ColumnElement[bool]:
    """Those whose notes, tags and fields that are not public the actor may see."""
    if is_staff_everywhere(actor):
        return true()
    return and_(in_reach(actor, "tickets.internal", Ticket.organisation_id), staffed_tickets(actor))


def sees_as_staff(actor: Actor, ticket: Placed) -> bool:
    """`staffed_tickets` for one ticket at hand."""
    organisation = ticket.organisation_id
    if actor.may("tickets.read_all", organisation):
        return True
    if not actor.may("tickets.read_team", organisation):
        return False
    assigned = ticket.assignee_id is not None and ticket.assignee_id == actor.person_id
    return assigned or ticket.team_id in actor.teams


def may_on(actor: Actor, permission: str, ticket: Placed) -> bool:
    """Whether the actor holds a permission over this ticket, which they can see."""
    held = actor.may(permission, ticket.organisation_id)
    return held and (permission not in OF_STAFF or sees_as_staff(actor, ticket))


def is_staff(actor: Actor, ticket: Placed) -> bool:
    """Whether the actor may see what is internal of this ticket."""
    return may_on(actor, "tickets.internal", ticket)


def is_staff_everywhere(actor: Actor) -> bool:
    """Whether the actor may see what is internal of every ticket: where none is at hand."""
    return actor.may("tickets.internal") and actor.may("tickets.read_all")


def may_see_event(staff: bool, event: Event) -> bool:
    """Internal notes, faults of plugins and the like are for staff."""
    return staff or (event.type in FOR_REQUESTERS and event.facts.get("public", True) is not False)


def seen(staff: bool, values: Mapping[str, Any], declared: Mapping[str, Field]) -> dict[str, Any]:
    """The facts, texts or fields that may be seen, by name."""
    if staff:
        return dict(values)
    return {n: v for n, v in values.items() if n in ALWAYS_SHOWN or (n in declared and declared[n].public)}
