"""People and organisations: search, a person, an organisation; and suggestions while somebody types."""

from typing import Any

from flask import Blueprint, jsonify, request
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from itsm.core.errors import Unknown
from itsm.core.people.models import Organisation, Person
from itsm.core.people.names import marked, names_of, suggest_organisations, teams_of
from itsm.core.people.verbs import suggest_people
from itsm.core.schemas import MAX_ID
from itsm.core.texts import say
from itsm.core.web import needs, reading
from itsm.core.web.frame import render
from itsm.core.work.uow import UnitOfWork

pages = Blueprint("people", __name__)
MOST = 50


@pages.get("/people")
@needs("people.read")
def search() -> Response:
    """People and organisations whose name or address holds the words."""
    words = request.args.get("q", "")[:200]
    with reading() as uow:
        people = suggest_people(uow, words=words, limit=MOST)
        organisations = suggest_organisations(uow, words=words, limit=MOST)
        names = names_of(uow, organisations=[p.organisation_id for p in people])
        return render(
            uow, "core/people.html", words=words, people=people, organisations=organisations, names=names, most=MOST
        )


@pages.get("/people/suggest/<any(person,organisation):what>")
@needs("people.read")
def suggest(what: str) -> Response:
    """Up to ten suggestions, `{"items": ["Name #12", …]}`."""
    words = request.args.get("q", "")[:200]
    with reading() as uow:
        find: Any = suggest_people if what == "person" else suggest_organisations
        return jsonify(items=[marked(row.name, row.id) for row in find(uow, words=words, limit=10)])


@pages.get("/people/<int:person_id>")
@needs("people.read")
def person(person_id: int) -> Response:
    """One person: addresses, organisation, groups, and the way to their tickets."""
    with reading() as uow:
        found = _one(uow, Person, person_id, selectinload(Person.addresses))
        names = names_of(uow, organisations=[found.organisation_id])
        return render(uow, "core/person.html", person=found, teams=teams_of(uow, found.id), names=names)


@pages.get("/organisations/<int:organisation_id>")
@needs("people.read")
def organisation(organisation_id: int) -> Response:
    """One organisation: contracts, the first of its people, and the way to its tickets."""
    with reading() as uow:
        found = _one(uow, Organisation, organisation_id, selectinload(Organisation.contracts))
        statement = uow.query(Person).where(Person.organisation_id == found.id, Person.active)
        people = uow.session.scalars(statement.order_by(Person.name_fold, Person.id).limit(MOST)).all()
        return render(uow, "core/organisation.html", organisation=found, people=people, most=MOST)


def _one(uow: UnitOfWork, model: Any, id_: int, *options: Any) -> Any:
    row = uow.session.scalars(uow.query(model).where(model.id == min(id_, MAX_ID)).options(*options)).first()
    if row is None:
        raise Unknown(say("There is nobody with the number {id} here.", id=id_))
    return row
