"""The calendars of the desk, one month at a time."""

import calendar as almanac
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from flask import Blueprint, request
from flask_babel import format_date
from werkzeug.wrappers import Response

from itsm.blocks.calendars.rules import Calendar, Day, day_of, is_open
from itsm.blocks.calendars.rules.hours import DAY, Intervals
from itsm.blocks.calendars.verbs import list_calendars
from itsm.core.web import needs, reading
from itsm.core.web.frame import render

pages = Blueprint("calendars", __name__)


class Shown(NamedTuple):
    """One day of the month as the page shows it; the day is None outside the month."""

    date: date
    day: Day | None
    hours: Sequence[str]


@pages.get("/calendars")
@needs("calendars.see")
def month() -> Response:
    """One calendar's month, and the others to choose from."""
    with reading() as uow:
        calendars = list_calendars(uow)
        wanted = request.args.get("calendar", "")
        shown = next((c for c in calendars if c.key == wanted), calendars[0])
        today = uow.now.astimezone(shown.zone).date()
        first = _month(request.args.get("month", ""), today)
        weeks = list(_weeks(shown, first))
        return render(
            uow, "calendars/calendars.html", calendars=calendars, shown=shown, first=first, today=today, weeks=weeks,
            before=(first - timedelta(days=1)).replace(day=1), after=(first + timedelta(days=32)).replace(day=1),
            title=format_date(first, "LLLL y"), weekdays=[format_date(day.date, "EEE") for day in weeks[0]],
            open=is_open(shown, uow.now),
            shifts=[(s.label, [hours_text(day) for day in s.week]) for s in shown.shifts],
        )  # fmt: skip


def _month(text: str, today: date) -> date:
    """`2026-03`, else the month of today."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return found if 1900 < found.year < 2200 else today.replace(day=1)


def _weeks(calendar: Calendar, first: date) -> Iterator[Sequence[Shown]]:
    special = calendar.special(first.year)
    for week in almanac.Calendar().monthdatescalendar(first.year, first.month):
        days = [(day, day_of(calendar, day, special) if day.month == first.month else None) for day in week]
        yield [Shown(day, found, hours_text(found.hours) if found else ()) for day, found in days]


def hours_text(hours: Intervals) -> Sequence[str]:
    """Intervals for people, `09:00–18:00`."""
    return [f"{_clock(start)}–{_clock(end)}" for start, end in hours]


def _clock(minute: int) -> str:
    """An end at midnight is 24:00; a later one is a time of the next day."""
    minute = minute if minute <= DAY else minute - DAY
    return f"{minute // 60:02d}:{minute % 60:02d}"
