"""The document `calendars.calendars`, and the rules over it as a whole."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from marshmallow import ValidationError, fields

from itsm.blocks.calendars.outside import is_country, is_zone
from itsm.blocks.calendars.rules.hours import WEEKDAYS, Misshapen, clashes, parse_interval, parse_intervals, parse_week
from itsm.core.errors import Invalid, Refusal
from itsm.core.schemas import Among, Key, LabelField, Line, Size, Strict
from itsm.core.texts import Message, say


class Hours(fields.String):
    """One interval, `"09:00-18:00"`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            parse_interval(text)
        except Misshapen as wrong:
            raise ValidationError([wrong.message]) from wrong
        return text.replace(" ", "").replace("–", "-")


class Day(fields.Field[str]):
    """A date, `2026-12-31`; YAML reads it as a date by itself."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        try:
            return (value if type(value) is date else date.fromisoformat(value)).isoformat()
        except (TypeError, ValueError):
            raise ValidationError([say("Not a valid date; write 2026-12-31.")]) from None


def _week(**more: Any) -> fields.Dict:
    days = fields.List(Hours(), validate=Size(0, 12))
    return fields.Dict(keys=fields.String(validate=Among(WEEKDAYS)), values=days, **more)


class ExceptionSchema(Strict):
    """A day that differs; without hours it is closed."""

    date = Day(required=True)
    hours = fields.List(Hours(), validate=Size(0, 12), load_default=list)
    label = LabelField(required=True)


class ShiftSchema(Strict):
    """Hours of duty by weekday."""

    key = Key(required=True)
    label = LabelField(required=True)
    hours = _week(required=True)


class CalendarSchema(Strict):
    """One calendar. zone: '' is the desk's. holidays: codes of countries, `RU`, or with a part, `DE-BY`."""

    key = Key(required=True)
    label = LabelField(required=True)
    zone = Line(60, blank=True, load_default="")
    hours = _week(required=True)
    holidays = fields.List(Line(20), validate=Size(0, 10), load_default=list)
    moved_day_as = fields.String(validate=Among(WEEKDAYS), load_default="mon")
    exceptions = fields.List(fields.Nested(ExceptionSchema), validate=Size(0, 2000), load_default=list)
    shifts = fields.List(fields.Nested(ShiftSchema), validate=Size(0, 50), load_default=list)


class CalendarsSchema(Strict):
    """All calendars of the desk."""

    calendars = fields.List(fields.Nested(CalendarSchema), required=True, validate=Size(1, 200))


def check_calendars(body: Mapping[str, Any]) -> None:
    """Refuse what cannot be counted with, each with its place."""
    refusals = list(_doubled("calendars", [c["key"] for c in body["calendars"]]))
    for index, calendar in enumerate(body["calendars"]):
        refusals += [Refusal(f"calendars.{index}.{place}", why) for place, why in _faults(calendar)]
    if refusals:
        raise Invalid(refusals=refusals)


def _faults(calendar: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    if calendar["zone"] and not is_zone(calendar["zone"]):
        yield "zone", say("There is no time zone {zone}; write it as Europe/Moscow.", zone=calendar["zone"])
    for index, code in enumerate(calendar["holidays"]):
        if not is_country(code):
            yield f"holidays.{index}", say("No holidays are known for {code}; write RU or DE-BY.", code=code)
    if not any(calendar["hours"].values()):
        yield "hours", say("A calendar without hours is never open; give it some on at least one weekday.")
    yield from _clashes("hours", calendar["hours"])
    for refusal in _doubled("shifts", [shift["key"] for shift in calendar["shifts"]]):
        yield refusal.field, refusal.message
    for index, shift in enumerate(calendar["shifts"]):
        yield from _clashes(f"shifts.{index}.hours", shift["hours"])
    yield from _wrong_exceptions(calendar["exceptions"])


def _wrong_exceptions(exceptions: Any) -> Iterator[tuple[str, Message]]:
    days = [exception["date"] for exception in exceptions]
    for index, exception in enumerate(exceptions):
        if exception["date"] in days[:index]:
            yield f"exceptions.{index}.date", say("The day {day} is there twice.", day=exception["date"])
        hours = parse_intervals(exception["hours"])
        if any(a.end > b.start for a, b in pairwise(hours)):
            yield f"exceptions.{index}.hours", say("These hours overlap.")


def _clashes(place: str, hours: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    for index in clashes(parse_week(hours)):
        yield f"{place}.{WEEKDAYS[index]}", say("These hours overlap with each other or with the night before.")


def _doubled(place: str, keys: list[str]) -> Iterator[Refusal]:
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield Refusal(f"{place}.{index}.key", say("The key {key} is there twice.", key=key))
