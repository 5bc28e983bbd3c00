"""A year of a calendar as open spans in UTC, summed up, so that counting is a look-up.

A moment is open when the clock on the wall of the calendar's zone shows an open time. In the hour that an autumn
night has twice, both count; what spring leaves out does not.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from itsm.blocks.calendars.rules.days import Calendar, SpecialDays, day_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
MINUTE, DAY = 60 * SECOND, 86_400 * SECOND
FIRST_YEAR, LAST_YEAR = 1900, 2200


class Spans(NamedTuple):
    """Open spans of one year in microseconds since 1970, in order; `before[i]` is what was open before span i."""

    starts: Sequence[int]
    ends: Sequence[int]
    before: Sequence[int]
    total: int


def micros(moment: datetime) -> int:
    """Microseconds since 1970; refuses a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no zone; calendars count aware moments")
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(value: int) -> datetime:
    """The moment, in UTC."""
    return EPOCH + timedelta(microseconds=value)


def year_of(value: int) -> int:
    """The year in UTC, within those that calendars know."""
    return min(max(moment_of(value).year, FIRST_YEAR), LAST_YEAR)


def spans_of(calendar: Calendar, year: int) -> Spans:
    """The open spans of a year, counted once."""
    found: Spans | None = calendar.years.get(year)
    if found is None:
        found = calendar.years[year] = _count(calendar, year)
    return found


def _count(calendar: Calendar, year: int) -> Spans:
    low, high = micros(datetime(year, 1, 1, tzinfo=UTC)), micros(datetime(year + 1, 1, 1, tzinfo=UTC))
    periods = list(offsets(calendar.zone, low - 3 * DAY, high + 3 * DAY))
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(_pieces(calendar, year, periods)):
        start, end = max(start, low), min(end, high)
        if start >= end:
            continue
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    sums = [0, *accumulate(end - start for start, end in zip(starts, ends, strict=True))]
    return Spans(starts, ends, sums[:-1], sums[-1])


def _pieces(calendar: Calendar, year: int, periods: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """Every interval of the year's days in UTC, cut where the zone changes its offset."""
    special: dict[int, SpecialDays] = {}
    first, last = date(year, 1, 1).toordinal() - 3, date(year, 12, 31).toordinal() + 2
    for ordinal in range(first, last + 1):
        day = date.fromordinal(ordinal)
        if day.year not in special:
            special[day.year] = calendar.special(day.year)
        midnight = (ordinal - EPOCH.toordinal()) * DAY
        for interval in day_of(calendar, day, special[day.year]).hours:
            start, end = midnight + interval.start * MINUTE, midnight + interval.end * MINUTE
            for low, high, offset in periods:
                if start - offset < high and end - offset > low:
                    yield max(start - offset, low), min(end - offset, high)


def offsets(zone: ZoneInfo, low: int, high: int) -> Iterator[tuple[int, int, int]]:
    """(from, until, offset from UTC) of each stretch in which the zone's offset stays the same."""
    begun, offset, at = low, offset_at(zone, low), low
    while at < high:
        following = min(at + DAY // 2, high)
        changed = offset_at(zone, following)
        if changed != offset:
            edge = _edge(zone, at, following, offset)
            yield begun, edge, offset
            begun, offset = edge, changed
        at = following
    yield begun, high, offset


def _edge(zone: ZoneInfo, low: int, high: int, offset: int) -> int:
    """The second at which the offset changes."""
    while high - low > SECOND:
        middle = low + (high - low) // (2 * SECOND) * SECOND
        if offset_at(zone, middle) == offset:
            low = middle
        else:
            high = middle
    return high


def offset_at(zone: ZoneInfo, value: int) -> int:
    """The offset from UTC at a moment."""
    return (moment_of(value).astimezone(zone).utcoffset() or timedelta()) // timedelta(microseconds=1)
