"""People whom a channel meets: known by their address, or made as provisional ones for somebody to confirm."""

import re
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from itsm.core.db import upsert
from itsm.core.errors import TooMany
from itsm.core.people.models import UNCONFIRMED, Address, Person
from itsm.core.people.verbs import common
from itsm.core.people.verbs.addresses import check_address
from itsm.core.people.verbs.find import find_by_address
from itsm.core.people.verbs.people import employer, new_person
from itsm.core.schemas import LINE_CONTROL
from itsm.core.texts import fold, say
from itsm.core.work.uow import UnitOfWork

MOST_AN_HOUR = 1000


class Met(NamedTuple):
    """Somebody, and whether they were unknown until now."""

    person: Person
    new: bool


def find_or_meet(
    uow: UnitOfWork, *, type: str, value: str, name: str = "", locale: str = "en", most: int = MOST_AN_HOUR
) -> Met:
    """The person whom this address belongs to, also one who is no longer active; else a provisional one.

    The name is taken as the channel gives it: what cannot be stored is left out, and without one the address stands
    in. By the domain of an e-mail they belong to its organisation. Who may meet the people of one organisation only
    gets the same refusal for all others, known or not. Raises `Invalid` for what is no address, `TooMany` when channels
    met `most` unknown people within an hour: open the ticket without a person then, nothing is lost.
    """
    uow.require_somewhere("people.meet")
    fresh, folded = check_address(type, value)
    known = find_by_address(uow, type=type, value=fresh)
    organisation = known.organisation_id if known is not None else employer(uow, [(type, fresh)])
    uow.require("people.meet", organisation)
    if known is not None:
        return Met(known, False)
    _refuse_flood(uow, most)
    row = new_person(uow, name=_name(name) or fresh, locale=locale)
    row.provisional = True
    row.organisation_id = organisation
    if not _put(uow, row, type, fresh, folded):
        other = find_by_address(uow, type=type, value=fresh)
        assert other is not None  # noqa: S101  (the address is taken, and addresses are not given up in between)
        return Met(other, False)
    facts = {"provisional": True, "organisation": row.organisation_id}
    texts = {"name": row.name, "addresses": [[type, fresh]]}
    common.tell(uow, "person", row.id, "person_added", facts, texts, begins=True)
    return Met(row, True)


def _name(name: str) -> str:
    """One line of at most 200 characters, whatever a stranger's mail calls itself."""
    text = " ".join(re.sub(LINE_CONTROL, " ", name).split())
    while max(len(text), len(fold(text))) > common.LONGEST_NAME:
        text = text[: min(len(text) - 1, common.LONGEST_NAME)].rstrip()
    return text


def _put(uow: UnitOfWork, row: Person, type: str, value: str, folded: str) -> bool:
    """Write both, or neither when another message of the same stranger was a moment faster."""
    point = uow.session.begin_nested()
    uow.session.add(row)
    uow.session.flush()
    values = {"person_id": row.id, "type": type, "value": value, "value_fold": folded}
    statement = upsert(uow.session, Address).values(values).on_conflict_do_nothing().returning(Address.id)
    if uow.session.scalars(statement).first() is None:
        point.rollback()
        return False
    point.commit()
    return True


def _refuse_flood(uow: UnitOfWork, most: int) -> None:
    recent = (
        select(func.count()).select_from(Person).where(UNCONFIRMED, Person.created_at > uow.now - timedelta(hours=1))
    )
    if (uow.session.scalar(recent) or 0) >= most:
        raise TooMany(say("Too many unknown people within an hour; confirm or merge those who wait."), wait=3600)
