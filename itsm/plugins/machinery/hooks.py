"""The machinery's own table of contents: its pages, what watchers of the desk ask, and its housekeeping."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from itsm.core.hookspecs.declarations import CallHandler, NavEntry, Panel, Routes, Schedule
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.shows import Attention
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk_fields import index_fields
from itsm.plugins.machinery.lifecycle import enable_aside
from itsm.plugins.machinery.see.health import health
from itsm.plugins.machinery.see.pages import pages
from itsm.plugins.machinery.see.standing import out_of_service
from itsm.plugins.machinery.see.verbs import tidy
from itsm.plugins.machinery.switch import ENABLE

TRACE = {"en": "Through all hooks", "ru": "Через все хуки"}


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(pages, at=""), Routes(health, at=""))


@hook
def register_calls() -> Sequence[CallHandler]:
    return (
        CallHandler("machinery.tidy", tidy, late="drop"),
        CallHandler(ENABLE, enable_aside, timeout=600, long=True),
        CallHandler("core.index_fields", index_fields, timeout=3600, long=True),
    )


@hook
def register_schedules() -> Sequence[Schedule]:
    return (Schedule("machinery.tidying", "machinery.tidy", timedelta(days=1)),)


@hook
def register_nav() -> Sequence[NavEntry]:
    about = {"en": "Switched on and off, times, failures", "ru": "Включение, время работы, сбои"}
    title = {"en": "Plugins", "ru": "Модули"}
    return (NavEntry(title, "machinery.plugins", 120, "core.plugins", group="work", about=about),)


@hook
def needs_attention(uow: UnitOfWork) -> Iterator[Attention]:
    return out_of_service(uow)


@hook
def register_panels() -> Sequence[Panel]:
    """A link: the page behind it asks every hook, which the ticket's own page must not."""
    link = "machinery/trace_link.html"
    return (Panel("machinery.trace", TRACE, "ticket_side", 190, "core.plugins", link, lambda uow, ticket: {}),)
