"""All fields of the desk; and what forms with fields need: suggestions for references, downloads of files."""

from dataclasses import dataclass

from flask import Blueprint, jsonify, request
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from itsm.core.configuration.verbs import document
from itsm.core.db import is_postgresql
from itsm.core.fields.schemas import SUBJECTS, TYPES, read_fields
from itsm.core.fields.verbs import fields_in_order, file_of, suggest_references
from itsm.core.hookspecs.declarations import Field
from itsm.core.people.names import marked
from itsm.core.refusals import refusals_of
from itsm.core.texts import label_text, say
from itsm.core.web import needs, reading
from itsm.core.web.downloads import download
from itsm.core.web.edge import SIGNED_IN, locale, translated
from itsm.core.web.frame import render
from itsm.core.work.uow import UnitOfWork

pages = Blueprint("fields", __name__)
OWN = "desk."


@dataclass(frozen=True, slots=True)
class Row:
    """A field as the list shows it. own: administrators made it, and may change it."""

    field: Field
    label: str
    type: str
    owner: str
    waiting: bool
    own: bool
    archived: bool


@pages.get("/fields")
@needs("core.configure")
def overview() -> Response:
    """All fields of the desk, whose they are, and which still wait for their index."""
    with reading() as uow:
        subjects = [(translated(title), _rows(uow, subject)) for subject, title in SUBJECTS.items()]
        waiting = bool(uow.registry.unindexed)
        return render(
            uow, "core/fields.html", subjects=subjects, waiting=waiting, embedded=not is_postgresql(uow.session),
            errors=_unreadable(uow),
        )  # fmt: skip


def _rows(uow: UnitOfWork, subject: str) -> list[Row]:
    owners, unindexed = uow.registry.owners, uow.registry.unindexed
    return [
        Row(
            f,
            label_text(f.label, locale()),
            translated(TYPES[f.type]),
            owners.get(f"field:{subject}:{f.name}", ""),
            (subject, f.name) in unindexed,
            f.name.startswith(OWN),
            f.name.startswith(OWN) and f.written_by == "plugin",
        )
        for f in fields_in_order(uow, subject)
    ]


def _unreadable(uow: UnitOfWork) -> list[str]:
    """A document that this version of the code cannot read any more: the desk works without its fields."""
    try:
        read_fields(document(uow, "core.fields").body)
    except ValidationError as error:
        wrong = [f"{refusal.field}: {translated(refusal.message)}" for refusal in refusals_of(error.messages)]
        return [translated(say("The document core.fields cannot be read, so its fields are left out:")), *wrong]
    return []


@pages.get("/fields/suggest/<kind>")
@needs(SIGNED_IN)
def suggest(kind: str) -> Response:
    """Up to ten suggestions, `{"items": ["Name #12", …]}`, of what you may see."""
    with reading() as uow:
        found = suggest_references(uow, kind=kind, words=request.args.get("q", "")[:200])
    return jsonify(items=[marked(label_text(name, locale()), id_) for id_, name in found])


@pages.get("/files/<any(ticket,person,organisation,team):subject>/<int:id_>/<name>")
@needs(SIGNED_IN)
def file(subject: str, id_: int, name: str) -> Response:
    """The file in a field of what you may see."""
    with reading() as uow:
        value = file_of(uow, subject=subject, id_=id_, name=name)
    return download(value["sha256"], value["name"])
