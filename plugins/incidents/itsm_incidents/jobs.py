"""Timers and after-commit work of the incident process."""

from datetime import datetime

from sqlalchemy import select

from itsm.plugins import (
    Conflict,
    DeskError,
    Happened,
    Invalid,
    Person,
    Ticket,
    UnitOfWork,
    add_comment,
    change_ticket,
    find_ticket,
    label_text,
    move_ticket,
    notify,
)
from itsm_incidents.models import Wait
from itsm_incidents.rules import TEXTS
from itsm_incidents.verbs import owe_reminder, policy

STAYED = {
    "en": "#{parent} is resolved. This ticket could not be resolved with it{why}. Resolve it by hand; the form says "
    "what it needs.",
    "ru": "Обращение №{parent} решено. Это обращение не удалось решить вместе с ним{why}. Решите его вручную: форма "
    "скажет, чего не хватает.",
}


def close(uow: UnitOfWork, *, number: int, resolved_at: str) -> None:
    """Close what is still resolved since then; another plugin may have closed it earlier, a reply reopened it."""
    ticket = uow.session.get_one(Ticket, number)
    if ticket.category == "resolved" and ticket.resolved_at == datetime.fromisoformat(resolved_at):
        move_ticket(uow, number=number, transition="close")


def wait_over(uow: UnitOfWork, *, wait: int) -> None:
    """The agreed moment has come: the incident comes back by itself."""
    row = uow.session.get_one(Wait, wait)
    if row.ended_at is None:
        move_ticket(uow, number=row.ticket_id, transition="continue", changes={"incidents.wait_until": None})


def remind(uow: UnitOfWork, *, wait: int) -> None:
    """Remind the customer that an answer is awaited."""
    row = uow.session.get_one(Wait, wait)
    if row.ended_at is not None:
        return
    ticket = uow.session.get_one(Ticket, row.ticket_id)
    row.reminders += 1
    notify(
        uow,
        people=[p for p in (ticket.requested_for_id or ticket.contact_id,) if p],
        template="incidents.reminder",
        values={"number": ticket.id, "title": ticket.title},
        ticket_id=ticket.id,
    )
    owe_reminder(uow, row)


def no_answer(uow: UnitOfWork, *, wait: int) -> None:
    """The customer never answered: resolved as such, by the desk's setting."""
    row = uow.session.get_one(Wait, wait)
    if row.ended_at is None:
        move_ticket(uow, number=row.ticket_id, transition="resolve", changes={"incidents.resolution_code": "no_answer"})


def solve_children(uow: UnitOfWork, event: Happened) -> None:
    """A parent was resolved: its unfinished children follow with its texts; one that a person holds gets a proposal.

    One that refuses stays as it is, with a note on why.
    """
    if event.facts.get("category", [None, None])[1] != "resolved" or not policy(uow)["resolve_children"]:
        return
    parent = uow.session.get_one(Ticket, event.subject_id)
    if parent.category != "resolved":
        return
    texts = {name: parent.fields[name] for name in TEXTS if name in parent.fields}
    for child in _unfinished_children(uow, parent):
        if child.assignee_id not in (None, parent.assignee_id):
            add_comment(uow, number=child.id, public=False, body=f"#{parent.id}: {texts.get(TEXTS[1], '')}".strip())
            continue
        number = child.id
        try:
            with uow.session.begin_nested():
                changes = texts | {"incidents.resolution_code": "with_parent"}
                move_ticket(uow, number=number, transition="resolve", changes=changes)
        except (Invalid, Conflict) as error:
            locale = _locale_of(uow, event.actor_id or parent.assignee_id)
            body = label_text(STAYED, locale).format(parent=parent.id, why=_fields_named(uow, error, locale))
            add_comment(uow, number=number, public=False, body=body)


def _fields_named(uow: UnitOfWork, error: DeskError, locale: str) -> str:
    """The fields that were refused, by their labels; the form tells the sentences, in its reader's language."""
    declared = uow.registry.fields_of("ticket")
    labels = [label_text(declared[r.field].label, locale) for r in error.refusals if r.field in declared]
    return f" ({', '.join(dict.fromkeys(labels))})" if labels else ""


def _locale_of(uow: UnitOfWork, person_id: int | None) -> str:
    person = uow.session.get(Person, person_id) if person_id is not None else None
    return person.locale if person is not None else "en"


def _unfinished_children(uow: UnitOfWork, parent: Ticket) -> list[Ticket]:
    mine = (Ticket.parent_id == parent.id, Ticket.kind == "incident", Ticket.category.in_(("new", "open", "waiting")))
    return list(uow.session.scalars(select(Ticket).where(*mine).order_by(Ticket.id)))


def set_major(uow: UnitOfWork, number: int, major: bool) -> None:
    """Mark a major incident, or take the mark away."""
    uow.require("incidents.major", find_ticket(uow, number=number).organisation_id)
    change_ticket(uow, number=number, changes={"incidents.major": True if major else None})
