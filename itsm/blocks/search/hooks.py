"""The table of contents of the search block."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement

from itsm.blocks.search import hookspecs, jobs, verbs
from itsm.blocks.search.api import api
from itsm.blocks.search.hookspecs import Searchable
from itsm.blocks.search.pages import pages
from itsm.blocks.search.subjects import core_kinds
from itsm.core.hookspecs.declarations import CallHandler, NavEntry, Permission, Routes, Schedule
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.observes import Happened
from itsm.core.hookspecs.personal import PersonalData
from itsm.core.web.edge import SIGNED_IN
from itsm.core.work.uow import UnitOfWork

__all__ = ["hookspecs"]


@hook
def register_search() -> Sequence[Searchable]:
    return core_kinds()


@hook
def register_permissions() -> Sequence[Permission]:
    label = {"en": "Rebuild the search", "ru": "Перестраивать поиск"}
    return (Permission("search.rebuild", label, ("administrator",)),)


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(pages, at=""), Routes(api, "api", at="/api/v1"))


@hook
def register_nav() -> Sequence[NavEntry]:
    return (NavEntry({"en": "Search", "ru": "Поиск"}, "search.page", 40, SIGNED_IN),)


@hook
def register_calls() -> Sequence[CallHandler]:
    return (
        CallHandler("search.index", jobs.index),
        CallHandler("search.build", jobs.build, timeout=300, long=True),
        CallHandler("search.follow", jobs.follow, late="drop", timeout=300),
    )


@hook
def register_schedules() -> Sequence[Schedule]:
    return (Schedule("search.follow", "search.follow", timedelta(seconds=15)),)


@hook
def register_personal_data() -> Sequence[PersonalData]:
    return (PersonalData("search.documents", None, verbs.forget_texts, 900),)


@hook
def ticket_matches(uow: UnitOfWork, words: str) -> ColumnElement[bool] | None:
    return verbs.matching_tickets(uow, words=words)


@hook
def ticket_resembles(uow: UnitOfWork, words: str) -> ColumnElement[bool] | None:
    return verbs.resembling_tickets(uow, words=words)


@hook
def ticket_opened(uow: UnitOfWork, event: Happened) -> None:
    verbs.index_subjects(uow, kind="ticket", ids=[event.subject_id])


@hook
def ticket_changed(uow: UnitOfWork, event: Happened) -> None:
    verbs.index_subjects(uow, kind="ticket", ids=[event.subject_id])


@hook
def ticket_moved(uow: UnitOfWork, event: Happened) -> None:
    verbs.index_subjects(uow, kind="ticket", ids=[event.subject_id])


@hook
def comment_added(uow: UnitOfWork, event: Happened) -> None:
    verbs.index_subjects(uow, kind="ticket", ids=[event.subject_id])
