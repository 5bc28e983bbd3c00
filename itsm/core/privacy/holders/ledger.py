"""Events about and by a person, with their texts."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from itsm.core.db import table_of
from itsm.core.hookspecs.personal import Whose
from itsm.core.ledger.models import Event, EventText
from itsm.core.privacy.rows import plain
from itsm.core.work.uow import UnitOfWork

EVENTS, TEXTS = table_of(Event), table_of(EventText)
# What they wrote as the matter of somebody else's ticket belongs to that ticket.
MATTER = ("ticket_opened", "ticket_changed", "ticket_moved")
KEPT = ("person_erased", "texts_erased")


def texts_of(whose: Whose) -> Select[Any]:
    """The ids of the events whose texts are about them or theirs."""
    return select(EVENTS.c.id).where(_theirs(whose), EVENTS.c.type.not_in(KEPT))


def _theirs(whose: Whose) -> ColumnElement[bool]:
    matter = and_(EVENTS.c.stream == "ticket", EVENTS.c.type.in_(MATTER))
    return or_(
        and_(EVENTS.c.stream == "person", EVENTS.c.subject_id.in_(whose.people)),
        and_(EVENTS.c.stream == "ticket", EVENTS.c.subject_id.in_(whose.tickets)),
        and_(EVENTS.c.actor_id.in_(whose.people), ~matter),
    )


def events_of(uow: UnitOfWork, whose: Whose) -> Iterator[dict[str, Any]]:
    """Every event about them and by them."""
    hidden = ("hash", "texts_digest", "epoch", "position")
    columns = [column for column in EVENTS.c if column.name not in hidden]
    statement = select(*columns, TEXTS.c.texts).outerjoin(TEXTS, TEXTS.c.event_id == EVENTS.c.id)
    theirs = or_(_theirs(whose), EVENTS.c.actor_id.in_(whose.people))
    for row in uow.session.execute(statement.where(theirs).order_by(EVENTS.c.id)):
        yield plain(row)
