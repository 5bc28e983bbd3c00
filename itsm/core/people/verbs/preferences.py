"""What one person prefers; nobody else reads or sets it, and no event tells of it."""

import json
from collections.abc import Mapping
from typing import Any

from itsm.core.errors import Forbidden, TooLarge
from itsm.core.people.models import Preference
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

LARGEST = 20_000  # characters of JSON


def preference(uow: UnitOfWork, key: str) -> Mapping[str, Any]:
    """The actor's own preference; {} when they have set none."""
    row = uow.session.get(Preference, (uow.act.actor.person_id, key)) if uow.act.actor.person_id else None
    return row.value if row is not None else {}


def set_preference(uow: UnitOfWork, key: str, value: Mapping[str, Any]) -> None:
    """Set it as a whole; {} forgets it. Raises `TooLarge` beyond 20,000 characters of JSON."""
    person_id = uow.act.actor.person_id
    if person_id is None:
        raise Forbidden(say("Only a person has settings."))
    if len(json.dumps(value)) > LARGEST:
        raise TooLarge(say("That is too much to keep."))
    row = uow.session.get(Preference, (person_id, key))
    if row is None and value:
        uow.session.add(Preference(person_id=person_id, key=key, value=dict(value)))
    elif row is not None and value:
        row.value = dict(value)
    elif row is not None:
        uow.session.delete(row)
