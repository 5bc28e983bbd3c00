"""What concerns the actor just now: what others did on their tickets, and how the load lies in their groups."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, or_, select

from itsm.core.ledger.models import Event
from itsm.core.people.names import own_teams
from itsm.core.tickets.models import Ticket, Watcher
from itsm.core.tickets.rules import UNFINISHED
from itsm.core.tickets.seen import is_staff, may_see_event
from itsm.core.tickets.verbs.find import LISTED
from itsm.core.tickets.verbs.lists.filters import in_stages
from itsm.core.work.uow import UnitOfWork

EVENTS = 300


class Changed(NamedTuple):
    """A ticket, and the newest event on it that somebody else brought about."""

    ticket: Row[Any]
    event: Event


class Load(NamedTuple):
    """How many unfinished tickets somebody (None: nobody yet) has in one of the actor's groups."""

    team_id: int
    assignee_id: int | None
    tickets: int


def changed_since(uow: UnitOfWork, *, since: datetime, most: int = 12) -> Sequence[Changed]:
    """Unfinished tickets that the actor has, and those that they watch, on which others did something, newest first."""
    me = uow.act.actor.person_id
    watched = Ticket.id.in_(select(Watcher.ticket_id).where(Watcher.person_id == me))
    has = (Ticket.assignee_id == me) & in_stages(UNFINISHED)
    mine = uow.query(Ticket, *LISTED).where(or_(has, watched), Ticket.updated_at > since)
    tickets = {row.id: row for row in uow.session.execute(mine.order_by(Ticket.updated_at.desc()).limit(most * 4))}
    of_others = or_(Event.actor_id.is_(None), Event.actor_id != me)
    events = select(Event).where(
        Event.stream == "ticket", Event.subject_id.in_(tickets), Event.recorded_at > since, of_others
    )  # fmt: skip
    newest: dict[int, Changed] = {}
    for event in uow.session.scalars(events.order_by(Event.id.desc()).limit(EVENTS)):
        ticket = tickets[event.subject_id]
        if may_see_event(is_staff(uow.act.actor, ticket), event):
            newest.setdefault(ticket.id, Changed(ticket, event))
    return list(newest.values())[:most]


def load_of_own_teams(uow: UnitOfWork) -> Sequence[Load]:
    """Unfinished tickets of the actor's groups by who has them."""
    counted = uow.query(Ticket, Ticket.team_id, Ticket.assignee_id, func.count())
    counted = counted.where(in_stages(UNFINISHED), Ticket.team_id.in_(own_teams(uow)))
    found = uow.session.execute(counted.group_by(Ticket.team_id, Ticket.assignee_id)).all()
    return sorted((Load(*row) for row in found), key=lambda load: (load.team_id, load.assignee_id or 0))
