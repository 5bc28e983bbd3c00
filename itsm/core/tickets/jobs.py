"""Long work on tickets, owed in batches: each call does one, and owes the next."""

from collections.abc import Sequence

from sqlalchemy import select

from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs.draft import lock_ticket, workflow_of
from itsm.core.work.uow import UnitOfWork


def remap(
    uow: UnitOfWork, *, kind: str, states: Sequence[str], after: int = 0, done: int = 0, batch: int = 200
) -> None:
    """Let the tickets of removed states stand where the life cycle in force says, in the order of their numbers.

    What is done, and from where to go on, stands in the arguments of the call; a state that came back is left alone.
    """
    known = workflow_of(uow, kind)[1].states
    gone = [state for state in states if state not in known]
    waiting = select(Ticket.id).where(Ticket.kind == kind, Ticket.state.in_(gone), Ticket.id > after)
    numbers = uow.session.scalars(waiting.order_by(Ticket.id).limit(batch)).all() if gone else []
    for number in numbers:
        lock_ticket(uow, number, "tickets.work")
    if len(numbers) == batch:
        uow.later("core.remap", kind=kind, states=gone, after=numbers[-1], done=done + batch, batch=batch)
