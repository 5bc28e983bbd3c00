"""Files that stand in fields."""

from typing import Any

from itsm.core.errors import Unknown
from itsm.core.fields.verbs.move import SUBJECTS
from itsm.core.people.seen import is_staff_of, organisation_of_row
from itsm.core.schemas import MAX_ID
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.seen import is_staff
from itsm.core.work.uow import UnitOfWork


def file_of(uow: UnitOfWork, *, subject: str, id_: int, name: str) -> dict[str, Any]:
    """The file in the field `name` of what the actor may see; requesters see the public fields."""
    model = SUBJECTS.get(subject)
    field = uow.registry.fields_of(subject).get(name)
    row: Any = None
    if model is not None and field is not None and field.type == "file" and 0 < id_ <= MAX_ID:
        row = uow.session.scalars(uow.query(model).where(model.id == id_)).first()
    value: dict[str, Any] | None = row.fields.get(name) if row is not None else None
    if value is None or field is None or not (field.public or _is_staff(uow, row)):
        raise Unknown(say("There is no such file."))
    return value


def _is_staff(uow: UnitOfWork, row: Any) -> bool:
    who = uow.act.actor
    return is_staff(who, row) if isinstance(row, Ticket) else is_staff_of(who, organisation_of_row(row))
