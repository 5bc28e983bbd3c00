"""Files that stand in fields."""

from typing import Any

from itsm.core.errors import Unknown
from itsm.core.fields.verbs.move import SUBJECTS
from itsm.core.schemas import MAX_ID
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


def file_of(uow: UnitOfWork, *, subject: str, id_: int, name: str) -> dict[str, Any]:
    """The file in the field `name` of what the actor may see; requesters see the public fields."""
    model = SUBJECTS.get(subject)
    field = uow.registry.fields_of(subject).get(name)
    hidden = field is None or field.type != "file" or not (field.public or uow.act.actor.may("tickets.internal"))
    if model is None or hidden or not 0 < id_ <= MAX_ID:
        raise Unknown(say("There is no such file."))
    held = uow.session.scalars(uow.query(model, model.fields).where(model.id == id_)).first()
    value: dict[str, Any] | None = (held or {}).get(name)
    if value is None:
        raise Unknown(say("There is no such file."))
    return value
