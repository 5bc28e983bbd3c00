"""Bring one row of people into the desk: look first, refuse whatever is doubtful, and only then write."""

from collections.abc import Collection, Sequence
from typing import Any, Literal

from sqlalchemy import func, select, tuple_

from itsm.core.errors import Conflict, DeskError, Invalid
from itsm.core.fields.verbs import clean_fields
from itsm.core.importing.rules.rolls import Entry
from itsm.core.people.models import Address, Contract, Organisation, Person
from itsm.core.people.verbs import (
    add_address,
    add_contract,
    add_domains,
    add_organisation,
    add_person,
    change_person,
    new_domains,
)
from itsm.core.texts import fold, say
from itsm.core.work.uow import UnitOfWork

OWN = ("locale", "timezone", "premium")
Verdict = Literal["created", "updated", "unchanged"]


def enrol(uow: UnitOfWork, entry: Entry, *, rename: bool, strangers: str) -> Verdict | DeskError:
    """Make or complete the person and the organisation of a row; an error, with nothing written, when in doubt."""
    try:
        organisation = _organisation(uow, entry, strangers)
        person = _person(uow, entry, organisation, rename) if entry.name else None
        fields, refusals = clean_fields(uow, "person", {n: v for n, v in entry.values.items() if n not in OWN})
        if refusals:
            raise Invalid(refusals=refusals)
        contracts = _new_contracts(uow, entry, organisation)
        domains = new_domains(uow, organisation.id if organisation else None, entry.domains)
    except DeskError as error:
        return error
    made = bool(entry.organisation) and organisation is None and strangers == "create"
    if made:
        organisation = add_organisation(uow, name=entry.organisation)
    if organisation is not None:
        for number in contracts:
            add_contract(uow, organisation=organisation, number=number)
        if domains:
            add_domains(uow, organisation_id=organisation.id, domains=domains)
    grown = bool(contracts or domains)
    if not entry.name:
        return "created" if made else "updated" if grown else "unchanged"
    own = {n: v for n, v in entry.values.items() if n in OWN}
    if person is None:
        employer = organisation.id if organisation else None
        add_person(uow, name=entry.name, addresses=_distinct(entry), organisation_id=employer, fields=fields, **own)
        return "created"
    changed = _complete(uow, person, entry, organisation, own | fields)
    return "updated" if changed or made or grown else "unchanged"


def _distinct(entry: Entry) -> Sequence[tuple[str, str]]:
    """The addresses, each once, however often it is spelled."""
    return list({fold_: address for fold_, address in zip(_folds(entry), entry.addresses, strict=True)}.values())


def _folds(entry: Entry) -> Sequence[tuple[str, str]]:
    return [Entry(0, "", "", (), [address], {}).folds[0] for address in entry.addresses]


def _organisation(uow: UnitOfWork, entry: Entry, strangers: str) -> Organisation | None:
    """The organisation of this name, known by a contract where several bear it; a merged one is its survivor."""
    if not entry.organisation:
        return None
    named = select(func.coalesce(Organisation.merged_into_id, Organisation.id))
    meant = named.where(Organisation.name_fold == fold(entry.organisation))
    found = uow.session.scalars(select(Organisation).where(Organisation.id.in_(meant)).order_by(Organisation.id)).all()
    if len(found) > 1:
        owners = _owners(uow, entry.contracts)
        found = [organisation for organisation in found if organisation.id in owners.values()]
        if len(found) != 1:
            told = say("Duplicate: several organisations are called {name}.", name=entry.organisation)
            raise Conflict(told)
    if not found and strangers == "refuse":
        raise Conflict(say("There is no organisation {name} here.", name=entry.organisation))
    return found[0] if found else None


def _owners(uow: UnitOfWork, numbers: Collection[str]) -> dict[str, int]:
    folds = [fold(number) for number in numbers]
    rows = uow.session.execute(
        select(Contract.number_fold, Contract.organisation_id).where(Contract.number_fold.in_(folds))
    )
    return {row.number_fold: row.organisation_id for row in rows}


