"""The table of contents of the calendars block."""

from collections.abc import Sequence

from itsm.blocks.calendars.pages import pages
from itsm.blocks.calendars.settings import DOCUMENT
from itsm.core.hookspecs.declarations import DocumentType, NavEntry, Permission, Routes
from itsm.core.hookspecs.marks import hook


@hook
def register_documents() -> Sequence[DocumentType]:
    return (DOCUMENT,)


@hook
def register_permissions() -> Sequence[Permission]:
    label = {"en": "See calendars", "ru": "Видеть календари"}
    return (Permission("calendars.see", label, ("agent", "head", "administrator")),)


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(pages, at=""),)


@hook
def register_nav() -> Sequence[NavEntry]:
    return (NavEntry({"en": "Calendars", "ru": "Календари"}, "calendars.month", 120, "calendars.see", group="desk"),)
