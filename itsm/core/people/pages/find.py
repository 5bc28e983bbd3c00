"""Search, suggestions while somebody types, and what waits: unconfirmed people and possible duplicates."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import jsonify, request
from werkzeug.wrappers import Response

from itsm.core.people.models import Address
from itsm.core.people.names import marked, names_of, suggest_organisations
from itsm.core.people.pages.blueprint import MOST, pages
from itsm.core.people.verbs import find_duplicates, list_provisional, suggest_people
from itsm.core.web import needs, reading
from itsm.core.web.frame import render
from itsm.core.work.uow import UnitOfWork

TOLD = 3  # addresses of each


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
        return render(
            uow, "core/people_settle.html", waiting=waiting, groups=groups, names=names, most=MOST,
            addresses=_addresses(uow, people),
        )  # fmt: skip


def _addresses(uow: UnitOfWork, people: Collection[int]) -> Mapping[int, Sequence[str]]:
    """A few addresses of each, by which one tells them apart."""
    found: dict[int, list[str]] = {id_: [] for id_ in people}
    rows = uow.query(Address, Address.person_id, Address.value).where(Address.person_id.in_(found)).order_by(Address.id)
    for row in uow.session.execute(rows):
        found[row.person_id].append(row.value)
    return {id_: told[:TOLD] for id_, told in found.items()}
