"""What hangs around a ticket: tags, watchers, work time. None of it changes the version behind the ETag."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from itsm.core.db import upsert
from itsm.core.errors import Forbidden, Invalid
from itsm.core.people.models import Person
from itsm.core.texts import fold, say
from itsm.core.tickets.models import Tag, Ticket, Watcher, WorkTime
from itsm.core.tickets.verbs.draft import lock_ticket, tell
from itsm.core.work.uow import UnitOfWork

MAX_TAG = 60


def add_tag(uow: UnitOfWork, *, number: int, tag: str) -> None:
    """Put a tag on a ticket; one that differs only in case is the same."""
    ticket = lock_ticket(uow, number, "tickets.work")
    if not 1 <= len(tag.strip()) <= MAX_TAG:
        raise Invalid.field("tag", say("A tag has 1 to 60 characters."))
    if put_tags(uow, ticket.id, [tag]):
        tell(uow, ticket, "tag_added", {"tag": tag.strip()})


def put_tags(uow: UnitOfWork, ticket_id: int, tags: Sequence[str]) -> int:
    """Write tags that are not there yet; how many were new."""
    rows = {fold(tag): tag.strip() for tag in tags}
    if not rows:
        return 0
    values = [{"ticket_id": ticket_id, "fold": key, "tag": tag} for key, tag in rows.items()]
    statement = upsert(uow.session, Tag).values(values).on_conflict_do_nothing().returning(Tag.fold)
    return len(uow.session.scalars(statement).all())


def remove_tag(uow: UnitOfWork, *, number: int, tag: str) -> None:
    """Take a tag off; nothing happens when it is not there."""
    ticket = lock_ticket(uow, number, "tickets.work")
    statement = delete(Tag).where(Tag.ticket_id == ticket.id, Tag.fold == fold(tag)).returning(Tag.tag)
    if uow.session.scalars(statement).first() is not None:
        tell(uow, ticket, "tag_removed", {"tag": tag.strip()})


def watch(uow: UnitOfWork, *, number: int, person_id: int | None = None) -> None:
    """Let somebody hear of a ticket: oneself, or with `tickets.work` another person."""
    ticket, person = _watched(uow, number, person_id)
    known = select(Watcher.person_id).where(Watcher.ticket_id == ticket.id, Watcher.person_id == person)
    if uow.session.scalars(known).first() is None:
        uow.session.execute(insert(Watcher).values(ticket_id=ticket.id, person_id=person))
        tell(uow, ticket, "watcher_added", {"person": person})


def unwatch(uow: UnitOfWork, *, number: int, person_id: int | None = None) -> None:
    """End watching."""
    ticket, person = _watched(uow, number, person_id)
    mine = (Watcher.ticket_id == ticket.id, Watcher.person_id == person)
    if uow.session.scalars(delete(Watcher).where(*mine).returning(Watcher.person_id)).first() is not None:
        tell(uow, ticket, "watcher_removed", {"person": person})


def _watched(uow: UnitOfWork, number: int, person_id: int | None) -> tuple[Ticket, int]:
    """The ticket and the watcher that an act is about."""
    me = uow.act.actor.person_id
    if person_id is not None and person_id != me:
        ticket = lock_ticket(uow, number, "tickets.work")
        found = uow.session.scalars(uow.query(Person, Person.id).where(Person.id == person_id)).first()
        if found is None:
            raise Invalid.field("person", say("There is nobody with the number {id} here.", id=person_id))
        return ticket, person_id
    if me is None:
        raise Forbidden(say("Only a person can watch a ticket."))
    return lock_ticket(uow, number, "tickets.comment"), me


def log_work(uow: UnitOfWork, *, number: int, minutes: int, note: str = "") -> WorkTime:
    """Record time that the actor spent on a ticket, 1 minute to 24 hours."""
    me = uow.act.actor.person_id
    if me is None:
        raise Forbidden(say("Only a person can record work time."))
    if not 1 <= minutes <= 24 * 60:
        raise Invalid.field("minutes", say("Between 1 and {maximum} minutes.", maximum=24 * 60))
    ticket = lock_ticket(uow, number, "tickets.work")
    row = WorkTime(ticket_id=ticket.id, person_id=me, minutes=minutes, note=note[:300], created_at=uow.now)
    uow.session.add(row)
    tell(uow, ticket, "work_logged", {"minutes": minutes, "person": me} | ({"note": note} if note else {}))
    return row
