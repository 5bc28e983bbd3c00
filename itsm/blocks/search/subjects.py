"""The core's kinds: tickets, people, organisations, as they are found."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import select

from itsm.blocks.search.hookspecs import Searchable, SearchText
from itsm.core.people.models import Address, Contract, Organisation, OrganisationDomain, Person
from itsm.core.tickets.models import Attachment, Comment, Tag, Ticket
from itsm.core.work.uow import UnitOfWork

WORDY = ("text", "long_text")
FINDABLE = (Person.merged_into_id.is_(None), Person.erased_at.is_(None))


def core_kinds() -> Sequence[Searchable]:
    """Brought by the search itself, because the core knows nobody above it."""
    return (
        Searchable(
            "ticket", {"en": "Tickets", "ru": "Обращения"}, Ticket, ticket_texts, lambda id_: f"/tickets/{id_}",
            permission="tickets.read", internal="tickets.internal", stream="ticket", order=10, numbered=True,
        ),
        Searchable(
            "person", {"en": "People", "ru": "Люди"}, Person, person_texts, lambda id_: f"/people/{id_}",
            permission="people.read", stream="person", order=20,
        ),
        Searchable(
            "organisation", {"en": "Organisations", "ru": "Организации"}, Organisation, organisation_texts,
            lambda id_: f"/organisations/{id_}", permission="people.read", stream="organisation", order=30,
        ),
    )  # fmt: skip


def ticket_texts(uow: UnitOfWork, ids: Sequence[int]) -> Iterator[SearchText]:
    """Title, description, public fields, messages and names of files; internal are notes, tags and other fields.

    The newest messages come first: where a conversation is longer than a document may be, its beginning is left out.
    """
    columns = (
        Ticket.id, Ticket.title, Ticket.description, Ticket.fields, Ticket.external_id, Ticket.opened_at,
    )  # fmt: skip
    said = select(Comment.ticket_id, Comment.body, Comment.public).order_by(Comment.id.desc())
    files = select(Attachment.ticket_id, Attachment.name, Attachment.public).order_by(Attachment.id.desc())
    public, internal = defaultdict[int, list[str]](list), defaultdict[int, list[str]](list)
    for model, statement in ((Comment, said), (Attachment, files)):
        for ticket_id, text, is_public in uow.session.execute(statement.where(model.ticket_id.in_(ids))):
            (public if is_public else internal)[ticket_id].append(text)
    for ticket_id, tag in uow.session.execute(select(Tag.ticket_id, Tag.tag).where(Tag.ticket_id.in_(ids))):
        internal[ticket_id].append(tag)
    for row in uow.session.execute(select(*columns).where(Ticket.id.in_(ids))):
        shown, hidden = _field_texts(uow, "ticket", row.fields)
        yield SearchText(
            row.id,
            row.title,
            (row.description, row.external_id or "", *shown, *public[row.id]),
            (*hidden, *internal[row.id]),
            row.opened_at.timestamp(),
        )


def person_texts(uow: UnitOfWork, ids: Sequence[int]) -> Iterator[SearchText]:
    """Name, addresses as they are written and as they are compared, fields; who was merged is found as the survivor."""
    statement = select(Address.person_id, Address.value, Address.value_fold).where(Address.person_id.in_(ids))
    addresses = _grouped((row[0], row[1:]) for row in uow.session.execute(statement.order_by(Address.id)))
    columns = (Person.id, Person.name, Person.fields, Person.created_at)
    for row in uow.session.execute(select(*columns).where(Person.id.in_(ids), *FINDABLE)):
        fields = chain(*_field_texts(uow, "person", row.fields))
        yield SearchText(row.id, row.name, (*addresses[row.id], *fields), (), row.created_at.timestamp())


def organisation_texts(uow: UnitOfWork, ids: Sequence[int]) -> Iterator[SearchText]:
    """Name, numbers of contracts, domains, fields; what was merged is found as the survivor."""
    numbers = select(Contract.organisation_id, Contract.number).where(Contract.organisation_id.in_(ids))
    domains = select(OrganisationDomain.organisation_id, OrganisationDomain.domain)
    statements = (numbers.order_by(Contract.id), domains.where(OrganisationDomain.organisation_id.in_(ids)))
    rows = chain.from_iterable(uow.session.execute(statement) for statement in statements)
    keys = _grouped((row[0], row[1:]) for row in rows)
    columns = (Organisation.id, Organisation.name, Organisation.fields, Organisation.created_at)
    alive = (Organisation.id.in_(ids), Organisation.merged_into_id.is_(None))
    for row in uow.session.execute(select(*columns).where(*alive)):
        fields = chain(*_field_texts(uow, "organisation", row.fields))
        yield SearchText(row.id, row.name, (*keys[row.id], *fields), (), row.created_at.timestamp())


def _grouped(rows: Iterable[tuple[int, Sequence[str]]]) -> defaultdict[int, list[str]]:
    found = defaultdict[int, list[str]](list)
    for id_, texts in rows:
        found[id_] += dict.fromkeys(texts)
    return found


def _field_texts(uow: UnitOfWork, subject: str, values: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """(public, internal) texts that stand in fields."""
    declared = uow.registry.fields_of(subject)
    texts = [(declared[name].public, str(value)) for name, value in values.items()
             if name in declared and declared[name].type in WORDY and value]  # fmt: skip
    return [text for public, text in texts if public], [text for public, text in texts if not public]
