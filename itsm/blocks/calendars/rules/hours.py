"""Intervals of wall time, `"09:00-18:00"`: minutes from midnight, the end past 24:00 when it lies on the next day."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from itsm.core.texts import Message, say

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
SHAPE = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])", re.ASCII)


class Interval(NamedTuple):
    """From `start` until just before `end`, in minutes from the midnight with which its day begins."""

    start: int
    end: int


Intervals = tuple[Interval, ...]


class Misshapen(ValueError):
    """Not an interval; `message` says why."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(str(message))


def parse_interval(text: str) -> Interval:
    """`"22:00-06:00"` ends on the next day, `"00:00-24:00"` is the whole day; raises `Misshapen`."""
    found = SHAPE.fullmatch(text.replace(" ", "").replace("–", "-"))
    if found is None:
        raise Misshapen(say("Write hours as 09:00-18:00; an end at midnight is 24:00."))
    hour, minute, to_hour, to_minute = map(int, found.groups())
    start, end = hour * 60 + minute, to_hour * 60 + to_minute
    if start >= DAY or end > DAY:
        raise Misshapen(say("Write hours as 09:00-18:00; an end at midnight is 24:00."))
    if start == end:
        raise Misshapen(say("It begins and ends at the same time; a whole day is 00:00-24:00."))
    return Interval(start, end if end > start else end + DAY)


def parse_intervals(texts: Iterable[str]) -> Intervals:
    """Several, in their order."""
    return tuple(sorted(parse_interval(text) for text in texts))


def parse_week(hours: Mapping[str, Sequence[str]]) -> tuple[Intervals, ...]:
    """Seven days from Monday; a day that is not named is closed."""
    return tuple(parse_intervals(hours.get(name, ())) for name in WEEKDAYS)


def clashes(week: Sequence[Intervals]) -> list[int]:
    """The weekdays on which an interval begins before the one before it has ended, be it of the day before."""
    found = []
    for index, day in enumerate(week):
        late = [interval.end - DAY for interval in week[index - 1]]
        reached = max([0, *late])
        for start, end in day:
            if start < reached and index not in found:
                found.append(index)
            reached = max(reached, end)
    return found
