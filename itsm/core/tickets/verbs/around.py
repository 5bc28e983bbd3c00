"""Read what hangs around a ticket that the actor may see; linked tickets only where they are visible too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, or_, select

from itsm.core.tickets.models import Attachment, Comment, Link, Tag, Ticket, Watcher, WorkTime
from itsm.core.work.uow import UnitOfWork

MOST = 200


@dataclass(frozen=True, slots=True)
class Linked:
    """A linked ticket; `forward` when the link was made from this one."""

    type: str
    forward: bool
    ticket: Row[Any]


@dataclass(frozen=True, slots=True)
class Around:
    """Tags, watchers, links, parent and children, and (person, minutes) of work time."""

    tags: Sequence[str]
    watchers: Sequence[int]
    links: Sequence[Linked]
    parent: Row[Any] | None
    children: Sequence[Row[Any]]
    work: Sequence[tuple[int, int]]


def around_ticket(uow: UnitOfWork, ticket: Ticket) -> Around:
    """Everything around a ticket in a fixed number of queries."""
    session, mine = uow.session, ticket.id
    links = session.execute(
        select(Link.from_id, Link.to_id, Link.type).where(or_(Link.from_id == mine, Link.to_id == mine)).limit(MOST)
    ).all()
    others = {link.to_id if link.from_id == mine else link.from_id for link in links}
    known = _tickets(uow, Ticket.id.in_(others | ({ticket.parent_id} if ticket.parent_id else set())))
    linked = [
        Linked(link.type, link.from_id == mine, known[other])
        for link in links
        if (other := link.to_id if link.from_id == mine else link.from_id) in known
    ]
    spent = select(WorkTime.person_id, func.sum(WorkTime.minutes)).where(WorkTime.ticket_id == mine)
    return Around(
        tags=session.scalars(select(Tag.tag).where(Tag.ticket_id == mine).order_by(Tag.fold)).all(),
        watchers=session.scalars(select(Watcher.person_id).where(Watcher.ticket_id == mine)).all(),
        links=linked,
        parent=known.get(ticket.parent_id or 0),
        children=list(_tickets(uow, Ticket.parent_id == mine).values()),
        work=[(person, int(minutes)) for person, minutes in session.execute(spent.group_by(WorkTime.person_id))],
    )


def _tickets(uow: UnitOfWork, condition: Any) -> dict[int, Row[Any]]:
    columns = (Ticket.id, Ticket.kind, Ticket.title, Ticket.state, Ticket.category)
    rows = uow.session.execute(uow.query(Ticket, *columns).where(condition).order_by(Ticket.id).limit(MOST))
    return {row.id: row for row in rows}


def conversation(uow: UnitOfWork, ticket: Ticket) -> tuple[dict[int, Comment], list[Attachment]]:
    """The comments by id and the files that the actor may see."""
    comments = uow.session.scalars(uow.query(Comment).where(Comment.ticket_id == ticket.id))
    files = uow.session.scalars(uow.query(Attachment).where(Attachment.ticket_id == ticket.id).order_by(Attachment.id))
    return {comment.id: comment for comment in comments}, list(files)
