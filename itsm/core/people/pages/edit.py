"""Make and change people, organisations and groups in one form; a conflict keeps what was typed."""

import json
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Invalid, Stale
from itsm.core.people import verbs
from itsm.core.people.models import Organisation, Person, Team
from itsm.core.people.pages.blueprint import pages, place_of
from itsm.core.people.pages.forms import held, inputs_for, plain, typed_here, values_from
from itsm.core.texts import LOCALES, say
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import Input, Texts, number_in, put_refusals, put_typed, was_in
from itsm.core.work.uow import UnitOfWork

MODELS: dict[str, Any] = {"person": Person, "organisation": Organisation, "team": Team}
PARTS: dict[str, Any] = {
    "person": (),
    "organisation": (selectinload(Organisation.contracts), selectinload(Organisation.domains)),
    "team": (),
}


@pages.get("/people/new", defaults={"kind": "person"})
@pages.get("/organisations/new", defaults={"kind": "organisation"})
@needs("people.edit")
def new(kind: str) -> Response:
    """The empty form of a person or an organisation."""
    return empty_form(kind)


@pages.post("/people/new", defaults={"kind": "person"})
@pages.post("/organisations/new", defaults={"kind": "organisation"})
@needs("people.edit")
def add(kind: str) -> Response:
    """Make one."""
    return make(kind)


@pages.get("/people/<int:id_>/edit", defaults={"kind": "person"})
@pages.get("/organisations/<int:id_>/edit", defaults={"kind": "organisation"})
@needs("people.edit")
def edit(kind: str, id_: int) -> Response:
    """The form of one that is there."""
    return filled_form(kind, id_)


@pages.post("/people/<int:id_>/edit", defaults={"kind": "person"})
@pages.post("/organisations/<int:id_>/edit", defaults={"kind": "organisation"})
@needs("people.edit")
def save(kind: str, id_: int) -> Response:
    """Save what was touched in the form; the rest is left as others may have made it."""
    return change(kind, id_)


def empty_form(kind: str) -> Response:
    """The form of a new one."""
    with reading() as uow:
        return _form(uow, kind, inputs_for(uow, kind))


def filled_form(kind: str, id_: int) -> Response:
    """The form of one that is there; who was merged leads to the survivor's."""
    with reading() as uow:
        row = _row(uow, kind, id_)
        inputs = inputs_for(uow, kind, row)
        return _form(uow, kind, inputs, row=row, was=held(inputs))


def make(kind: str) -> Response:
    """Make one from its form."""
    typed: Texts = {}
    try:
        with reading() as uow:
            inputs = inputs_for(uow, kind)
        typed = typed_here(inputs)
        with writing(_reason()) as uow:
            id_ = _made(uow, kind, values_from(uow, kind, typed))
    except (Invalid, Conflict) as error:
        return _again(kind, None, typed, {}, error)
    return redirect(place_of(kind, id_))


def _made(uow: UnitOfWork, kind: str, values: dict[str, Any]) -> int:
    declared = uow.registry.fields_of(kind)
    fields = {name: values.pop(name) for name in list(values) if name in declared}
    if kind == "team":
        return verbs.add_team(uow, **{"key": "", "label": {}} | _team(values, {}), fields=fields).id
    if kind == "organisation":
        contracts = values.pop("contracts", [])
        row = verbs.add_organisation(uow, **values, fields=fields)
        if contracts:
            verbs.change_organisation(uow, organisation_id=row.id, changes={"contracts": contracts})
        return row.id
    addresses = [(type, values.pop(type, "")) for type in ("email", "phone")]
    given = [(type, value) for type, value in addresses if value]
    values["locale"] = values.get("locale") or "en"
    return verbs.add_person(
        uow, addresses=given, organisation_id=values.pop("organisation", None), **values, fields=fields
    ).id


