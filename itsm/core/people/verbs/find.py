"""Find people: by address, by what somebody types, and those who wait to be confirmed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select

from itsm.core.errors import Unknown
from itsm.core.people.models import UNCONFIRMED, Address, Person
from itsm.core.people.rules import address_fold
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
    """People whose name or address begins like `words`, for type-ahead; never the whole list."""
    start = fold(words)
    if not start:
        return []
    by_address = select(Address.person_id).where(Address.value_fold.startswith(start, autoescape=True))
    matches = or_(Person.name_fold.contains(start, autoescape=True), Person.id.in_(by_address))
    statement = uow.query(Person).where(Person.active, matches).order_by(Person.name_fold, Person.id)
    return uow.session.scalars(statement.limit(limit)).all()


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
