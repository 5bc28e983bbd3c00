"""What is there already while a ticket is registered: the requester's unfinished ones, and those that resemble it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, not_, or_

from itsm.core.tickets.models import Ticket
from itsm.core.tickets.rules import UNFINISHED
from itsm.core.tickets.verbs.find import LISTED
from itsm.core.tickets.verbs.lists.filters import in_stages
from itsm.core.work.uow import UnitOfWork


def similar_tickets(uow: UnitOfWork, *, words: str, limit: int = 5) -> Sequence[Row[Any]]:
    """Tickets that the actor may see and that resemble one with this subject: unfinished ones first, then the newest.

    The search tells which do (hook `ticket_resembles`); without it none.
    """
    alike: ColumnElement[bool] | None = uow.hook.call("ticket_resembles", uow=uow, words=words)
    if alike is None:
        return []
    statement = uow.query(Ticket, *LISTED).where(alike, Ticket.outcome != "merged").order_by(Ticket.id.desc())
    rows = list(uow.session.execute(statement.where(in_stages(UNFINISHED)).limit(limit)))
    if len(rows) < limit:
        rows += uow.session.execute(statement.where(not_(in_stages(UNFINISHED))).limit(limit - len(rows)))
    return rows


def open_tickets_of(uow: UnitOfWork, *, person_id: int, limit: int = 5) -> Sequence[Row[Any]]:
    """The newest unfinished tickets that somebody asked for or wrote, of those that the actor may see."""
    theirs = or_(Ticket.requested_for_id == person_id, Ticket.contact_id == person_id)
    statement = uow.query(Ticket, *LISTED).where(theirs, in_stages(UNFINISHED)).order_by(Ticket.id.desc())
    return uow.session.execute(statement.limit(limit)).all()
