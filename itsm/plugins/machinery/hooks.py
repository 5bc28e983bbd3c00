"""The machinery's own table of contents: its pages, and what watchers of the desk ask."""

from collections.abc import Sequence

from itsm.core.hookspecs.declarations import NavEntry, Routes
from itsm.core.hookspecs.marks import hook
from itsm.plugins.machinery.health import health
from itsm.plugins.machinery.pages import pages


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(pages, at=""), Routes(health, at=""))


@hook
def register_nav() -> Sequence[NavEntry]:
    return (NavEntry({"en": "Plugins", "ru": "Модули"}, "machinery.plugins", 120, "core.plugins"),)
