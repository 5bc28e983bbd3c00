"""Read what hangs around a ticket that the actor may see; linked tickets only where they are visible too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy import inspect as mapping_of

from itsm.core.ledger.models import Event
from itsm.core.ledger.verbs import history
from itsm.core.tickets.models import Attachment, Comment, Link, Tag, Ticket, Watcher, WorkTime
from itsm.core.tickets.seen import is_staff, may_see_event
from itsm.core.work.uow import UnitOfWork

Told = tuple[Event, Mapping[str, Any]]
MOST = 200
OF_TWO = ("link_added", "link_removed", "ticket_absorbed")
NAMING = {
    "link_added": ("to", "from"), "link_removed": ("to", "from"), "ticket_absorbed": ("merged",),
    "ticket_moved": ("merged_into",), "ticket_changed": ("parent",), "ticket_opened": ("parent",),
}  # fmt: skip


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
    merged_into: int | None


def around_ticket(uow: UnitOfWork, ticket: Ticket) -> Around:
    """Everything around a ticket in a fixed number of queries."""
    session, mine = uow.session, ticket.id
    links = session.execute(
        select(Link.from_id, Link.to_id, Link.type).where(or_(Link.from_id == mine, Link.to_id == mine)).limit(MOST)
    ).all()
    others = {link.to_id if link.from_id == mine else link.from_id for link in links}
    above = {number for number in (ticket.parent_id, ticket.merged_into_id) if number is not None}
    known = _tickets(uow, Ticket.id.in_(others | above)) if others | above else {}
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
        merged_into=ticket.merged_into_id if ticket.merged_into_id in known else None,
    )


def _tickets(uow: UnitOfWork, condition: Any) -> dict[int, Row[Any]]:
    columns = (Ticket.id, Ticket.kind, Ticket.title, Ticket.state, Ticket.category)
    rows = uow.session.execute(uow.query(Ticket, *columns).where(condition).order_by(Ticket.id).limit(MOST))
    return {row.id: row for row in rows}


def visible_numbers(uow: UnitOfWork, numbers: Iterable[int | None]) -> dict[int | None, int]:
    """Those of the numbers whose tickets the actor may see, to look a number up by itself; of others none is named."""
    wanted = {number for number in numbers if number is not None}
    if not wanted:
        return {}
    found = uow.session.scalars(uow.query(Ticket, Ticket.id).where(Ticket.id.in_(wanted)))
    return {number: number for number in found}


def visible_history(uow: UnitOfWork, ticket: Ticket) -> list[Told]:
    """The events of a visible ticket that the actor may see, with their texts, from the first.

    What ties it to a ticket that they cannot see is left out, for it would tell that there is one.
    """
    return pruned(uow, ticket, history(uow.session, "ticket", ticket.id))


def pruned(uow: UnitOfWork, ticket: Ticket, pairs: Iterable[Told]) -> list[Told]:
    """Those of the events that the actor may see."""
    staff = is_staff(uow.act.actor, ticket)
    told = [pair for pair in pairs if may_see_event(staff, pair[0])]
    named = {number for event, _ in told for numbers in _others(event).values() for number in numbers}
    known = visible_numbers(uow, named)
    if len(known) == len(named):
        return told
    left = ((_without(event, known), texts) for event, texts in told)
    return [(event, texts) for event, texts in left if event is not None]


def _others(event: Event) -> dict[str, list[int]]:
    """The numbers of other tickets that an event names, by the name of the fact."""
    facts = {name: event.facts[name] for name in NAMING.get(event.type, ()) if name in event.facts}
    several = {name: value if isinstance(value, list) else [value] for name, value in facts.items()}
    return {name: [number for number in value if isinstance(number, int)] for name, value in several.items()}


def _without(event: Event, known: Mapping[int | None, int]) -> Event | None:
    """The event without facts that name what is not known; None where nothing would be left to tell."""
    hidden = [name for name, numbers in _others(event).items() if not known.keys() >= set(numbers)]
    if not hidden:
        return event
    facts = {name: value for name, value in event.facts.items() if name not in hidden}
    if event.type in OF_TWO or (event.type == "ticket_changed" and not facts):
        return None
    columns = {one.key: getattr(event, one.key) for one in mapping_of(Event).column_attrs}
    return Event(**columns | {"facts": facts})


def conversation(uow: UnitOfWork, ticket: Ticket, told: Iterable[Told]) -> tuple[dict[int, Comment], list[Attachment]]:
    """The comments by id and the files that these events tell of and the actor may see."""
    events = [event for event, _ in told]
    said = [event.facts.get("comment", 0) for event in events if event.type == "comment_added"]
    sent = [event.facts.get("attachment", 0) for event in events if event.type == "file_attached"]
    comments: Sequence[Comment] = ()
    files: Sequence[Attachment] = ()
    if said:
        comments = uow.session.scalars(uow.query(Comment).where(Comment.id.in_(said))).all()
    if sent or said:
        told_of = or_(Attachment.id.in_(sent), Attachment.comment_id.in_(said))
        mine = uow.query(Attachment).where(Attachment.ticket_id == ticket.id, told_of)
        files = uow.session.scalars(mine.order_by(Attachment.id)).all()
    return {comment.id: comment for comment in comments}, list(files)
