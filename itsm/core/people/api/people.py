"""`/api/v1/people`."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import selectinload

from itsm.core.errors import Invalid
from itsm.core.people import schemas, verbs
from itsm.core.people.api.blueprint import MATCH, answered, api, person_out, renamed, told
from itsm.core.people.models import Person
from itsm.core.people.rules import TYPES
from itsm.core.texts import say
from itsm.core.web import needs, reading, writing
from itsm.core.web.answers import answer_once, matched
from itsm.core.work.uow import UnitOfWork


@api.route("/people", methods=["GET"])
@needs("people.read")
@api.arguments(schemas.PeopleQuery(), location="query")
@api.response(200, schemas.PeopleOut)
def find_people(query: Mapping[str, Any]) -> Any:
    """People by a part of a name or the beginning of an address (`q`), the one with exactly this `email`, `phone`,
    `chat` or `external`, or with `provisional=true` those whom channels met and nobody confirmed."""
    with reading() as uow:
        exact = [(type, query[type]) for type in TYPES if type in query]
        if exact:
            found = verbs.find_visible(uow, type=exact[0][0], value=exact[0][1])
            return jsonify(items=[person_out(uow, found)] if found else [])
        if query.get("provisional"):
            return jsonify(items=[person_out(uow, person) for person in verbs.list_provisional(uow)])
        if "q" not in query:
            raise Invalid.field("q", say("Give `q`, or one of: {allowed}.", allowed=", ".join(TYPES)))
        people = verbs.suggest_people(uow, words=query["q"], limit=20)
        return jsonify(items=[person_out(uow, person) for person in people])


@api.route("/people", methods=["POST"])
@needs("people.edit")
@api.arguments(schemas.PersonIn())
@api.response(201, schemas.PersonOut)
def add_one(data: dict[str, Any]) -> Any:
    """Bring in a person with any number of addresses."""

    def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], None]:
        addresses = [(a["type"], a["value"]) for a in data["addresses"]]
        own = {name: data[name] for name in ("name", "premium", "premium_until", "locale", "timezone", "fields")}
        person = verbs.add_person(uow, addresses=addresses, organisation_id=data["organisation"], **own)
        return _whole(uow, person.id), None

    return answer_once(act, 201)


@api.route("/people/meet", methods=["POST"])
@needs("people.meet")
@api.arguments(schemas.MeetIn())
@api.response(200, schemas.PersonOut)
def meet_one(data: dict[str, Any]) -> Any:
    """The person whom an address belongs to; an unknown one becomes a provisional person (`new` is true)."""

    def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], None]:
        met = verbs.find_or_meet(uow, **data)
        return person_out(uow, met.person) | {"new": met.new}, None

    return answer_once(act, 200)


@api.route("/people/duplicates", methods=["GET"])
@needs("people.read")
@api.response(200, schemas.DuplicatesOut)
def list_duplicates() -> Any:
    """Groups of people and organisations that may be one: `{"kind", "reason", "ids"}`."""
    with reading() as uow:
        return jsonify(items=[group._asdict() for group in verbs.find_duplicates(uow)])


@api.route("/people/<int:person_id>", methods=["GET"])
@needs("people.read")
@api.response(200, schemas.PersonOut)
def read_one(person_id: int) -> Any:
    """One person with all addresses. Who was merged is answered by the survivor, with `merged_from`."""
    with reading() as uow:
        return answered(_whole(uow, person_id), person_id)


@api.route("/people/<int:person_id>", methods=["PATCH"])
@needs("people.edit")
@api.doc(parameters=[MATCH])
@api.arguments(schemas.PersonPatch())
@api.response(200, schemas.PersonOut)
def change_one(data: dict[str, Any], person_id: int) -> Any:
    """Change a person; needs `If-Match`. `active: false` also ends their sessions and tokens."""
    match = matched(required=True)
    with writing() as uow:
        changes = renamed(data, {"organisation": "organisation_id"})
        verbs.change_person(uow, person_id=person_id, changes=changes, match=match)
        uow.flush()
        body = _whole(uow, person_id)
    return answered(body, person_id)


@api.route("/people/<int:person_id>/confirm", methods=["POST"])
@needs("people.edit")
@api.response(200, schemas.PersonOut)
def confirm_one(person_id: int) -> Any:
    """A provisional person is one of this desk."""
    match = matched(required=False)
    with writing() as uow:
        verbs.confirm_person(uow, person_id=person_id, match=match)
        body = _whole(uow, person_id)
    return answered(body, person_id)


@api.route("/people/<int:person_id>/merge", methods=["POST"])
@needs("people.merge")
@api.arguments(schemas.AbsorbIn())
@api.response(200, schemas.PersonOut)
def merge_one(data: dict[str, Any], person_id: int) -> Any:
    """Merge this person into another one, who is the answer. `If-Match` may name the version of this one."""
    match = matched(required=False)
    with writing(data["reason"]) as uow:
        target = verbs.merge_people(uow, person_id=person_id, into=data["into"], match=match)
        uow.flush()
        body = _whole(uow, target.id)
    return answered(body, person_id)


@api.route("/people/<int:person_id>/history", methods=["GET"])
@needs("people.read")
@api.response(200, schemas.HistoryOut)
def history_one(person_id: int) -> Any:
    """What happened to a person, the oldest first; who was merged keeps a history of their own."""
    with reading() as uow:
        return jsonify(items=told(uow, "person", person_id))


@api.route("/people/<int:person_id>/addresses", methods=["POST"])
@needs("people.edit")
@api.arguments(schemas.AddressIn())
@api.response(201, schemas.PersonOut)
def add_address(data: dict[str, Any], person_id: int) -> Any:
    """Give a person one more address; `If-Match` may name their version."""
    match = matched(required=False)
    with writing() as uow:
        verbs.add_address(uow, person_id=person_id, match=match, **data)
        body = _whole(uow, person_id)
    return answered(body, person_id, 201)


@api.route("/people/<int:person_id>/addresses/<int:address_id>", methods=["PATCH"])
@needs("people.edit")
@api.arguments(schemas.AddressPatch())
@api.response(200, schemas.PersonOut)
def change_address(data: dict[str, Any], person_id: int, address_id: int) -> Any:
    """Correct an address; `If-Match` may name the person's version."""
    match = matched(required=False)
    with writing() as uow:
        verbs.change_address(uow, person_id=person_id, address_id=address_id, match=match, **data)
        uow.flush()
        body = _whole(uow, person_id)
    return answered(body, person_id)


@api.route("/people/<int:person_id>/addresses/<int:address_id>", methods=["DELETE"])
@needs("people.edit")
@api.response(204)
def remove_address(person_id: int, address_id: int) -> Any:
    """Take an address away; `If-Match` may name the person's version."""
    match = matched(required=False)
    with writing() as uow:
        verbs.remove_address(uow, person_id=person_id, address_id=address_id, match=match)
    return Response(status=204)


def _whole(uow: UnitOfWork, person_id: int) -> dict[str, Any]:
    fresh = selectinload(Person.addresses)
    person = verbs.find_one(uow, Person, person_id, fresh)
    shown = [{"id": a.id, "type": a.type, "value": a.value} for a in person.addresses]
    return person_out(uow, person) | {"addresses": shown}
