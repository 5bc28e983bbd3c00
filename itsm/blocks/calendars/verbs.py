"""The calendars in force."""

from collections.abc import Mapping, Sequence
from typing import Any

from itsm.blocks.calendars.outside import special_days
from itsm.blocks.calendars.rules import Calendar
from itsm.blocks.calendars.rules.days import parse_calendar
from itsm.blocks.calendars.settings import NAME
from itsm.core.configuration.verbs import parsed_document
from itsm.core.errors import Unknown
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


def calendar(uow: UnitOfWork, key: str) -> Calendar:
    """The calendar `key` as it is in force; read once per revision of the document."""
    found = _calendars(uow).get(key)
    if found is None:
        raise Unknown(say("There is no calendar {key}; the document “Calendars” names them.", key=key))
    return found


def list_calendars(uow: UnitOfWork) -> Sequence[Calendar]:
    """All calendars in their order."""
    return list(_calendars(uow).values())


def _calendars(uow: UnitOfWork) -> Mapping[str, Calendar]:
    zone = uow.registry.timezone

    def parse(body: Mapping[str, Any]) -> Mapping[str, Calendar]:
        return {e["key"]: parse_calendar(e, zone, special_days(e["holidays"])) for e in body["calendars"]}

    return parsed_document(uow, NAME, parse)[1]
