"""Configuration documents: list, edit as text, save with a reason, put in force; older revisions can be put back."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response

from itsm.core.configuration.models import Revision
from itsm.core.configuration.outside import LONGEST, from_text, to_text
from itsm.core.configuration.verbs import (
    activate_document,
    active_revisions,
    document,
    list_revisions,
    save_document,
)
from itsm.core.errors import Conflict, Invalid, Unknown
from itsm.core.people.names import names_of
from itsm.core.schemas import Among, Body, Line, Strict
from itsm.core.texts import label_text, say
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import locale, translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import by_field, parse
from itsm.core.work.uow import UnitOfWork

pages = Blueprint("configuration", __name__)


class DocumentForm(Strict):
    """A new revision; it is put in force at once unless only `save` is wished."""

    body = Body(LONGEST, required=True)
    reason = Line(500, blank=True, required=True)
    then = fields.String(load_default="activate", validate=Among(("activate", "save")))


@pages.get("/configuration")
@needs("core.configure")
def documents() -> Response:
    """All documents, with the revision in force."""
    with reading() as uow:
        active = active_revisions(uow)
        found = sorted(
            (label_text(d.label, locale()), d.name, active[d.name].number if d.name in active else 0)
            for d in uow.registry.documents.values()
        )
        return render(uow, "core/documents.html", documents=found)


@pages.get("/configuration/<name>")
@needs("core.configure")
def edit(name: str) -> Response:
    """One document as text, and its revisions; `revision` shows an older one."""
    with reading() as uow:
        _known(uow, name)
        wanted = request.args.get("revision", "")
        body = document(uow, name).body
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 16:
            old = uow.session.get(Revision, int(wanted))
            body = old.body if old is not None and old.document == name else body
        return _form(uow, name, to_text(body))


def _known(uow: UnitOfWork, name: str) -> None:
    if name not in uow.registry.documents:
        raise Unknown(say("There is no configuration document {name}.", name=name))


def _form(uow: UnitOfWork, name: str, text: str, *, reason: str = "", status: int = 200, errors: Any = ()) -> Response:
    revisions = list_revisions(uow, name=name)
    return render(
        uow,
        "core/document.html",
        status=status,
        declared=uow.registry.documents[name],
        text=text,
        reason=reason,
        errors=errors,
        revisions=revisions,
        active=document(uow, name).revision,
        names=names_of(uow, people=[revision.author_id for revision in revisions]),
    )


@pages.post("/configuration/<name>")
@needs("core.configure")
def save(name: str) -> Response:
    """Save a revision with its reason, and put it in force."""
    try:
        data = parse(DocumentForm, request.form)
        with writing(data["reason"]) as uow:
            _known(uow, name)
            revision = save_document(uow, name=name, body=from_text(data["body"]), reason=data["reason"])
            if data["then"] == "activate":
                activate_document(uow, revision_id=revision.id)
    except Invalid as error:
        with reading() as uow:
            _known(uow, name)
            errors = [f"{where}: {s}" if where else s for where, found in by_field(error).items() for s in found]
            typed = (request.form.get("body", ""), request.form.get("reason", "")[:500])
            return _form(uow, name, typed[0], reason=typed[1], status=422, errors=errors)
    done = say("Saved and in force.") if data["then"] == "activate" else say("Saved; it is not in force yet.")
    flash(translated(done))
    return redirect(url_for("configuration.edit", name=name))


@pages.post("/configuration/revisions/<int:revision_id>/activate")
@needs("core.configure")
def activate(revision_id: int) -> Response:
    """Put a saved revision in force, also an older one."""
    try:
        with writing() as uow:
            name = activate_document(uow, revision_id=revision_id).document
    except Conflict as error:
        flash(translated(error.message))
        return redirect(url_for("configuration.documents"))
    flash(translated(say("In force.")))
    return redirect(url_for("configuration.edit", name=name))