def change(kind: str, id_: int) -> Response:
    """Save a form over the version that it was made from."""
    typed: Texts = {}
    was = was_in(request.form)
    version = request.form.get("version", "")
    match = number_in(version) or 0
    try:
        with reading() as uow:
            inputs = inputs_for(uow, kind, _row(uow, kind, id_))
        typed = typed_here(inputs)
        touched = {name: texts for name, texts in typed.items() if plain(texts) != plain(was.get(name, []))}
        with writing(_reason()) as uow:
            _changed(uow, kind, id_, values_from(uow, kind, touched), match)
    except Stale:
        return _meanwhile(kind, id_, typed, was)
    except (Invalid, Conflict) as error:
        return _again(kind, id_, typed, was, error)
    flash(translated(say("Saved.")))
    return redirect(place_of(kind, id_))


def _changed(uow: UnitOfWork, kind: str, id_: int, values: dict[str, Any], match: int) -> None:
    if kind == "person":
        if "organisation" in values:
            values["organisation_id"] = values.pop("organisation")
        verbs.change_person(uow, person_id=id_, changes=values, match=match)
    elif kind == "organisation":
        verbs.change_organisation(uow, organisation_id=id_, changes=values, match=match)
    else:
        row = verbs.find_one(uow, Team, id_)
        verbs.change_team(uow, team_id=id_, changes=_team(values, row.label), match=match)


def _team(values: dict[str, Any], label: Any) -> dict[str, Any]:
    """The form's names as the verb's: both names are one label."""
    texts = {language: values.pop(f"name_{language}") for language in LOCALES if f"name_{language}" in values}
    named = {language: text for language, text in {**label, **texts}.items() if text}
    renamed = {{"parent": "parent_id", "head": "head_id"}.get(name, name): value for name, value in values.items()}
    return renamed | ({"label": named} if texts else {})


def _row(uow: UnitOfWork, kind: str, id_: int) -> Any:
    return verbs.find_one(uow, MODELS[kind], id_, *PARTS[kind])


def _reason() -> str:
    return request.form.get("reason", "")[:500].strip()


def _again(kind: str, id_: int | None, typed: Texts, was: Texts, error: Invalid | Conflict) -> Response:
    """The form once more with what was typed and why it was refused."""
    with reading() as uow:
        row = _row(uow, kind, id_) if id_ is not None else None
        inputs = inputs_for(uow, kind, row)
        put_typed(inputs, typed)
        errors = [translated(error.message)] if error.message.msgid else []
        errors += put_refusals(inputs, error.refusals)
        return _form(uow, kind, inputs, row=row, was=was, errors=errors, status=error.status)


def _meanwhile(kind: str, id_: int, typed: Texts, was: Texts) -> Response:
    """Somebody else was faster: the newest values, with what this person typed over them and theirs beside."""
    with reading() as uow:
        row = _row(uow, kind, id_)
        inputs = inputs_for(uow, kind, row)
        current = held(inputs)
        for item in inputs:
            mine, before = typed.get(item.name, []), was.get(item.name, [])
            if item.name not in typed or plain(mine) == plain(before):
                continue
            if plain(current[item.name]) not in (plain(before), plain(mine)):
                item.now = ", ".join(dict(item.options).get(v, v) for v in current[item.name])
            put_typed([item], {item.name: mine})
        told = translated(say("Somebody changed this while you were typing. Look, then save again."))
        return _form(uow, kind, inputs, row=row, was=current, errors=[told], status=Stale.status, fresh=True)


def _form(
    uow: UnitOfWork, kind: str, inputs: list[Input], *, row: Any = None, was: Texts | None = None, fresh: bool = False,
    errors: Any = (), status: int = 200,
) -> Response:  # fmt: skip
    # A refused form keeps the version that it was made from, so that a conflict is still seen at the next try.
    version = row.version if row is not None and (fresh or not request.form) else request.form.get("version", "")[:20]
    back = place_of(kind, row.id) if row is not None else url_for("people.search" if kind != "team" else "people.teams")
    return render(
        uow, "core/people_form.html", status=status, kind=kind, row=row, inputs=inputs, was=json.dumps(was or {}),
        version=version, errors=errors, back=back,
    )  # fmt: skip
