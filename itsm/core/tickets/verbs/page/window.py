"""A long history is read in windows, the newest first; one comment is read whole."""

from typing import NamedTuple

from sqlalchemy import select

from itsm.core.errors import Unknown
from itsm.core.ledger.models import Event
from itsm.core.ledger.verbs import history
from itsm.core.texts import say
from itsm.core.tickets.models import Comment, Ticket
from itsm.core.tickets.seen import FOR_REQUESTERS, is_staff
from itsm.core.tickets.verbs.around import Told, pruned
from itsm.core.work.uow import UnitOfWork

CONVERSATION = ("ticket_opened", "ticket_moved", "comment_added", "file_attached")
BLOCK = 50  # events; a window holds one to two blocks


class Window(NamedTuple):
    """Events with their texts; `before` asks for what lies before them, 0 where nothing does; how many that are.
    until: the number before which it ends, 0 for the newest part."""

    told: list[Told]
    before: int
    earlier: int
    until: int


def history_window(uow: UnitOfWork, ticket: Ticket, *, talk: bool = False, before: int | None = None) -> Window:
    """The newest part of a ticket's history that the actor may see, or the part before an event.

    Where it begins moves on by whole blocks, so that what was read already and the newest part stay neighbours.
    talk: only what was said and where the ticket went. before: a number in the ticket's stream.
    """
    types = () if is_staff(uow.act.actor, ticket) else sorted(FOR_REQUESTERS)
    if talk:
        types = [name for name in CONVERSATION if not types or name in types]
    numbers = select(Event.seq).where(Event.stream == "ticket", Event.subject_id == ticket.id)
    if types:
        numbers = numbers.where(Event.type.in_(types))
    if before is not None:
        numbers = numbers.where(Event.seq < before)
    known = uow.session.scalars(numbers.order_by(Event.seq)).all()
    start = max(0, (len(known) - 1) // BLOCK - 1) * BLOCK
    first = known[start] if known else 0
    told = history(uow.session, "ticket", ticket.id, since=first, until=before, types=types)
    return Window(pruned(uow, ticket, told), first if start else 0, start, before or 0)


def read_comment(uow: UnitOfWork, *, number: int, comment_id: int) -> Comment:
    """One comment of a ticket, if the actor may see it."""
    wanted = uow.query(Comment).where(Comment.id == comment_id, Comment.ticket_id == number)
    found: Comment | None = uow.session.scalars(wanted).first()
    if found is None:
        raise Unknown(say("There is no such message."))
    return found
