"""Whose data is whose: a person with their duplicates, and the tickets that are theirs."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_, or_, select

from itsm.core.hookspecs.personal import PersonalData
from itsm.core.people.models import Person
from itsm.core.tickets.models import Ticket
from itsm.core.work.uow import UnitOfWork

HOOK = "register_personal_data"


def holders(uow: UnitOfWork) -> Sequence[PersonalData]:
    """Every part that holds personal data, in order."""
    brought: Mapping[str, PersonalData] = uow.registry.brought.get(HOOK, {})
    return sorted(brought.values(), key=lambda data: (data.order, data.name))


def same_people(uow: UnitOfWork, person_id: int) -> frozenset[int]:
    """The person and everybody who was merged into them."""
    merged = uow.session.scalars(select(Person.id).where(Person.merged_into_id == person_id))
    return frozenset((person_id, *merged))


def their_tickets(uow: UnitOfWork, people: Collection[int]) -> frozenset[int]:
    """Tickets that were asked for by them or for them; what they only registered for somebody else is not theirs."""
    alone = and_(Ticket.registered_by_id.in_(people), Ticket.requested_for_id.is_(None), Ticket.contact_id.is_(None))
    theirs = or_(Ticket.requested_for_id.in_(people), Ticket.contact_id.in_(people), alone)
    return frozenset(uow.session.scalars(select(Ticket.id).where(theirs)))