def _new_contracts(uow: UnitOfWork, entry: Entry, organisation: Organisation | None) -> Sequence[str]:
    """Contracts that are not here yet; one of another organisation is refused."""
    owners = _owners(uow, entry.contracts) if entry.contracts else {}
    for number in entry.contracts:
        owner = owners.get(fold(number))
        if owner is not None and (organisation is None or owner != organisation.id):
            raise Conflict(say("Duplicate: the contract {number} belongs to another organisation.", number=number))
    return list({fold(n): n for n in entry.contracts if fold(n) not in owners}.values())


def _person(uow: UnitOfWork, entry: Entry, organisation: Organisation | None, rename: bool) -> Person | None:
    """Who it is: the one whom an address belongs to, or somebody of this name whom no address is known of."""
    owners = _by_address(uow, entry)
    if len(owners) > 1:
        told = "; ".join(f"{person.name} (#{person.id})" for person in owners)
        raise Conflict(say("Duplicate: its addresses belong to several people: {people}.", people=told))
    if owners:
        person = owners[0]
        if person.name_fold != fold(entry.name) and not rename and not _was_called(uow, person, entry.name):
            told = f"{person.name} (#{person.id})"
            raise Conflict(say("Duplicate: its address belongs to {person} already.", person=told))
        return person
    return _namesake(uow, entry, organisation)


def _was_called(uow: UnitOfWork, person: Person, name: str) -> bool:
    """Whether somebody of this name was merged into the person: the other system still calls them so."""
    absorbed = select(Person.id).where(Person.merged_into_id == person.id, Person.name_fold == fold(name))
    return uow.session.scalars(absorbed).first() is not None


def _by_address(uow: UnitOfWork, entry: Entry) -> Sequence[Person]:
    if not entry.addresses:
        return []
    place = tuple_(Address.type, Address.value_fold)
    mine = select(Address.person_id).where(place.in_(entry.folds))
    return uow.session.scalars(select(Person).where(Person.id.in_(mine)).order_by(Person.id)).all()


def _namesake(uow: UnitOfWork, entry: Entry, organisation: Organisation | None) -> Person | None:
    """Somebody of the same name who may be the same: one without addresses is, one with others is for people to say."""
    meant = select(func.coalesce(Person.merged_into_id, Person.id)).where(Person.name_fold == fold(entry.name))
    named = select(Person).where(Person.id.in_(meant), Person.active).order_by(Person.id)
    employer = organisation.id if organisation else None
    same = [person for person in uow.session.scalars(named) if person.organisation_id in (employer, None)]
    reachable = set(_reachable(uow, [person.id for person in same]))
    if len(same) == 1 and (same[0].id not in reachable or not entry.addresses):
        return same[0]
    if same:
        told = "; ".join(f"{person.name} (#{person.id})" for person in same)
        raise Conflict(say("Duplicate: there is {people} already, with other addresses.", people=told))
    return None


def _reachable(uow: UnitOfWork, ids: Sequence[int]) -> Sequence[int]:
    """Those who have an address besides their number in another system."""
    mine = (Address.person_id.in_(ids), Address.type != "external")
    return uow.session.scalars(select(Address.person_id).where(*mine)).all()


def _complete(
    uow: UnitOfWork, person: Person, entry: Entry, organisation: Organisation | None, values: dict[str, Any]
) -> bool:
    """Add what is new and change what differs; whether there was anything."""
    wanted = {"name": entry.name} | values | ({"organisation_id": organisation.id} if organisation else {})
    if _was_called(uow, person, entry.name):
        del wanted["name"]
    now = {**person.fields, **{name: getattr(person, name) for name in ("name", "organisation_id", *OWN)}}
    changes = {name: value for name, value in wanted.items() if now.get(name) != value}
    if changes:
        change_person(uow, person_id=person.id, changes=changes)
    known = {(a.type, a.value_fold) for a in uow.session.scalars(select(Address).where(Address.person_id == person.id))}
    fresh = [address for place, address in zip(_folds(entry), entry.addresses, strict=True) if place not in known]
    for type, value in fresh:
        add_address(uow, person_id=person.id, type=type, value=value)
    return bool(changes or fresh)
