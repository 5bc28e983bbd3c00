"""Working time as pure rules: what a calendar says of a day, and the arithmetic of open time."""

from itsm.blocks.calendars.rules.count import add, is_open, next_close, next_open, open_seconds, shift_at
from itsm.blocks.calendars.rules.days import Calendar, Day, Shift, SpecialDays, day_of

__all__ = [
    "Calendar", "Day", "Shift", "SpecialDays", "add", "day_of", "is_open", "next_close", "next_open", "open_seconds",
    "shift_at",
]  # fmt: skip
