"""The page of a person and of an organisation; small acts on a person: confirm, add and remove addresses."""

from typing import Any

from flask import flash, redirect, request
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Invalid
from itsm.core.fields.shown import fields_shown
from itsm.core.people.models import Organisation, Person
from itsm.core.people.names import names_of, teams_of
from itsm.core.people.pages.blueprint import MOST, pages, place_of
from itsm.core.people.pages.timeline import timeline
from itsm.core.people.pages.work import Pile, pile
from itsm.core.people.rules import is_premium
from itsm.core.people.schemas import AddressIn
from itsm.core.people.seen import is_staff_of
from itsm.core.people.verbs import add_address, confirm_person, find_one, remove_address, whole_history_of
from itsm.core.texts import say
from itsm.core.web import actor, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import by_field, parse
from itsm.core.work.uow import UnitOfWork


@pages.get("/people/<int:person_id>")
@needs("people.read")
def person(person_id: int) -> Response:
    """One person: addresses, organisation, groups, the way to their tickets, history. Who was merged leads on."""
    return _person(person_id)


def _person(person_id: int, *, status: int = 200, errors: Any = ()) -> Response:
    with reading() as uow:
        found = find_one(uow, Person, person_id, selectinload(Person.addresses))
        if found.id != person_id:
            return _led(place_of("person", found.id), person_id)
        return render(
            uow,
            "core/person.html",
            status=status,
            errors=errors,
            person=found,
            premium=is_premium(found.premium, found.premium_until, uow.now),
            teams=teams_of(uow, found.id),
            piles=_piles(uow, found.id),
            names=names_of(uow, organisations=[found.organisation_id]),
            fields=fields_shown(uow, "person", found, staff=is_staff_of(actor(), found.organisation_id)),
            entries=timeline(uow, "person", whole_history_of(uow, kind="person", id_=found.id)),
        )


def _piles(uow: UnitOfWork, person_id: int) -> list[Pile | None]:
    """What they asked for, and what they have to do if they do any work here."""
    asked = pile(uow, say("Unfinished tickets of this person"), requested_for=person_id)
    has = pile(uow, say("Tickets assigned to this person"), assignee=person_id)
    return [asked, has if has and has.rows else None]


def _led(place: str, asked: int) -> Response:
    flash(translated(say("Number {id} was merged into this one.", id=asked)))
    return redirect(place)


@pages.get("/organisations/<int:organisation_id>")
@needs("people.read")
def organisation(organisation_id: int) -> Response:
    """One organisation: contracts, domains, the first of its people, its tickets, history."""
    with reading() as uow:
        parts = (selectinload(Organisation.contracts), selectinload(Organisation.domains))
        found = find_one(uow, Organisation, organisation_id, *parts)
        if found.id != organisation_id:
            return _led(place_of("organisation", found.id), organisation_id)
        statement = uow.query(Person).where(Person.organisation_id == found.id, Person.active)
        people = uow.session.scalars(statement.order_by(Person.name_fold, Person.id).limit(MOST)).all()
        return render(
            uow,
            "core/organisation.html",
            organisation=found,
            premium=is_premium(found.premium, found.premium_until, uow.now),
            people=people,
            most=MOST,
            piles=[pile(uow, say("Unfinished tickets of this organisation"), organisation=found.id)],
            fields=fields_shown(uow, "organisation", found, staff=is_staff_of(actor(), found.id)),
            entries=timeline(uow, "organisation", whole_history_of(uow, kind="organisation", id_=found.id)),
        )


@pages.post("/people/<int:person_id>/confirm")
@needs("people.edit")
def confirm(person_id: int) -> Response:
    """Somebody whom a channel met is a person of this desk."""
    with writing() as uow:
        confirm_person(uow, person_id=person_id)
    flash(translated(say("Confirmed.")))
    return redirect(place_of("person", person_id))


@pages.post("/people/<int:person_id>/addresses")
@needs("people.edit")
def put_address(person_id: int) -> Response:
    """One more address."""
    try:
        data = parse(AddressIn, request.form)
        with writing() as uow:
            add_address(uow, person_id=person_id, **data)
    except Invalid as error:
        return _person(person_id, status=422, errors=[s for found in by_field(error).values() for s in found])
    except Conflict as error:
        return _person(person_id, status=error.status, errors=[translated(error.message)])
    return redirect(place_of("person", person_id))


@pages.post("/people/<int:person_id>/addresses/<int:address_id>/remove")
@needs("people.edit")
def drop_address(person_id: int, address_id: int) -> Response:
    """Take an address away."""
    with writing() as uow:
        remove_address(uow, person_id=person_id, address_id=address_id)
    return redirect(place_of("person", person_id))
