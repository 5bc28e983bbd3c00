"""Addresses by which people are reached and recognised; each belongs to one person."""

from typing import Any

from sqlalchemy import select

from itsm.core.errors import Conflict, Invalid, Unknown
from itsm.core.people.models import Address, Person
from itsm.core.people.rules import TYPES, address_fold, is_email
from itsm.core.people.verbs import common
from itsm.core.schemas import LINE_CONTROL
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

LONGEST = 200


def add_address(uow: UnitOfWork, *, person_id: int, type: str, value: str, match: int | None = None) -> Address:
    """Give a person one more address."""
    person: Person = common.lock(uow, Person, person_id, "people.edit", match)
    row = give_address(uow, person_id=person.id, type=type, value=value)
    _tell(uow, person, "address_added", row.type, [row.value])
    return row


def change_address(
    uow: UnitOfWork, *, person_id: int, address_id: int, value: str, match: int | None = None
) -> Address:
    """Correct an address; its type stays."""
    person: Person = common.lock(uow, Person, person_id, "people.edit", match)
    row = _address(uow, person_id, address_id)
    fresh, folded = check_address(row.type, value)
    if folded != row.value_fold:
        _refuse_taken(uow, row.type, folded, fresh)
    if fresh != row.value:
        before, row.value, row.value_fold = row.value, fresh, folded
        _tell(uow, person, "address_changed", row.type, [before, fresh])
    return row


def remove_address(uow: UnitOfWork, *, person_id: int, address_id: int, match: int | None = None) -> None:
    """Take an address away: what comes from it then comes from somebody unknown."""
    person: Person = common.lock(uow, Person, person_id, "people.edit", match)
    row = _address(uow, person_id, address_id)
    uow.session.delete(row)
    _tell(uow, person, "address_removed", row.type, [row.value])


def give_address(uow: UnitOfWork, *, person_id: int, type: str, value: str) -> Address:
    """Write an address of a person who is locked or new."""
    fresh, folded = check_address(type, value)
    _refuse_taken(uow, type, folded, fresh)
    row = Address(person_id=person_id, type=type, value=fresh, value_fold=folded)
    uow.session.add(row)
    uow.session.flush()
    return row


def check_address(type: Any, value: Any) -> tuple[str, str]:
    """(value, fold) of an address as they are stored; raises `Invalid`."""
    if type not in TYPES:
        raise Invalid.field("type", say("Must be one of: {allowed}.", allowed=", ".join(TYPES)))
    text = value.strip() if isinstance(value, str) else ""
    if not text or LINE_CONTROL.search(text):
        raise Invalid.field("value", say("An address has 1 to 200 characters."))
    folded = address_fold(type, text)
    if max(len(text), len(folded)) > LONGEST:
        raise Invalid.field("value", say("An address has 1 to 200 characters."))
    if type == "email" and not is_email(text):
        raise Invalid.field("value", say("This is no e-mail address."))
    return text, folded


def _refuse_taken(uow: UnitOfWork, type: str, folded: str, value: str) -> None:
    owner = select(Address.person_id).where(Address.type == type, Address.value_fold == folded)
    if uow.session.scalars(owner).first() is not None:
        raise Conflict(say("The address {value} belongs to somebody already.", value=value))


def _address(uow: UnitOfWork, person_id: int, address_id: int) -> Address:
    row: Address | None = uow.session.scalars(
        uow.query(Address).where(Address.id == address_id, Address.person_id == person_id)
    ).first()
    if row is None:
        raise Unknown(say("There is no such address."))
    return row


def _tell(uow: UnitOfWork, person: Person, type: str, kind: str, values: list[str]) -> None:
    """An address is part of its person: their version changes with it."""
    person.version += 1
    uow.session.flush()
    common.tell(uow, "person", person.id, type, {"type": kind}, {"address": values})
