"""Which tickets people have taken a hand in: there, machines propose and do not decide."""

from collections.abc import Collection

from sqlalchemy import select

from itsm.core.ledger.models import Event
from itsm.core.work.uow import UnitOfWork

# What somebody does beside a ticket, and not to it.
ASIDE = ("watcher_added", "watcher_removed")


def touched_by_people(uow: UnitOfWork, *, numbers: Collection[int]) -> Collection[int]:
    """Those tickets that a person has claimed, changed, linked or written on."""
    touched = (
        select(Event.subject_id)
        .where(Event.stream == "ticket", Event.subject_id.in_(list(numbers)))
        .where(Event.actor_id.is_not(None), Event.type.not_in(ASIDE))
    )
    return set(uow.session.scalars(touched.distinct()))
