"""Search, suggestions while somebody types, and what waits: unconfirmed people and possible duplicates."""

from typing import Any

from flask import jsonify, request
from werkzeug.wrappers import Response

from itsm.core.people.names import marked, names_of, suggest_organisations
from itsm.core.people.pages.blueprint import MOST, pages
from itsm.core.people.verbs import find_duplicates, list_provisional, suggest_people
from itsm.core.web import needs, reading
from itsm.core.web.frame import render


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
            uow,
            "core/people.html",
            words=words,
            people=people,
            organisations=organisations,
            names=names,
            most=MOST,
            now=uow.now,
        )


@pages.get("/people/suggest/<any(person,organisation):what>")
@needs("people.read")
def suggest(what: str) -> Response:
    """Up to ten suggestions, `{"items": ["Name #12", …]}`."""
    words = request.args.get("q", "")[:200]
    with reading() as uow:
        find: Any = suggest_people if what == "person" else suggest_organisations
        return jsonify(items=[marked(row.name, row.id) for row in find(uow, words=words, limit=10)])


@pages.get("/people/settle")
@needs("people.read")
def settle() -> Response:
    """Whom channels met and nobody confirmed, and who may be there twice."""
    with reading() as uow:
        waiting = list_provisional(uow, limit=MOST)
        groups = find_duplicates(uow, limit=MOST)
        people = [id_ for group in groups if group.kind == "person" for id_ in group.ids]
        organisations = [id_ for group in groups if group.kind == "organisation" for id_ in group.ids]
        organisations += [p.organisation_id for p in waiting if p.organisation_id]
        names = names_of(uow, people=people, organisations=organisations)
        return render(uow, "core/people_settle.html", waiting=waiting, groups=groups, names=names, most=MOST)
