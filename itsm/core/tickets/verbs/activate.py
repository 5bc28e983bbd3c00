"""Let imported tickets take up their life in this desk."""

from collections.abc import Sequence

from sqlalchemy import case, func, select

from itsm.core.errors import Forbidden
from itsm.core.ledger.models import Event
from itsm.core.ledger.verbs import append
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.values import snapshot, values_of
from itsm.core.work.uow import UnitOfWork


def activate_tickets(uow: UnitOfWork, *, numbers: Sequence[int]) -> list[int]:
    """Tell plugins to start the timers of those tickets that are not closed, and were imported since the last time.

    An act of its own, with origin `live`: what follows from it is owed like anything that happens here.
    """
    uow.require("tickets.work")
    if uow.act.origin != "live":
        raise Forbidden(say("Activating belongs to the life of a ticket, not to its past."))
    waiting = set(_not_activated(uow, numbers))
    mine = (Ticket.id.in_(waiting), Ticket.category != "closed")
    tickets = uow.session.scalars(select(Ticket).where(*mine).order_by(Ticket.id).with_for_update()).all()
    for ticket in tickets:
        after = snapshot(ticket.kind, values_of(ticket))
        append(uow, stream="ticket", subject_id=ticket.id, type="ticket_activated", after=after)
    return [ticket.id for ticket in tickets]


def _not_activated(uow: UnitOfWork, numbers: Sequence[int]) -> Sequence[int]:
    """Those whose newest imported event is younger than their newest activation."""
    imported = func.max(case((Event.origin == "import", Event.seq), else_=0))
    activated = func.max(case((Event.type == "ticket_activated", Event.seq), else_=0))
    statement = select(Event.subject_id).where(Event.stream == "ticket", Event.subject_id.in_(numbers))
    return uow.session.scalars(statement.group_by(Event.subject_id).having(imported > activated)).all()
