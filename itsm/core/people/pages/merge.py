"""Merge a duplicate: choose the survivor, see what would move, decide."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Forbidden, Invalid
from itsm.core.people.names import marked, typed_organisation, typed_person
from itsm.core.people.pages.blueprint import pages, place_of
from itsm.core.people.verbs import find_one, merge_organisations, merge_people, preview_merge
from itsm.core.people.verbs.history import MODELS
from itsm.core.people.verbs.keys import by_table
from itsm.core.schemas import Ident, Line, Strict, Whole
from itsm.core.texts import Message, say
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import by_field, parse
from itsm.core.work.uow import UnitOfWork

TYPED: Mapping[str, Callable[[UnitOfWork, str], int | None]] = {
    "person": typed_person,
    "organisation": typed_organisation,
}
ROWS: Mapping[str, Message] = {
    "ticket": say("Places on tickets"),
    "ticket_comment": say("Messages"),
    "ticket_attachment": say("Files"),
    "ticket_watcher": say("Tickets that are watched"),
    "work_time": say("Entries of work time"),
    "team": say("Groups that are headed"),
    "team_member": say("Memberships of groups"),
    "address": say("Addresses"),
    "contract": say("Contracts"),
    "organisation_domain": say("Domains"),
    "person": say("People"),
    "organisation": say("Organisations"),
}


class AbsorbForm(Strict):
    """Into whom, over which version of the one that goes."""

    into = Ident(required=True)
    version = Whole(1, required=True)
    reason = Line(500, blank=True, load_default="")


@pages.get("/people/<int:id_>/merge", defaults={"kind": "person"})
@pages.get("/organisations/<int:id_>/merge", defaults={"kind": "organisation"})
@needs("people.merge")
def merge(kind: str, id_: int) -> Response:
    """Choose the survivor; with `into`, see what would move."""
    return _page(kind, id_, request.args.get("into", "")[:300])


def _page(kind: str, id_: int, typed: str, *, status: int = 200, errors: list[str] | None = None) -> Response:
    told = list(errors or ())
    with reading() as uow:
        source = find_one(uow, MODELS[kind], id_)
        if source.id != id_:
            return redirect(place_of(kind, source.id))
        preview = None
        try:
            into = TYPED[kind](uow, typed)
            preview = preview_merge(uow, kind=kind, source_id=id_, into=into) if into is not None else None
        except Invalid as error:
            told += [sentence for found in by_field(error).values() for sentence in found]
        except Conflict as error:
            told.append(translated(error.message))
        rows = _rows(preview.rows) if preview else []
        return render(
            uow, "core/people_merge.html", status=422 if told and status == 200 else status, kind=kind, source=source,
            preview=preview, rows=rows, errors=told, back=place_of(kind, id_),
            typed=marked(preview.target.name, preview.target.id) if preview else typed,
        )  # fmt: skip


def _rows(numbers: Mapping[str, int]) -> list[tuple[str, int]]:
    """What would move, in words; tables that are not the core's are told together."""
    told: dict[str, int] = {}
    for table, number in by_table(numbers).items():
        name = translated(ROWS.get(table, say("Other entries")))
        told[name] = told.get(name, 0) + number
    return sorted(told.items())


@pages.post("/people/<int:id_>/merge", defaults={"kind": "person"})
@pages.post("/organisations/<int:id_>/merge", defaults={"kind": "organisation"})
@needs("people.merge")
def absorb(kind: str, id_: int) -> Response:
    """Merge."""
    try:
        data = parse(AbsorbForm, request.form)
        with writing(data["reason"]) as uow:
            act: Any = merge_people if kind == "person" else merge_organisations
            survivor = act(uow, **{f"{kind}_id": id_}, into=data["into"], match=data["version"])
    except Invalid as error:
        return _page(kind, id_, "", status=422, errors=[s for found in by_field(error).values() for s in found])
    except (Conflict, Forbidden) as error:
        typed = f"#{request.form.get('into', '')[:20]}"
        return _page(kind, id_, typed, status=error.status, errors=[translated(error.message)])
    flash(translated(say("Merged.")))
    return redirect(place_of(kind, survivor.id))
