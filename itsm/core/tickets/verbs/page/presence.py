"""What is new on a ticket since somebody looked, and who else looks at it or writes on it now."""

from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import and_, delete, or_, select

from itsm.core.db import upsert
from itsm.core.errors import Unknown
from itsm.core.ledger.models import StreamHead
from itsm.core.schemas import MAX_ID
from itsm.core.texts import say
from itsm.core.tickets.models import Presence, Ticket
from itsm.core.tickets.seen import is_staff
from itsm.core.work.uow import UnitOfWork

FORGOTTEN = timedelta(seconds=60)
RENEWED = timedelta(seconds=30)


class News(NamedTuple):
    """mark: another one when something is new. others: (person, whether they write) who are here now, for staff alone.
    known: what is noted of the actor, None when that has to be noted anew."""

    mark: str
    others: list[tuple[int, bool]]
    known: bool | None
    staff: bool


def ticket_news(uow: UnitOfWork, *, number: int) -> News:
    """One query. Who is no staff of the ticket learns of nobody's presence."""
    head = select(StreamHead.seq).where(StreamHead.stream == "ticket", StreamHead.subject_id == number)
    columns = (Ticket.version, Ticket.organisation_id, Ticket.team_id, Ticket.assignee_id, head.scalar_subquery())
    here = and_(Presence.ticket_id == Ticket.id, Presence.seen_at > uow.now - FORGOTTEN)
    statement = uow.query(Ticket, *columns, Presence.person_id, Presence.editing, Presence.seen_at)
    statement = statement.select_from(Ticket).outerjoin(Presence, here).where(Ticket.id == number)
    rows = uow.session.execute(statement.order_by(Presence.person_id)).all() if 0 < number <= MAX_ID else []
    if not rows:
        raise Unknown(say("There is no ticket {number}.", number=number))
    staff, me = is_staff(uow.act.actor, rows[0]), uow.act.actor.person_id
    present = [row for row in rows if staff and row.person_id is not None]
    others = [(row.person_id, row.editing) for row in present if row.person_id != me]
    known = next((r.editing for r in present if r.person_id == me and r.seen_at > uow.now - RENEWED), None)
    said = f"{rows[0].version} {rows[0][4]} {others}"
    return News(sha256(said.encode()).hexdigest()[:16], others, known, staff)


def be_here(uow: UnitOfWork, *, number: int, editing: bool) -> None:
    """Note that the actor looks at a ticket that they see as staff, and forget where they looked before."""
    me = uow.act.actor.person_id
    gone = or_(Presence.person_id == me, Presence.ticket_id == number)
    uow.session.execute(delete(Presence).where(gone, Presence.seen_at < uow.now - FORGOTTEN))
    values = {"ticket_id": number, "person_id": me, "editing": editing, "seen_at": uow.now}
    fresh = {"editing": editing, "seen_at": uow.now}
    statement = upsert(uow.session, Presence).values(values)
    uow.session.execute(statement.on_conflict_do_update(index_elements=["ticket_id", "person_id"], set_=fresh))
