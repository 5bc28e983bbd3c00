"""`/api/v1/people`, `/organisations`, `/teams`: find those whom tickets name, and bring in new ones."""

from collections.abc import Mapping
from typing import Any

from flask import jsonify, request
from marshmallow import fields, validate

from itsm.core.errors import Invalid, Unknown
from itsm.core.people import verbs
from itsm.core.people.models import Address, Organisation, Person, Team
from itsm.core.people.names import suggest_organisations
from itsm.core.people.rules import TYPES
from itsm.core.schemas import Ident, Line, Strict, YesNo
from itsm.core.texts import say
from itsm.core.web import ApiBlueprint, needs, reading
from itsm.core.web.answers import answer_once
from itsm.core.work.uow import UnitOfWork

api = ApiBlueprint("people_api", __name__, description="People, organisations and groups")


class AddressIn(Strict):
    """One address."""

    type = fields.String(required=True, validate=validate.OneOf(TYPES))
    value = Line(200, required=True)


class PersonIn(Strict):
    """A new person."""

    name = Line(200, required=True)
    addresses = fields.List(fields.Nested(AddressIn), load_default=list, validate=validate.Length(0, 20))
    organisation = Ident(load_default=None, allow_none=True)
    premium = YesNo(load_default=False)
    locale = fields.String(load_default="en", validate=validate.OneOf(("en", "ru")))


class PersonOut(Strict):
    """A person."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    organisation = fields.Integer(required=True, allow_none=True)
    premium = fields.Boolean(required=True)
    addresses = fields.List(fields.Nested(AddressIn))


class OrganisationIn(Strict):
    """A new organisation with the numbers of its contracts."""

    name = Line(200, required=True)
    contracts = fields.List(Line(80), load_default=list, validate=validate.Length(0, 200))
    premium = YesNo(load_default=False)


class NamedOut(Strict):
    """An organisation or a group by id."""

    id = fields.Integer(required=True)
    name = fields.Raw(required=True)


class ListOut(Strict):
    """A short list; narrow the words to see others."""

    items = fields.List(fields.Dict(), required=True)


@api.route("/people", methods=["GET"])
@needs("people.read")
@api.response(200, ListOut)
def find_people() -> Any:
    """People by the beginning of a name or address (`q`), or the one with exactly this `email`, `phone`, `chat`."""
    with reading() as uow:
        exact = [(type, request.args[type]) for type in TYPES if type in request.args]
        if exact:
            found = verbs.find_by_address(uow, type=exact[0][0], value=exact[0][1])
            return jsonify(items=[person_out(found)] if found else [])
        if "q" not in request.args:
            raise Invalid.field("q", say("Give `q`, or one of: {allowed}.", allowed=", ".join(TYPES)))
        people = verbs.suggest_people(uow, words=request.args["q"][:100], limit=20)
        return jsonify(items=[person_out(person) for person in people])


@api.route("/people", methods=["POST"])
@needs("people.edit")
@api.arguments(PersonIn())
@api.response(201, PersonOut)
def add_one(data: dict[str, Any]) -> Any:
    """Bring in a person with any number of addresses."""

    def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], None]:
        addresses = [(a["type"], a["value"]) for a in data["addresses"]]
        person = verbs.add_person(
            uow,
            name=data["name"],
            addresses=addresses,
            organisation_id=data["organisation"],
            premium=data["premium"],
            locale=data["locale"],
        )
        return person_out(person) | {"addresses": data["addresses"]}, None

    return answer_once(act, 201)


@api.route("/people/<int:person_id>", methods=["GET"])
@needs("people.read")
@api.response(200, PersonOut)
def read_one(person_id: int) -> Any:
    """One person with all addresses."""
    with reading() as uow:
        person = uow.session.scalars(uow.query(Person).where(Person.id == person_id)).first()
        if person is None:
            raise Unknown(say("There is nobody with the number {id} here.", id=person_id))
        addresses = uow.session.scalars(uow.query(Address).where(Address.person_id == person.id).order_by(Address.id))
        shown = [{"type": a.type, "value": a.value} for a in addresses]
        return jsonify(person_out(person) | {"addresses": shown})


@api.route("/organisations", methods=["GET"])
@needs("people.read")
@api.response(200, ListOut)
def find_organisations() -> Any:
    """Organisations by the beginning of their name (`q`)."""
    with reading() as uow:
        found = suggest_organisations(uow, words=request.args.get("q", "")[:100], limit=50)
        return jsonify(items=[{"id": row.id, "name": row.name, "premium": row.premium} for row in found])


@api.route("/organisations", methods=["POST"])
@needs("people.edit")
@api.arguments(OrganisationIn())
@api.response(201, NamedOut)
def add_organisation(data: dict[str, Any]) -> Any:
    """Bring in an organisation with the numbers of its contracts."""

    def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], None]:
        row: Organisation = verbs.add_organisation(uow, **data)
        return {"id": row.id, "name": row.name}, None

    return answer_once(act, 201)


@api.route("/teams", methods=["GET"])
@needs("people.read")
@api.response(200, ListOut)
def list_teams() -> Any:
    """All groups in use."""
    with reading() as uow:
        teams = uow.session.scalars(uow.query(Team).where(Team.active).order_by(Team.key)).all()
        shown = [
            {"id": t.id, "key": t.key, "name": t.label, "line": t.line, "level": t.level, "parent": t.parent_id}
            for t in teams
        ]
        return jsonify(items=shown)


def person_out(person: Person) -> dict[str, Any]:
    """A person without the addresses."""
    organisation = person.organisation_id
    return {"id": person.id, "name": person.name, "organisation": organisation, "premium": person.premium}
