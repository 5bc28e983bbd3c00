"""What concerns the actor just now: what others did on their tickets, and how the load lies in their groups."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, func, or_, select

from itsm.core.ledger.models import Event
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
    """How many unfinished tickets somebody (None: nobody yet) has in a group."""

    team_id: int | None
    assignee_id: int | None
    tickets: int


def changed_since(uow: UnitOfWork, *, since: datetime, most: int = 12) -> Sequence[Changed]:
    """Unfinished tickets that the actor has, and those that they watch, on which others did something, newest first."""
    me = uow.act.actor.person_id
    watched = Ticket.id.in_(select(Watcher.ticket_id).where(Watcher.person_id == me))
    has = (Ticket.assignee_id == me) & in_stages(UNFINISHED)
    mine = uow.query(Ticket, *LISTED).where(or_(has, watched), Ticket.updated_at > since)
    told = mine.join(Event, and_(Event.stream == "ticket", Event.subject_id == Ticket.id)).add_columns(Event)
    told = told.where(Event.recorded_at > since, or_(Event.actor_id.is_(None), Event.actor_id != me))
    newest: dict[int, Changed] = {}
    for row in uow.session.execute(told.order_by(Event.id.desc()).limit(EVENTS)):
        if may_see_event(is_staff(uow.act.actor, row), row.Event):
            newest.setdefault(row.id, Changed(row, row.Event))
    return list(newest.values())[:most]


def load_of(uow: UnitOfWork, *, teams: Collection[int]) -> Sequence[Load]:
    """Unfinished tickets of some groups, and all of the actor's own, by group and who has them; nobody comes first."""
    counted = uow.query(Ticket, Ticket.team_id, Ticket.assignee_id, func.count())
    own = Ticket.assignee_id == uow.act.actor.person_id
    counted = counted.where(in_stages(UNFINISHED), or_(own, Ticket.team_id.in_(teams)))
    found = uow.session.execute(counted.group_by(Ticket.team_id, Ticket.assignee_id)).all()
    return sorted((Load(*row) for row in found), key=lambda load: (load.team_id or 0, load.assignee_id or 0))
