"""Count the backlog, and read what was counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from itsm.plugins import Label, Team, Ticket, UnitOfWork
from itsm_backlog.models import Count

UNFINISHED = ("new", "open", "waiting")
KEPT = timedelta(days=400)


@dataclass
class Night:
    """One line of the page: the counts by group, largest first."""

    at: datetime
    total: int = 0
    groups: list[tuple[Label, int]] = field(default_factory=list)


def count(uow: UnitOfWork) -> None:
    """Count as of today's midnight, in place of what was counted for it before: it may be asked for twice."""
    night = uow.now.replace(hour=0, minute=0, second=0, microsecond=0)
    uow.session.execute(delete(Count).where((Count.night == night) | (Count.night < night - KEPT)))
    counted = (
        select(Ticket.team_id, Ticket.category, func.count())
        .where(Ticket.category.in_(UNFINISHED))
        .group_by(Ticket.team_id, Ticket.category)
        .order_by(Ticket.team_id, Ticket.category)
    )
    for team, category, number in uow.session.execute(counted).all():
        uow.session.add(Count(night=night, team_id=team, category=category, tickets=number))


def nights(uow: UnitOfWork, *, last: int = 14) -> Sequence[Night]:
    """The last nights that were counted, the newest first."""
    number = func.sum(Count.tickets)
    statement = uow.query(Count, Count.night, Team.label, number).outerjoin(Team, Team.id == Count.team_id)
    since = uow.now - timedelta(days=last)
    rows = statement.where(Count.night > since).group_by(Count.night, Team.id, Team.label).order_by(number.desc())
    found: dict[datetime, Night] = {}
    for at, label, tickets in uow.session.execute(rows):
        night = found.setdefault(at, Night(at))
        night.total += int(tickets)
        night.groups.append((label or {"en": "no group", "ru": "без группы"}, int(tickets)))
    return sorted(found.values(), key=lambda n: n.at, reverse=True)
