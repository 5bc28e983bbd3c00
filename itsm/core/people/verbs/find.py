"""Find people: by address, by what somebody types, and those who wait to be confirmed."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select

from itsm.core.errors import Unknown
from itsm.core.people.models import UNCONFIRMED, Address, Contract, Organisation, Person
from itsm.core.people.rules import address_fold, digits_of_phone
from itsm.core.people.verbs import common
from itsm.core.schemas import MAX_ID
from itsm.core.texts import fold
from itsm.core.work.uow import UnitOfWork


def find_by_address(uow: UnitOfWork, *, type: str, value: str) -> Person | None:
    """The person whom an address belongs to, whoever asks: for channels, which must know whom they meet."""
    return uow.session.scalars(_addressed(select(Person), type, value)).first()


def find_visible(uow: UnitOfWork, *, type: str, value: str) -> Person | None:
    """The person whom an address belongs to, if the actor may see them: for what somebody typed."""
    found: Person | None = uow.session.scalars(_addressed(uow.query(Person), type, value)).first()
    return found


def _addressed(statement: Select[Any], type: str, value: str) -> Select[Any]:
    statement = statement.join(Address, Address.person_id == Person.id)
    return statement.where(Address.type == type, Address.value_fold == address_fold(type, value))


def suggest_people(uow: UnitOfWork, *, words: str, limit: int = 10) -> Sequence[Person]:
    """Whom `words` may mean, for type-ahead, never the whole list: by the words of a name, the beginning of an address,
    digits of a phone; after them by the name or the beginning of a contract's number of their organisation."""
    if not fold(words):
        return []
    own = or_(*_own(words))
    employed = Person.organisation_id.in_(_organisations(uow, words))
    statement = uow.query(Person).where(Person.active, or_(own, employed))
    order = (case((own, 0), else_=1), Person.name_fold, Person.id)
    return uow.session.scalars(statement.order_by(*order).limit(limit)).all()


def _own(words: str) -> Iterator[ColumnElement[bool]]:
    """What says it of the person."""
    start, digits = fold(words), digits_of_phone(words)
    yield and_(*(Person.name_fold.contains(word, autoescape=True) for word in start.split()[:8]))
    yield Person.id.in_(select(Address.person_id).where(Address.value_fold.startswith(start, autoescape=True)))
    if digits:
        holding = select(Address.person_id).where(Address.type == "phone", Address.value_fold.contains(digits))
        yield Person.id.in_(holding)


def _organisations(uow: UnitOfWork, words: str) -> Select[Any]:
    start = fold(words)
    contracted = select(Contract.organisation_id).where(Contract.number_fold.startswith(start, autoescape=True))
    named = Organisation.name_fold.contains(start, autoescape=True)
    return uow.query(Organisation, Organisation.id).where(or_(named, Organisation.id.in_(contracted)))


def find_one(uow: UnitOfWork, model: Any, id_: int, *options: Any) -> Any:
    """A person, organisation or team by id; of one that was merged, the survivor. Raises `Unknown`."""
    wanted = min(id_, MAX_ID)
    if hasattr(model, "merged_into_id"):
        wanted = common.survivor_of(uow, model, wanted)
    row = uow.session.scalars(uow.query(model).where(model.id == wanted).options(*options)).first()
    if row is None:
        raise Unknown(common.nothing(model, id_))
    return row


def list_provisional(uow: UnitOfWork, *, limit: int = 100) -> Sequence[Person]:
    """People whom channels met and nobody has confirmed, the newest first."""
    statement = uow.query(Person).where(UNCONFIRMED, Person.active).order_by(Person.created_at.desc(), Person.id)
    return uow.session.scalars(statement.limit(limit)).all()
