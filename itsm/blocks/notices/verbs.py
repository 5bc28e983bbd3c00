"""Tell people something, and let them read it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, update

from itsm.blocks.notices.models import Notice
from itsm.core.access.verbs import actor_of_person
from itsm.core.filling import fill_template
from itsm.core.hookspecs.personal import Whose
from itsm.core.people.models import Person
from itsm.core.texts import label_text
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.seen import is_staff, sees_as_staff
from itsm.core.work.uow import UnitOfWork


def notify(
    uow: UnitOfWork, *, people: Iterable[int], template: str, values: Mapping[str, Any], ticket_id: int | None = None,
    internal: bool = False,
) -> int:  # fmt: skip
    """Put a notice before each of `people`, in their language; how many. Nothing is sent for imported events.

    Of a ticket those hear who may see it at this moment, and what is `internal` of it only who may see that.
    template: the name of a registered `NoticeTemplate`. The actor and people out of use get none. Two calls are two
    notices; to tell once, call it where the thing happens once: in an observer such as `ticket_moved`, whose effect is
    kept once for each event, or in a call owed under a key, `uow.later("x.tell", key=f"x.tell:{number}", …)`.
    """
    templates = uow.registry.brought.get("register_notice_templates", {})
    declared = templates.get(template)
    if declared is None:
        known = ", ".join(sorted(templates))
        raise LookupError(
            f"there is no notice template {template!r}; return it from register_notice_templates. There are: {known}"
        )
    if uow.act.origin != "live":
        return 0
    ticket = uow.session.get_one(Ticket, ticket_id) if ticket_id is not None else None
    wanted = sorted({p for p in people if p != uow.act.actor.person_id})
    if ticket is not None:
        wanted = [person for person in wanted if _may_hear(uow, person, ticket, internal)]
    languages = uow.session.execute(select(Person.id, Person.locale).where(Person.id.in_(wanted), Person.active))
    rows = [
        Notice(
            person_id=person_id,
            ticket_id=ticket_id,
            template=template,
            text=fill_template(label_text(declared.text, locale), values),
            created_at=uow.now,
        )
        for person_id, locale in languages
    ]
    uow.session.add_all(rows)
    return len(rows)


def _may_hear(uow: UnitOfWork, person_id: int, ticket: Ticket, internal: bool) -> bool:
    """Asked when it is told, not when it was owed: a role may be taken away since then, or the ticket handed on."""
    if not internal and person_id in (ticket.requested_for_id, ticket.contact_id, ticket.registered_by_id):
        return True
    actor = actor_of_person(uow, person_id)
    return is_staff(actor, ticket) if internal else sees_as_staff(actor, ticket)


def my_notices(uow: UnitOfWork, *, limit: int = 50) -> Sequence[Notice]:
    """The actor's notices, the newest first."""
    return uow.session.scalars(uow.query(Notice).order_by(Notice.id.desc()).limit(limit)).all()


def count_unread(uow: UnitOfWork) -> int:
    """How many notices the actor has not read."""
    unread = uow.query(Notice, Notice.id).where(Notice.read_at.is_(None)).subquery()
    return uow.session.scalar(select(func.count()).select_from(unread)) or 0


def mark_read(uow: UnitOfWork) -> None:
    """The actor has seen them all."""
    mine = (Notice.person_id == uow.act.actor.person_id, Notice.read_at.is_(None))
    uow.session.execute(update(Notice).where(*mine).values(read_at=uow.now))


def forget_notices(uow: UnitOfWork, whose: Whose) -> None:
    """Notices about tickets whose texts are erased quote them; those before the people go with the people."""
    uow.session.execute(delete(Notice).where(Notice.ticket_id.in_(whose.tickets)))
