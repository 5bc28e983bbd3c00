"""The table of contents of backlog."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import false, true

from itsm.plugins import About, CallHandler, NavEntry, Panel, Permission, Routes, Schedule, Visible, hook
from itsm_backlog import jobs
from itsm_backlog.api import api
from itsm_backlog.models import Count
from itsm_backlog.pages import last_night, pages

STAFF = ("head", "administrator")
about = About(title={"en": "Backlog", "ru": "Незавершённое"})


@hook
def register_permissions() -> Sequence[Permission]:
    return (Permission("backlog.see", {"en": "See the backlog", "ru": "Видеть незавершённое"}, STAFF),)


@hook
def register_visibility() -> Sequence[Visible]:
    return (Visible(Count, lambda actor: true() if actor.may("backlog.see") else false()),)


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(pages), Routes(api, "api"))


@hook
def register_nav() -> Sequence[NavEntry]:
    return (NavEntry({"en": "Backlog", "ru": "Незавершённое"}, "backlog.nights", 90, "backlog.see"),)


@hook
def register_panels() -> Sequence[Panel]:
    title = {"en": "Unfinished last night", "ru": "Незавершённое прошлой ночью"}
    return (Panel("backlog.last", title, "home", 80, "backlog.see", "backlog/last.html", last_night),)


@hook
def register_calls() -> Sequence[CallHandler]:
    return (CallHandler("backlog.count", jobs.nightly, late="drop"),)


@hook
def register_schedules() -> Sequence[Schedule]:
    return (Schedule("backlog.nightly", "backlog.count", timedelta(days=1)),)
