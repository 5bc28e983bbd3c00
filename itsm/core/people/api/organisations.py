"""`/api/v1/organisations`."""

from collections.abc import Mapping
from typing import Any

from flask import jsonify
from sqlalchemy.orm import selectinload

from itsm.core.people import schemas, verbs
from itsm.core.people.api.blueprint import MATCH, answered, api, iso, organisation_out, renamed, told
from itsm.core.people.models import Organisation
from itsm.core.people.names import suggest_organisations
from itsm.core.web import needs, reading, writing
from itsm.core.web.answers import answer_once, matched
from itsm.core.work.uow import UnitOfWork


@api.route("/organisations", methods=["GET"])
@needs("people.read")
@api.arguments(schemas.WordsQuery(), location="query")
@api.response(200, schemas.OrganisationsOut)
def find_organisations(query: Mapping[str, Any]) -> Any:
    """Organisations by a part of their name (`q`)."""
    with reading() as uow:
        found = suggest_organisations(uow, words=query["q"], limit=50)
        return jsonify(items=[organisation_out(uow, row) for row in found])


@api.route("/organisations", methods=["POST"])
@needs("people.edit")
@api.arguments(schemas.OrganisationIn())
@api.response(201, schemas.OrganisationOut)
def add_organisation(data: dict[str, Any]) -> Any:
    """Bring in an organisation with the numbers of its contracts and the domains of its mail."""

    def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], None]:
        row = verbs.add_organisation(uow, **data)
        return _whole(uow, row.id), None

    return answer_once(act, 201)


@api.route("/organisations/<int:organisation_id>", methods=["GET"])
@needs("people.read")
@api.response(200, schemas.OrganisationOut)
def read_organisation(organisation_id: int) -> Any:
    """One organisation; one that was merged is answered by the survivor, with `merged_from`."""
    with reading() as uow:
        return answered(_whole(uow, organisation_id), organisation_id)


@api.route("/organisations/<int:organisation_id>", methods=["PATCH"])
@needs("people.edit")
@api.doc(parameters=[MATCH])
@api.arguments(schemas.OrganisationPatch())
@api.response(200, schemas.OrganisationOut)
def change_organisation(data: dict[str, Any], organisation_id: int) -> Any:
    """Change an organisation; needs `If-Match`. Contracts and domains are given whole."""
    match = matched(required=True)
    with writing() as uow:
        verbs.change_organisation(uow, organisation_id=organisation_id, changes=renamed(data, {}), match=match)
        uow.flush()
        body = _whole(uow, organisation_id)
    return answered(body, organisation_id)


@api.route("/organisations/<int:organisation_id>/merge", methods=["POST"])
@needs("people.merge")
@api.arguments(schemas.AbsorbIn())
@api.response(200, schemas.OrganisationOut)
def merge_organisation(data: dict[str, Any], organisation_id: int) -> Any:
    """Merge this organisation into another one, which is the answer. `If-Match` may name the version of this one."""
    match = matched(required=False)
    with writing(data["reason"]) as uow:
        target = verbs.merge_organisations(uow, organisation_id=organisation_id, into=data["into"], match=match)
        uow.flush()
        body = _whole(uow, target.id)
    return answered(body, organisation_id)


@api.route("/organisations/<int:organisation_id>/history", methods=["GET"])
@needs("people.read")
@api.response(200, schemas.HistoryOut)
def history_organisation(organisation_id: int) -> Any:
    """What happened to an organisation, the oldest first."""
    with reading() as uow:
        return jsonify(items=told(uow, "organisation", organisation_id))


def _whole(uow: UnitOfWork, organisation_id: int) -> dict[str, Any]:
    parts = (selectinload(Organisation.contracts), selectinload(Organisation.domains))
    row = verbs.find_one(uow, Organisation, organisation_id, *parts)
    contracts = [{"number": c.number, "until": iso(c.valid_until)} for c in row.contracts]
    return organisation_out(uow, row) | {"contracts": contracts, "domains": [d.domain for d in row.domains]}
