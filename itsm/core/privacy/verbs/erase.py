"""Erase a person: their texts go from everywhere, their numbers and the proof stay."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from itsm.core.db import forget_log
from itsm.core.errors import Conflict, Invalid
from itsm.core.hookspecs.personal import Whose
from itsm.core.ledger.erasing import erase_texts
from itsm.core.ledger.models import Event, EventText
from itsm.core.people.models import Address, Person
from itsm.core.people.verbs import common, find_one
from itsm.core.privacy.holders.ledger import texts_of
from itsm.core.privacy.rules import NOBODY_ANY_MORE, portions
from itsm.core.privacy.verbs.whose import holders, same_people, their_tickets
from itsm.core.schemas import LINE_CONTROL
from itsm.core.texts import say
from itsm.core.tickets.models import Comment, Ticket
from itsm.core.work.uow import UnitOfWork

STRAGGLERS = timedelta(minutes=10)
LONGEST_REASON = 500
SHORTEST_MENTION = 5
MOST_MENTIONS = 50


class Erased(NamedTuple):
    """What an erasure did. mentions: tickets where others wrote the name or an address."""

    texts: int
    tickets: int
    mentions: list[int]


def erase_person(uow: UnitOfWork, *, person_id: int, reason: str, match: int | None = None) -> Erased:
    """Erase a person with their merged duplicates: name, addresses, account, their tickets' texts, their words.

    Ids, codes and times stay, and so does the chain of the ledger. It cannot be undone. match: the version that the
    actor saw. Raises `Invalid` without a reason.
    """
    uow.require("people.erase")
    why = _checked(reason)
    person: Person = common.lock(uow, Person, person_id, "people.erase", match)
    if person.id == uow.act.actor.person_id:
        raise Conflict(say("Nobody can erase themselves."))
    people = same_people(uow, person.id)
    tickets = their_tickets(uow, people)
    known_by = _known_by(uow, people)
    texts = _erase(uow, people, tickets, because="person", person=person.id, reason=why)
    for id_ in sorted(people):
        told = {"tickets": len(tickets), "texts": texts}
        common.tell(uow, "person", id_, "person_erased", told, {"reason": why})
    uow.later(
        "core.erase_stragglers", at=uow.now + STRAGGLERS, key=f"core.erase_stragglers:{person.id}", person_id=person.id
    )
    return Erased(texts, len(tickets), _mentions(uow, known_by))


def preview_erasure(uow: UnitOfWork, *, person_id: int) -> tuple[Person, int, int]:
    """Whom an erasure would erase: the person, how many were merged into them, how many tickets are theirs."""
    uow.require("people.erase")
    person: Person = find_one(uow, Person, person_id)
    if person.erased_at is not None:
        raise common.erased(person.id)
    people = same_people(uow, person.id)
    return person, len(people) - 1, len(their_tickets(uow, people))


def erase_stragglers(uow: UnitOfWork, *, person_id: int) -> None:
    """What was under way while a person was erased, a few minutes later."""
    people = same_people(uow, person_id)
    tickets = _with_texts(uow, their_tickets(uow, people))
    _erase(uow, people, tickets, because="person", person=person_id)


def erase_tickets(uow: UnitOfWork, *, tickets: Collection[int], because: str) -> int:
    """Erase the texts of tickets and leave the people be; how many texts of events there were."""
    return _erase(uow, frozenset(), frozenset(tickets), because=because)


def _checked(reason: str) -> str:
    text = reason.strip()
    if not 1 <= len(text) <= LONGEST_REASON or LINE_CONTROL.search(text):
        raise Invalid.field("reason", say("Say why, in one line: it stays in the history."))
    return text


def _erase(
    uow: UnitOfWork, people: frozenset[int], tickets: frozenset[int], *, because: str, person: int | None = None,
    reason: str = "",
) -> int:  # fmt: skip
    told = {"person": person} if person else {}
    texts = 0
    parts = [Whose(tickets=portion) for portion in portions(tickets)]
    for whose in (*parts, Whose(people=people)) if people else parts:
        for holder in holders(uow):
            if holder.erase is not None:
                holder.erase(uow, whose)
                uow.session.flush()
        texts += erase_texts(uow, events=texts_of(whose), because=because, facts=told, reason=reason)
    bind = uow.session.get_bind()
    uow.after_commit(lambda: forget_log(bind))
    return texts


def _with_texts(uow: UnitOfWork, tickets: frozenset[int]) -> frozenset[int]:
    left: set[int] = set()
    for portion in portions(tickets):
        statement = select(Event.subject_id).join(EventText, EventText.event_id == Event.id).distinct()
        left.update(uow.session.scalars(statement.where(Event.stream == "ticket", Event.subject_id.in_(portion))))
    return frozenset(left)


def _known_by(uow: UnitOfWork, people: frozenset[int]) -> list[str]:
    """Names and addresses that are distinct enough to be looked for."""
    names = uow.session.scalars(select(Person.name).where(Person.id.in_(people)))
    addresses = uow.session.scalars(select(Address.value).where(Address.person_id.in_(people)))
    return sorted({text for text in (*names, *addresses) if len(text) >= SHORTEST_MENTION and text != NOBODY_ANY_MORE})


def _mentions(uow: UnitOfWork, known_by: list[str]) -> list[int]:
    """Tickets in which others wrote of them: a person must look whether that can stay."""
    if not known_by:
        return []
    found: set[int] = set()
    for number, columns in ((Ticket.id, (Ticket.title, Ticket.description)), (Comment.ticket_id, (Comment.body,))):
        said: list[Any] = [c.contains(text, autoescape=True) for c in columns for text in known_by]
        found.update(uow.session.scalars(select(number).where(or_(*said)).limit(MOST_MENTIONS)))
    return sorted(found)[:MOST_MENTIONS]
