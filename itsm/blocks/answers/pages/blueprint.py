"""The blueprint of the block, and what its pages share."""

from flask import Blueprint

from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import find_ticket
from itsm.core.tickets.verbs.draft import require_on
from itsm.core.work.uow import UnitOfWork

pages = Blueprint("answers", __name__)
STAFF = "tickets.work"


def ticket_of(uow: UnitOfWork, number: int) -> Ticket:
    """A ticket on which the actor works."""
    ticket = find_ticket(uow, number=number)
    require_on(uow, STAFF, ticket)
    return ticket
