"""Links, parent and children, merge and split."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update

from itsm.core.errors import Conflict, Invalid
from itsm.core.texts import say
from itsm.core.tickets.models import Comment, Link, Ticket
from itsm.core.tickets.rules import State, enter
from itsm.core.tickets.verbs.draft import draft_of, lock_ticket, save_change, stamp, tell
from itsm.core.tickets.verbs.open import open_ticket
from itsm.core.work.uow import UnitOfWork

LINK_TYPES = ("relates", "duplicates", "causes", "follows", "split_from")
MERGED = State("merged", {"en": "Merged", "ru": "Объединена"}, "closed", "merged")
DEEPEST = 20


def link_tickets(uow: UnitOfWork, *, number: int, to: int, type: str = "relates") -> None:
    """Link two tickets that the actor can see; a link that is there already is left alone."""
    if type not in LINK_TYPES:
        raise Invalid.field("type", say("Must be one of: {allowed}.", allowed=", ".join(LINK_TYPES)))
    one, other = _both(uow, number, to)
    put_link(uow, one, other, type)


def unlink_tickets(uow: UnitOfWork, *, number: int, to: int, type: str = "relates") -> None:
    """Remove a link."""
    one, other = _both(uow, number, to)
    mine = (Link.from_id == one.id, Link.to_id == other.id, Link.type == type)
    if uow.session.scalars(delete(Link).where(*mine).returning(Link.to_id)).first() is not None:
        tell(uow, one, "link_removed", {"to": other.id, "link": type})
        tell(uow, other, "link_removed", {"from": one.id, "link": type})


def put_link(uow: UnitOfWork, one: Ticket, other: Ticket, type: str) -> None:
    """Write a link and tell both tickets."""
    known = select(Link.to_id).where(Link.from_id == one.id, Link.to_id == other.id, Link.type == type)
    if uow.session.scalars(known).first() is None:
        uow.session.execute(insert(Link).values(from_id=one.id, to_id=other.id, type=type, created_at=uow.now))
        tell(uow, one, "link_added", {"to": other.id, "link": type})
        tell(uow, other, "link_added", {"from": one.id, "link": type})


def _both(uow: UnitOfWork, number: int, other: int) -> tuple[Ticket, Ticket]:
    """Two tickets, locked in the order of their numbers, so that two acts never wait for each other."""
    if number == other:
        raise Invalid.field("to", say("A ticket cannot be related to itself."))
    locked = {n: lock_ticket(uow, n, "tickets.work") for n in sorted((number, other))}
    return locked[number], locked[other]


def set_parent(uow: UnitOfWork, *, number: int, parent: int | None) -> Ticket:
    """Make a ticket the child of another, or of none; circles and chains over 20 deep are refused."""
    ticket = _both(uow, number, parent)[0] if parent is not None else lock_ticket(uow, number, "tickets.work")
    if parent is not None:
        _refuse_circle(uow, number, parent)
    draft = draft_of(uow, ticket)
    draft.values["parent"] = parent
    save_change(uow, ticket, draft, "ticket_changed")
    return ticket


def _refuse_circle(uow: UnitOfWork, number: int, parent: int) -> None:
    above: int | None = parent
    for _ in range(DEEPEST):
        if above is None:
            return
        if above == number:
            raise Invalid.field("parent", say("That would make the ticket its own ancestor."))
        above = uow.session.scalar(select(Ticket.parent_id).where(Ticket.id == above))
    raise Invalid.field("parent", say("Tickets can be nested {depth} deep at most.", depth=DEEPEST))


def merge_ticket(uow: UnitOfWork, *, number: int, into: int) -> Ticket:
    """Merge a ticket into another: it is closed as *merged*, points there, and its children move over.

    Its conversation stays readable on itself; the target tells what was merged into it. Returns the target.
    """
    source, target = _both(uow, number, into)
    if source.merged_into_id is not None:
        raise Conflict(say("The ticket {number} is merged already.", number=number))
    if target.merged_into_id is not None:
        raise Invalid.field("into", say("The ticket {number} is itself merged into another.", number=into))
    if target.category == "closed":
        raise Invalid.field("into", say("The ticket {number} is closed.", number=into))
    draft = draft_of(uow, source)
    enter(draft.values, MERGED)
    draft.transition = "merge"
    stamp(uow, source, MERGED)
    source.merged_into_id = target.id
    save_change(uow, source, draft, "ticket_moved", {"transition": "merge", "merged_into": target.id})
    uow.session.execute(update(Ticket).where(Ticket.parent_id == source.id).values(parent_id=target.id))
    tell(uow, target, "ticket_absorbed", {"merged": source.id})
    return target


def split_ticket(uow: UnitOfWork, *, number: int, comments: Sequence[int], title: str) -> Ticket:
    """Open a new ticket of the same kind from some messages of this one; both say where the messages went.

    The first public one becomes its description, which a requester sees: a note alone makes no ticket.
    The messages stay on the old ticket too: the ledger is append-only and the requester was told so.
    """
    source = lock_ticket(uow, number, "tickets.work")
    mine = (Comment.ticket_id == source.id, Comment.id.in_(comments))
    chosen = uow.session.scalars(uow.query(Comment).where(*mine).order_by(Comment.id)).all()
    first = next((comment for comment in chosen if comment.public), None)
    if first is None or len(chosen) != len(set(comments)):
        raise Invalid.field("comments", say("Choose messages of this ticket, one that is no internal note among them."))
    fresh = open_like(uow, source, title=title, description=first.body)
    for comment in chosen:
        if comment is not first:
            _copy(uow, comment, fresh)
    put_link(uow, fresh, source, "split_from")
    return fresh


def _copy(uow: UnitOfWork, comment: Comment, fresh: Ticket) -> None:
    kept = ("public", "author_id", "author", "body", "channel", "created_at")
    write_comment(uow, fresh, Comment(**{name: getattr(comment, name) for name in kept}), moved=True)


def open_like(uow: UnitOfWork, ticket: Ticket, *, title: str, description: str, topic: str | None = None) -> Ticket:
    """Open a ticket of the same kind, for the same people, service and team."""
    return open_ticket(
        uow,
        kind=ticket.kind,
        title=title,
        description=description,
        form=False,
        topic=topic,
        contact=ticket.contact_id,
        requested_for=ticket.requested_for_id,
        organisation=ticket.organisation_id,
        service=ticket.service_id,
        team=ticket.team_id,
    )


def write_comment(uow: UnitOfWork, ticket: Ticket, comment: Comment, **facts: bool) -> Comment:
    """Put a comment on a locked ticket and tell it there."""
    comment.ticket_id = ticket.id
    uow.session.add(comment)
    uow.session.flush()
    told = {"comment": comment.id, "public": comment.public, "body": comment.body}
    tell(uow, ticket, "comment_added", {**told, **facts})
    return comment
