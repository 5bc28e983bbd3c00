"""Configuration documents: list, edit as text, try, save with a reason, compare, put in force, put back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response

from itsm.core.configuration.models import Revision
from itsm.core.configuration.outside import LONGEST, from_text, to_text
from itsm.core.configuration.pages.blueprint import pages
from itsm.core.configuration.pages.differences import rows_of
from itsm.core.configuration.rules import Change
from itsm.core.configuration.verbs import (
    Trial,
    activate_document,
    active_revisions,
    difference,
    document,
    document_type,
    find_revision,
    list_revisions,
    restore_default,
    save_document,
    try_document,
)
from itsm.core.errors import Conflict, Invalid, Stale, Unknown
from itsm.core.people.names import names_of
from itsm.core.schemas import MAX_ID, Among, Body, Line, Strict, Whole
from itsm.core.texts import label_text, say
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import locale, translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import by_field, number_in, parse
from itsm.core.work.uow import UnitOfWork


class DocumentForm(Strict):
    """A new body: tried, only saved, or put in force at once. `match`: the revision in force that it was made from."""

    body = Body(LONGEST, required=True)
    reason = Line(500, blank=True, required=True)
    then = fields.String(load_default="activate", validate=Among(("activate", "save", "try")))
    match = Whole(0, MAX_ID, load_default=None)


class ActivateForm(Strict):
    """Put a revision in force, or put an older one back."""

    reason = Line(500, blank=True, load_default="")
    match = Whole(0, MAX_ID, load_default=None)


@pages.get("/configuration")
@needs("core.configure")
def documents() -> Response:
    """All documents, with the revision in force, who made it and when."""
    with reading() as uow:
        active = active_revisions(uow)
        found = sorted(
            (label_text(d.label, locale()), d.name, active.get(d.name)) for d in uow.registry.documents.values()
        )
        names = names_of(uow, people=[revision.author_id for revision in active.values()])
        return render(uow, "core/documents.html", documents=found, names=names)


@pages.get("/configuration/<name>")
@needs("core.configure")
def edit(name: str) -> Response:
    """One document as text, and its revisions; `revision` shows another one and what it would change."""
    with reading() as uow:
        document_type(uow, name)
        wanted = number_in(request.args.get("revision", ""))
        if wanted is not None:
            return _revision(uow, name, _own(uow, name, wanted))
        return _form(uow, name, to_text(document(uow, name).body))


def _own(uow: UnitOfWork, name: str, revision_id: int) -> Revision:
    revision = find_revision(uow, revision_id=revision_id)
    if revision.document != name:
        raise Unknown(say("There is no revision {id}.", id=revision_id))
    return revision


def _revision(
    uow: UnitOfWork, name: str, revision: Revision, *, status: int = 200, errors: Sequence[str] = ()
) -> Response:
    """A saved revision beside the one in force, with what was found in it."""
    trial, faults = Trial(difference(uow, revision_id=revision.id), ()), list(errors)
    if revision.id != document(uow, name).revision:
        try:
            trial = try_document(uow, name=name, body=revision.body)
        except Invalid as error:
            faults += _sentences(error)
    return _form(uow, name, to_text(revision.body), shown=revision, trial=trial, errors=faults, status=status)


def _form(
    uow: UnitOfWork, name: str, text: str, *, shown: Revision | None = None, trial: Trial | None = None,
    reason: str = "", status: int = 200, errors: Iterable[str] = (), meanwhile: Sequence[Change] = (),
) -> Response:  # fmt: skip
    revisions = list_revisions(uow, name=name)
    return render(
        uow,
        "core/document.html",
        status=status,
        declared=document_type(uow, name),
        text=text,
        shown=shown,
        trial=trial,
        changes=rows_of(trial.changes if trial else ()),
        found=[(f.level, f.place, translated(f.message)) for f in (trial.findings if trial else ())],
        meanwhile=rows_of(meanwhile),
        reason=reason,
        errors=list(errors),
        revisions=revisions,
        active=document(uow, name).revision,
        names=names_of(uow, people=[revision.author_id for revision in revisions]),
    )


def _sentences(error: Invalid) -> list[str]:
    return [f"{where}: {s}" if where else s for where, found in by_field(error).items() for s in found]


@pages.post("/configuration/<name>")
@needs("core.configure")
def save(name: str) -> Response:
    """Try a body, or save it with its reason and put it in force."""
    typed: dict[str, Any] = {"text": request.form.get("body", ""), "reason": request.form.get("reason", "")[:500]}
    try:
        data = parse(DocumentForm, request.form)
        if data["then"] == "try":
            return _tried(name, data["body"], typed)
        with writing(data["reason"]) as uow:
            body, match = from_text(data["body"]), data["match"]
            revision = save_document(uow, name=name, body=body, reason=data["reason"], match=match)
            if data["then"] == "activate":
                activate_document(uow, revision_id=revision.id, match=match)
    except Invalid as error:
        with reading() as uow:
            return _form(uow, name, **typed, status=error.status, errors=_sentences(error))
    except Stale as error:
        return _conflict(name, error, typed)
    done = say("Saved and in force.") if data["then"] == "activate" else say("Saved; it is not in force yet.")
    flash(translated(done))
    return redirect(url_for("configuration.edit", name=name))


def _tried(name: str, text: str, typed: Mapping[str, Any]) -> Response:
    with reading() as uow:
        trial = try_document(uow, name=name, body=from_text(text))
        return _form(uow, name, **typed, trial=trial)


def _conflict(name: str, error: Stale, typed: Mapping[str, Any]) -> Response:
    """Somebody put another revision in force since the page was made: what they changed, and what this would undo."""
    with reading() as uow:
        trial = try_document(uow, name=name, body=from_text(typed["text"]))
        now = document(uow, name).revision
        before = number_in(request.form.get("match", "")) or 0
        meanwhile = difference(uow, revision_id=now, against=before) if now else ()
        errors = [translated(error.message), translated(say("See what differs; saving again replaces it."))]
        return _form(uow, name, **typed, trial=trial, meanwhile=meanwhile, errors=errors, status=error.status)


@pages.post("/configuration/revisions/<int:revision_id>/activate")
@needs("core.configure")
def activate(revision_id: int) -> Response:
    """Put a saved revision in force; an older one is put back."""
    with reading() as uow:
        name = find_revision(uow, revision_id=revision_id).document
    data = parse(ActivateForm, request.form)

    def put(uow: UnitOfWork) -> None:
        activate_document(uow, revision_id=revision_id, reason=data["reason"], match=data["match"])

    return _put(name, data["reason"], put, revision_id)


@pages.post("/configuration/<name>/restore")
@needs("core.configure")
def restore(name: str) -> Response:
    """Return to the document as shipped."""
    data = parse(ActivateForm, request.form)

    def put(uow: UnitOfWork) -> None:
        restore_default(uow, name=name, reason=data["reason"], match=data["match"])

    return _put(name, data["reason"], put, 0)


def _put(name: str, reason: str, act: Callable[[UnitOfWork], None], revision_id: int) -> Response:
    try:
        with writing(reason) as uow:
            act(uow)
    except (Invalid, Stale) as error:
        errors = _sentences(error) if isinstance(error, Invalid) else [translated(error.message)]
        with reading() as uow:
            if revision_id:
                return _revision(uow, name, _own(uow, name, revision_id), status=error.status, errors=errors)
            return _form(uow, name, to_text(document(uow, name).body), status=error.status, errors=errors)
    except Conflict as error:
        flash(translated(error.message))
        return redirect(url_for("configuration.edit", name=name))
    flash(translated(say("In force.")))
    return redirect(url_for("configuration.edit", name=name))
