"""The calendars that a desk starts from."""

from collections.abc import Mapping
from typing import Any

from itsm.blocks.calendars.schemas import CalendarsSchema, check_calendars
from itsm.core.hookspecs.declarations import DocumentType

NAME = "calendars.calendars"
WORKDAYS = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
ALL_DAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def _calendar(key: str, en: str, ru: str, hours: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": key,
        "label": {"en": en, "ru": ru},
        "zone": "",
        "hours": hours,
        "holidays": [],
        "moved_day_as": "mon",
        "exceptions": [],
        "shifts": [],
    }


CALENDARS: Mapping[str, Any] = {
    "calendars": [
        _calendar("office", "Office hours", "Рабочее время", WORKDAYS),
        _calendar("always", "Around the clock", "Круглосуточно", ALL_DAYS),
    ]
}
DOCUMENT = DocumentType(NAME, {"en": "Calendars", "ru": "Календари"}, CalendarsSchema, CALENDARS, check_calendars)
