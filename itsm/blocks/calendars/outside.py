"""What countries say of their days, from the library `holidays`; loaded when a calendar first asks."""

import importlib
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from itsm.blocks.calendars.rules import SpecialDays
from itsm.core.texts import Label


def _library() -> Any:
    """Loading it takes a quarter of a second, which a desk without holidays need not pay."""
    return importlib.import_module("holidays")


def is_zone(name: str) -> bool:
    """Whether the zone is in the time zone database."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def is_country(code: str) -> bool:
    """Whether `RU` or, with its part, `DE-BY` is known."""
    country, _, part = code.partition("-")
    known = _library().list_supported_countries(include_aliases=True)
    return len(country) == 2 and country in known and (not part or part in known[country])


def special_days(codes: Sequence[str]) -> Callable[[int], SpecialDays]:
    """Days off and working days at weekends of all these countries, for any year."""
    return partial(_special, tuple(codes))


def _special(codes: Sequence[str], year: int) -> SpecialDays:
    off: dict[date, Label] = {}
    worked: dict[date, Label] = {}
    for code in codes:
        country, _, part = code.partition("-")
        texts = {locale: _names(country, part, year, locale) for locale in ("en", "ru")}
        for day in texts["en"]:
            off[day] = {locale: names.get(day, "") for locale, names in texts.items()}
        for day in texts["en"].weekend_workdays:
            if day.year == year:
                worked[day] = {"en": "Moved working day", "ru": "Перенесённый рабочий день"}
    return SpecialDays(off, worked)


def _names(country: str, part: str, year: int, locale: str) -> Any:
    library = _library()
    made = library.country_holidays(country, subdiv=part or None, years=year)
    language = _language(made.supported_languages, locale)
    if language is None or language == made.language:
        return made
    return library.country_holidays(country, subdiv=part or None, years=year, language=language)


def _language(supported: Sequence[str], locale: str) -> str | None:
    return next((name for name in supported if name == locale or name.startswith(f"{locale}_")), None)
