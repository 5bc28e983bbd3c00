"""The table of contents of the notices block."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, false, select

from itsm.blocks.notices import hookspecs
from itsm.blocks.notices.hookspecs import NoticeTemplate
from itsm.blocks.notices.models import Notice
from itsm.blocks.notices.pages import pages
from itsm.blocks.notices.verbs import count_unread, forget_notices, notify
from itsm.core.act import Actor
from itsm.core.hookspecs.declarations import NavEntry, Routes, Visible
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.observes import Happened
from itsm.core.hookspecs.personal import PersonalData
from itsm.core.hookspecs.shows import NavMark
from itsm.core.tickets.models import Ticket, Watcher
from itsm.core.web.edge import SIGNED_IN
from itsm.core.work.uow import UnitOfWork

__all__ = ["hookspecs"]
WORDS = ("number", "title")


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(pages, at=""),)


@hook
def register_nav() -> Sequence[NavEntry]:
    return (NavEntry({"en": "Notices", "ru": "Уведомления"}, "notices.mine", 60, SIGNED_IN),)


@hook
def nav_marks(uow: UnitOfWork) -> Iterable[NavMark]:
    return (NavMark("notices.mine", count_unread(uow)),)


@hook
def register_visibility() -> Sequence[Visible]:
    return (Visible(Notice, _own),)


@hook
def register_personal_data() -> Sequence[PersonalData]:
    return (PersonalData("notices.notices", None, forget_notices),)


@hook
def register_notice_templates() -> Sequence[NoticeTemplate]:
    return (
        NoticeTemplate(
            "notices.assigned",
            {"en": "#{{number}} “{{title}}” is yours now.", "ru": "Обращение №{{number}} «{{title}}» назначено вам."},
            WORDS,
        ),
        NoticeTemplate(
            "notices.commented",
            {"en": "New message in #{{number}} “{{title}}”.", "ru": "Новое сообщение в №{{number}} «{{title}}»."},
            WORDS,
        ),
    )


@hook
def ticket_changed(uow: UnitOfWork, event: Happened) -> None:
    change = event.facts.get("assignee")
    if change and change[1]:
        _tell(uow, event, "notices.assigned", {change[1]})


@hook
def comment_added(uow: UnitOfWork, event: Happened) -> None:
    ticket = uow.session.get_one(Ticket, event.subject_id)
    watching = set(uow.session.scalars(select(Watcher.person_id).where(Watcher.ticket_id == ticket.id)))
    people: set[int | None] = {ticket.assignee_id, *watching}
    if event.facts.get("public"):
        people |= {ticket.requested_for_id, ticket.contact_id}
    internal = not event.facts.get("public")
    _tell(uow, event, "notices.commented", {p for p in people if p is not None}, internal=internal)


def _tell(uow: UnitOfWork, event: Happened, template: str, people: set[int], *, internal: bool = False) -> None:
    ticket = uow.session.get_one(Ticket, event.subject_id)
    values = {"number": ticket.id, "title": ticket.title}
    notify(
        uow, people=people - {event.actor_id}, template=template, values=values, ticket_id=ticket.id, internal=internal
    )


def _own(actor: Actor) -> ColumnElement[bool]:
    return Notice.person_id == actor.person_id if actor.person_id is not None else false()
