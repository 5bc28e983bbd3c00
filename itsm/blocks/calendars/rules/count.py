"""The arithmetic of open time. Moments are aware; what comes back is in UTC, and subtraction happens there."""

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta

from itsm.blocks.calendars.rules.days import Calendar, Shift
from itsm.blocks.calendars.rules.hours import DAY, Intervals
from itsm.blocks.calendars.rules.spans import LAST_YEAR, SECOND, Spans, micros, moment_of, spans_of, year_of
from itsm.core.errors import Invalid
from itsm.core.texts import say

SEARCHED = 50


def is_open(calendar: Calendar, moment: datetime) -> bool:
    """Whether the calendar is open at a moment."""
    at = micros(moment)
    spans = spans_of(calendar, year_of(at))
    index = bisect_right(spans.starts, at) - 1
    return index >= 0 and at < spans.ends[index]


def open_seconds(calendar: Calendar, start: datetime, end: datetime) -> float:
    """How long the calendar is open between two moments; negative when `end` comes first. Nothing is open before
    1900 and after 2200."""
    low, high = micros(start), micros(end)
    if low > high:
        return -open_seconds(calendar, end, start)
    first, last = year_of(low), year_of(high)
    passed = _opened(spans_of(calendar, last), high) - _opened(spans_of(calendar, first), low)
    return (passed + sum(spans_of(calendar, year).total for year in range(first, last))) / SECOND


def add(calendar: Calendar, start: datetime, seconds: float) -> datetime:
    """The first moment at which the calendar has been open for `seconds` since `start`.

    Raises `Invalid` when that is never reached within fifty years.
    """
    if seconds < 0:
        raise ValueError("seconds must not be negative; count back with open_seconds")
    low, wanted = micros(start), round(seconds * SECOND)
    if wanted == 0:
        return moment_of(low)
    first = year_of(low)
    wanted += _opened(spans_of(calendar, first), low)
    for year in range(first, min(first + SEARCHED, LAST_YEAR) + 1):
        spans = spans_of(calendar, year)
        if wanted <= spans.total:
            index = bisect_left(spans.before, wanted) - 1
            return moment_of(spans.starts[index] + wanted - spans.before[index])
        wanted -= spans.total
    raise Invalid(
        say(
            "The calendar {key} is not open for {hours} hours within {years} years; give it more hours.",
            key=calendar.key,
            hours=round(seconds / 3600),
            years=SEARCHED,
        )
    )


def next_open(calendar: Calendar, moment: datetime) -> datetime | None:
    """The moment itself if the calendar is open then, else when it opens next; None if not within fifty years."""
    at = micros(moment)
    if is_open(calendar, moment):
        return moment_of(at)
    first = year_of(at)
    for year in range(first, min(first + SEARCHED, LAST_YEAR) + 1):
        starts = spans_of(calendar, year).starts
        index = bisect_right(starts, at)
        if index < len(starts):
            return moment_of(starts[index])
    return None


def next_close(calendar: Calendar, moment: datetime) -> datetime | None:
    """The moment itself if the calendar is closed then, else when it closes next; None if not within fifty years."""
    at = micros(moment)
    first = year_of(at)
    for year in range(first, min(first + SEARCHED, LAST_YEAR) + 1):
        spans = spans_of(calendar, year)
        index = bisect_right(spans.starts, at) - 1
        if index < 0 or at >= spans.ends[index]:
            return moment_of(at)
        at = spans.ends[index]
        if year_of(at) == year:
            return moment_of(at)
    return None


def shift_at(calendar: Calendar, moment: datetime) -> tuple[Shift, ...]:
    """The shifts on duty at a moment, in the calendar's order."""
    micros(moment)
    local = moment.astimezone(calendar.zone)
    passed = (local.replace(tzinfo=None) - datetime(local.year, local.month, local.day)) / timedelta(minutes=1)
    today = local.weekday()
    return tuple(
        shift
        for shift in calendar.shifts
        if _holds(shift.week[today], passed) or _holds(shift.week[today - 1], passed + DAY)
    )


def _holds(intervals: Intervals, minute: float) -> bool:
    return any(start <= minute < end for start, end in intervals)


def _opened(spans: Spans, at: int) -> int:
    """What was open in the spans' year until a moment."""
    index = bisect_right(spans.starts, at) - 1
    return spans.before[index] + min(at, spans.ends[index]) - spans.starts[index] if index >= 0 else 0
