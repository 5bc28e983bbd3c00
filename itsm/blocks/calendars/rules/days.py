"""A calendar as a value, and what it says of one day: its hours, and why they are so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from itsm.blocks.calendars.rules.hours import WEEKDAYS, Intervals, parse_intervals, parse_week
from itsm.core.texts import Label


class SpecialDays(NamedTuple):
    """What a country says of one year: days off and working days at a weekend, each with its name."""

    off: Mapping[date, Label]
    worked: Mapping[date, Label]


class Day(NamedTuple):
    """The hours that begin on one day. kind: usual, holiday, moved (a working day at a weekend) or exception."""

    hours: Intervals
    kind: Literal["usual", "holiday", "moved", "exception"]
    label: Label


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on duty when: hours by weekday, holidays or not."""

    key: str
    label: Label
    week: tuple[Intervals, ...]


def nothing_special(_year: int) -> SpecialDays:
    """No holidays."""
    return SpecialDays({}, {})


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time in one zone: weekly hours, days that differ, shifts.

    moved_as: the weekday whose hours a working day at a weekend has. special: the country's days of a year.
    years: open spans that were counted already, kept here because a calendar never changes.
    """

    key: str
    label: Label
    zone: ZoneInfo
    week: tuple[Intervals, ...]
    exceptions: Mapping[date, Day] = field(default_factory=dict)
    shifts: tuple[Shift, ...] = ()
    moved_as: int = 0
    special: Callable[[int], SpecialDays] = nothing_special
    years: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)


def day_of(calendar: Calendar, day: date, special: SpecialDays | None = None) -> Day:
    """What holds on a day: an exception, else what the country says, else the weekday's hours.

    Hours belong to the day on which they begin: a night that runs into a holiday is worked to its end.
    """
    exception = calendar.exceptions.get(day)
    if exception is not None:
        return exception
    days = special or calendar.special(day.year)
    if day in days.worked:
        return Day(calendar.week[calendar.moved_as], "moved", days.worked[day])
    if day in days.off:
        return Day((), "holiday", days.off[day])
    return Day(calendar.week[day.weekday()], "usual", {})


def parse_calendar(body: Mapping[str, Any], zone: str, special: Callable[[int], SpecialDays]) -> Calendar:
    """A calendar from its checked entry in the document; `zone` is the desk's, for one that names none."""
    exceptions = {
        date.fromisoformat(e["date"]): Day(parse_intervals(e["hours"]), "exception", e["label"])
        for e in body["exceptions"]
    }
    return Calendar(
        key=body["key"],
        label=body["label"],
        zone=ZoneInfo(body["zone"] or zone),
        week=parse_week(body["hours"]),
        exceptions=exceptions,
        shifts=tuple(Shift(s["key"], s["label"], parse_week(s["hours"])) for s in body["shifts"]),
        moved_as=WEEKDAYS.index(body["moved_day_as"]),
        special=special,
    )
